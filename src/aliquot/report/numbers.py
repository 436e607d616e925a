"""Numbers and quantities as a paper prints them: minus signs, powers, aligned decimals."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import floor, isfinite, log10

from aliquot.finding import Interval

_MOST_DIGITS = 9
_TINY = 1e-9  # nobody asks how much less
NOTHING = "–"
"""Stands where there is no number; its reason stands elsewhere."""

_RAISED = str.maketrans("-+0123456789", "⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a column whose decimal points stand below each other."""

    text: str
    """What is read."""
    pad: str = ""
    """Digits that make room behind it and are never shown."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval, ready to print."""

    value: str
    """Best estimate."""
    interval: str
    """Its bounds, or empty."""


def fixed(value: float | None, decimals: int) -> str:
    """Return a number with so many decimals, a dash for none.

    Example:
        >>> fixed(-2.705, 1), fixed(None, 2)
        ('−2.7', '–')
    """
    if value is None or not isfinite(value):
        return NOTHING
    return f"{value:.{decimals}f}".replace("-", "−")


def power(value: float | None) -> str:
    """Return a tiny number as one digit and a power of ten.

    Example:
        >>> power(3.3e-15), power(0.0)
        ('3 × 10⁻¹⁵', '0')
    """
    if value is None:
        return NOTHING
    if value == 0.0:
        return "0"
    digit, exponent = f"{value:.0e}".split("e")
    return f"{digit} × 10{str(int(exponent)).translate(_RAISED)}".replace("-", "−")


def beside(value: float, low: float, high: float, digits: int = 3) -> str:
    """Return a number with as many digits as show on which side of two bounds it lies, three or more.

    Args:
        value: The number.
        low: Least that counts as met; minus infinity where there is none.
        high: Most that counts as met; infinity where there is none.
        digits: Significant digits to begin with.

    Example:
        >>> beside(0.1496, 0.15, 1.0), beside(0.1496, 0.1, 1.0), beside(4.2e-8, 0.02, 1.0)
        ('0.1496', '0.15', '4.2 × 10⁻⁸')
    """
    if 0.0 < abs(value) < _TINY:
        return "< 10⁻⁹"
    while digits < _MOST_DIGITS and _lies(float(f"{value:.{digits}g}"), low, high) != _lies(value, low, high):
        digits += 1
    return printed(f"{value:.{digits}g}")


def _lies(value: float, low: float, high: float) -> tuple[bool, bool]:
    """Tell whether a number is above the one bound and below the other."""
    return value >= low, value <= high


def estimate(interval: Interval | None, decimals: int, unit: float = 1.0) -> Estimate:
    """Return a value and its bounds, each times ``unit``.

    Example:
        >>> estimate(Interval(0.0898, 0.0836, 0.1134), 1, 100.0)
        Estimate(value='9.0', interval='8.4 to 11.3')
    """
    if interval is None:
        return Estimate(NOTHING, "")
    low, value, high = (
        fixed(unit * bound, decimals) for bound in (interval.low, interval.value, interval.high)
    )
    return Estimate(value, f"{low} to {high}")


def decimals_beside(tolerance: float) -> int:
    """Return how many decimals show a value next to a tolerance: two digits of it, at least one decimal.

    Example:
        >>> decimals_beside(0.1), decimals_beside(12.0), decimals_beside(0.005)
        (2, 1, 4)
    """
    return max(1, 1 - floor(log10(tolerance))) if tolerance > 0 else 3


def aligned(texts: Iterable[str]) -> tuple[Number, ...]:
    """Return the numbers of a column, each with what it lacks behind the point.

    Example:
        >>> [number.pad for number in aligned(["12", "3.595", "2.70"])]
        ['.595', '', '5']
    """
    column = tuple(texts)
    longest = max((text.partition(".")[2] for text in column), key=len, default="")
    return tuple(Number(text, _lacking(text, longest)) for text in column)


def _lacking(text: str, longest: str) -> str:
    if text == NOTHING or not longest:
        return ""
    _, point, decimals = text.partition(".")
    return longest[len(decimals) :] if point else f".{longest}"


def printed(quantity: str) -> str:
    """Return a quantity of a card as it would be printed.

    Example:
        >>> printed("8.935e-3 M-1 s-1"), printed("180 degC"), printed("0.3277 1"), printed("-8 kJ/mol")
        ('8.935 × 10⁻³ M⁻¹ s⁻¹', '180 °C', '0.3277', '−8 kJ/mol')
    """
    number, _, unit = quantity.strip().partition(" ")
    mantissa, raised, exponent = number.partition("e")
    text = mantissa.replace("-", "−")
    if raised:
        text += f" × 10{str(int(exponent)).translate(_RAISED)}"
    return f"{text} {unit_text(unit)}".rstrip()


def unit_text(unit: str) -> str:
    """Return a unit with raised exponents; a plain number has none.

    Example:
        >>> unit_text("J m-2"), unit_text("degC"), unit_text("1"), unit_text("uM")
        ('J m⁻²', '°C', '', 'µM')
    """
    if unit == "1":
        return ""
    spelled = re.sub(r"\bu(?=[LMgm]|mol)", "µ", unit.replace("degC", "°C"))
    return re.sub(r"(?<=[A-Za-z])(-?\d+)", lambda found: found.group().translate(_RAISED), spelled)


def sentence(text: str) -> str:
    """Return words of a card as a sentence: it begins with a capital letter, unless with a symbol, and ends.

    Example:
        >>> sentence("dots are few"), sentence("2.5 nm at 100 degC.")
        ('Dots are few.', '2.5 nm at 100 °C.')
    """
    whole = spoken(text.strip())
    first = whole.split(maxsplit=1)[0] if whole else ""
    if first.isalpha() and first.islower():
        whole = whole[0].upper() + whole[1:]
    return whole if whole.endswith((".", "!", "?", ":")) else f"{whole}."


def spoken(text: str) -> str:
    """Return a sentence of a card with degrees as they are printed.

    Example:
        >>> spoken("at 200 degC")
        'at 200 °C'
    """
    return text.replace("degC", "°C")
