"""Quantities as people write them, at the rim; plain floats of one documented system inside.

Inside Aliquot lengths of particles and light are in nm, times in s, temperatures in K, concentrations in
mol m-3, energies of single particles in eV. Amounts of substance are in mol, masses in g, volumes of vessels
in m3, lengths of apparatus in m. A field says its unit in its documentation.

A unit is names with exponents, joined by spaces, ``*``, ``·`` or ``/``, with parentheses where needed:
``mL/min``, ``mol m-3``, ``g/cm^3``, ``J/(mol K)``. Energies per mole and per particle convert into each
other.

Example:
    >>> to_float("0.145 mL", "m3")
    1.45e-07
    >>> to_float("200 °C", "K")
    473.15
    >>> to_float("120 kJ/mol", "eV")                # per particle
    1.24371...
"""

import math
import re
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

from aliquot.errors import UnitError, Where

BOLTZMANN_EV = 8.617333262e-5
"""Boltzmann constant [eV K-1], exact by the SI of 2019."""

AVOGADRO = 6.02214076e23
"""Avogadro constant [mol-1], exact by the SI of 2019."""

EV_NM = 1239.841984
"""Photon energy times wavelength, h c / e [eV nm], from CODATA 2018."""

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
# The number is atomic: '12' must not be read as 1 of the unit '2', nor '1e3' as 1 of the unit 'e3'.
_QUANTITY = re.compile(rf"\s*(?P<number>(?>{_NUMBER}))\s*(?P<unit>\S.*?)?\s*", re.ASCII | re.DOTALL)
_TOKEN = re.compile(
    r"\s*(?:(?P<name>[^\W\d_]+|[°℃%][^\W\d_]*)(?:(?:\*\*|\^)?(?P<power>[-+]?\d{1,2}(?:\.\d)?))?|(?P<sign>1(?=\s*/)|[*/·()]))"
)
_TEMPERATURES = {"°C": "degC", "℃": "degC", "C": "degC", "degC": "degC", "celsius": "degC", "K": "kelvin"}
# As it comes out of a PDF: the true minus sign and superscripts, one character for one.
_PASTED = str.maketrans("−⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹µμ", "--+0123456789uu")
_PLAIN = frozenset({"K", "Pa", "eV", "g", "g/cm3", "g/mL", "g/mol", "m", "meV", "mol", "nm", "rpm", "s"})
_USUAL = {
    ("%", "1"): 1e-2,
    ("K/min", "K/s"): 1.0 / 60.0,
    ("L", "m3"): 1e-3,
    ("M", "mol m-3"): 1e3,
    ("bar", "Pa"): 1e5,
    ("cm", "m"): 1e-2,
    ("g/cm3", "g/m3"): 1e6,
    ("g/mL", "g/m3"): 1e6,
    ("g/s", "mg/h"): 3.6e6,
    ("h", "s"): 3600.0,
    ("m3", "mL"): 1e6,
    ("m3/s", "mL/min"): 6e7,
    ("mL", "m3"): 1e-6,
    ("mL/min", "m3 s-1"): 1e-6 / 60.0,
    ("mM", "mol m-3"): 1.0,
    ("mbar", "Pa"): 1e2,
    ("mg", "g"): 1e-3,
    ("mg/h", "g/s"): 1e-3 / 3600.0,
    ("min", "s"): 60.0,
    ("mm", "m"): 1e-3,
    ("mm", "mm"): 1.0,
    ("mmHg", "Pa"): 133.322387415,
    ("mmol", "mol"): 1e-3,
    ("mol", "mmol"): 1e3,
    ("mol m-3", "mM"): 1.0,
    ("s", "h"): 1.0 / 3600.0,
    ("s", "min"): 1.0 / 60.0,
    ("torr", "Pa"): 101325.0 / 760.0,
    ("uL", "m3"): 1e-9,
}
"""Factors of the units in which recipes are written; a test holds them against pint."""
_PINT = Lock()
"""Held by whoever asks pint: registries that two threads made at once know nothing of each other's units."""
_SPELLING = {"%": "percent", "M": "molar", "mM": "millimolar", "uM": "micromolar", "nM": "nanomolar"}


def split(text: str, where: Where | None = None) -> tuple[float, str]:
    """Split a written quantity into its number and its unit.

    Args:
        text: A number and a unit, such as ``"0.50 M"`` or ``"290 µL"``.
        where: Place of the text, for the error.

    Returns:
        The number and the unit as written.

    Raises:
        UnitError: If there is no finite number, or no unit.

    Example:
        >>> split("290 µL")
        (290.0, 'µL')
    """
    number, unit = _read(text, where)
    if not unit:
        raise _no_quantity(text, "a number without its unit has no meaning at the bench", where)
    return number, unit


def to_float(text: str, unit: str, where: Where | None = None) -> float:
    """Convert a written quantity to a float in a given unit.

    Args:
        text: A number and a unit, such as ``"250 °C"``; a plain number where ``unit`` is ``"1"``.
        unit: The unit of the result, ``"1"`` for a plain number.
        where: Place of the text, for the error.

    Returns:
        The value [unit].

    Raises:
        UnitError: If the text is no quantity, the unit is unknown, or the dimension is another.

    Example:
        >>> round(to_float("0.0901 M", "mol m-3"), 6)
        90.1
        >>> to_float("97 %", "1")
        0.97
        >>> to_float("5 degC/min", "K/min")
        5.0
    """
    number, written = _read(text, where)
    if not written and unit != "1":
        raise _no_quantity(text, "a number without its unit has no meaning at the bench", where)
    known = _at_once(number, written, unit)
    if known is not None:
        return known
    with _PINT:
        return _by_pint(text, number, written, unit, where)


def _by_pint(text: str, number: float, written: str, unit: str, where: Where | None) -> float:
    """Convert a number of a written unit; raises UnitError where that can not be."""
    target = _unit(unit)
    source = _unit(written or "1")
    if source is None or target is None:
        raise UnitError(
            given=repr(text),
            expected=f"a unit that converts to {unit}",
            why=f"the unit '{written if source is None else unit}' is not known",
            remedy="Use SI units or the usual ones of a chemist (mL, mmol, mg, M, min, degC, %).",
            where=where,
        )
    if source.dimensionality != target.dimensionality and not _both_energies(source, target):
        raise UnitError(
            given=repr(text),
            expected=f"a quantity that converts to {unit}",
            why=f"'{written or text}' is {_dimension(source)}, '{unit}' is {_dimension(target)}",
            remedy="Check the unit, or the key under which it stands.",
            where=where,
        )
    value = _convert(number, source, target)
    if not math.isfinite(value):
        raise _no_quantity(text, f"in {unit} it is beyond any number", where)
    return value


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity in two views: as it was written, and as a float of a known unit.

    Example:
        >>> Quantity.parse("884.72 mg", "g").value
        0.88472
    """

    value: float
    """Value [unit]."""
    unit: str
    """Unit of the value, in the notation of the cards."""
    text: str
    """The quantity as it was written."""

    @classmethod
    def parse(cls, text: str, unit: str, where: Where | None = None) -> "Quantity":
        """Read a written quantity and convert it to a unit; raises UnitError as :func:`to_float` does."""
        return cls(to_float(text, unit, where), unit, str(text).strip())

    def to(self, unit: str) -> float:
        """Return the value in another unit of the same dimension, converted from the written text."""
        return to_float(self.text, unit)

    def __str__(self) -> str:
        """Return the quantity as it was written."""
        return self.text


def which(text: str, units: tuple[str, ...], where: Where | None = None) -> Quantity:
    """Read a quantity that may have one of several dimensions.

    Args:
        text: A number and a unit.
        units: One unit for each dimension that is allowed.
        where: Place of the text, for the error.

    Returns:
        The quantity in that of the units which has its dimension.

    Raises:
        UnitError: If the text is no quantity, the unit is unknown, or none of the dimensions fits.

    Example:
        >>> which("4.4 mL", ("g", "m3", "mol"))
        Quantity(value=4.4e-06, unit='m3', text='4.4 mL')
    """
    faults = []
    number, written = _read(text, where)
    for unit in units:  # the usual units first, without asking pint
        known = _at_once(number, written, unit)
        if known is not None:
            return Quantity(known, unit, text.strip())
    for unit in units:
        try:
            return Quantity.parse(text, unit, where)
        except UnitError as fault:
            faults.append(fault)
    last = faults[-1]
    if len(units) == 1 or "converts to" not in last.expected:
        raise last
    allowed = " or ".join(units)
    why = last.why if "not known" in last.why else last.why.rsplit(",", 1)[0]
    raise UnitError(
        given=last.given,
        expected=f"a quantity that converts to {allowed}",
        why=why,
        remedy=last.remedy,
        where=where,
    )


def as_typed(text: str) -> str:
    """Return a text with the minus signs and superscripts of a PDF as they are typed on a keyboard.

    Example:
        >>> as_typed(" −5 m³ ")
        '-5 m3'
    """
    return text.translate(_PASTED).strip()


def show(value: float, unit: str, digits: int = 4) -> str:
    """Write a value with its unit, to a number of significant digits.

    Example:
        >>> show(35.9486, "min"), show(10000.0, "rpm")
        ('35.95 min', '10000 rpm')
    """
    text = f"{value:.{digits}g}"
    if "e+" in text and abs(value) < 1e7:
        text = f"{float(text):.0f}"
    return f"{text} {unit}"


def _read(text: Any, where: Where | None) -> tuple[float, str]:  # noqa: ANN401  YAML may hold anything
    """Split a text into number and unit, which may be empty."""
    match = _QUANTITY.fullmatch(text.translate(_PASTED)) if isinstance(text, str) else None
    if match is None:
        plain = isinstance(text, int | float)
        reason = (
            "a number without its unit has no meaning at the bench" if plain else "it begins with no number"
        )
        raise _no_quantity(text, reason, where)
    number = float(match["number"])
    if not math.isfinite(number):
        raise _no_quantity(text, "the number is beyond any that can be stored", where)
    return number, text[slice(*match.span("unit"))] if match["unit"] else ""


def _at_once(number: float, written: str, unit: str) -> float | None:
    """Convert where nothing, or only the zero of Celsius, has to be known; None where pint has to be asked.

    The whole knowledge base reads without pint, whose import alone would take half of a query's time.
    """
    if (written == unit and unit in _PLAIN) or (not written and unit == "1"):
        return number
    if unit == "K" and _TEMPERATURES.get(written) == "degC":
        return float(f"{number + 273.15:.15g}")
    factor = _USUAL.get((written, unit))
    value = None if factor is None else float(f"{number * factor:.15g}")
    return value if value is not None and math.isfinite(value) else None


def _no_quantity(text: object, why: str, where: Where | None) -> UnitError:
    return UnitError(
        given=repr(text),
        expected="a number and a unit, such as '0.145 mL'",
        why=why,
        remedy="Write the quantity with its unit, between quotes if YAML would read it otherwise.",
        where=where,
    )


@cache
def _registry() -> Any:  # noqa: ANN401  pint ships no types
    # Imported on first use: pint costs a fifth of a second that `aliquot --help` must not pay.
    import pint  # noqa: PLC0415

    return pint.UnitRegistry(autoconvert_offset_to_baseunit=True, cache_folder=None)


@cache
def _unit(written: str) -> Any:  # noqa: ANN401  pint ships no types
    """Return the unit, or None if it is not known.

    pint's own parser is handed single names only: it evaluates what it is given, so that arbitrary text would
    raise anything, or take hours over '9**9**9'.
    """
    registry = _registry()
    factors = _factors(written)
    if factors is None:
        return None
    unit = registry.Unit("dimensionless")
    alone = len(factors) == 1 and factors[0][1] == 1
    for name, power in factors:
        if alone and name in _TEMPERATURES:
            return registry.Unit(_TEMPERATURES[name])
        if name != "C" and _TEMPERATURES.get(name) == "degC":
            name = "delta_degC"  # noqa: PLW2901  in a rate such as degC/min only differences matter
        name = _SPELLING.get(name, name)  # noqa: PLW2901
        if name not in registry or (registry.Unit(name).dimensionality and not _multiplies(name)):
            return None
        unit *= registry.Unit(name) ** power
    return unit


def _multiplies(name: str) -> bool:
    """Tell units that scale a quantity from those with an offset or a logarithm, such as degF and dBm."""
    return bool(_registry().Quantity(1.0, name)._is_multiplicative)  # noqa: SLF001  pint offers no public test


def _factors(written: str) -> list[tuple[str, float]] | None:
    """Return names and exponents of a unit, or None if it is malformed."""
    if written.strip() == "1":
        return []
    written = written.translate(_PASTED)
    factors: list[tuple[str, float]] = []
    position, sign, outer, expects_name = 0, 1, [1], True
    while position < len(written):
        token = _TOKEN.match(written, position)
        if token is None:
            return None
        position = token.end()
        if token["name"]:
            power = float(token["power"] or 1)
            factors.append((token["name"], sign * outer[-1] * power))
            sign, expects_name = 1, False
        elif token["sign"] == "(":
            outer.append(outer[-1] * sign)
            sign, expects_name = 1, True
        elif token["sign"] == ")":
            if len(outer) == 1 or expects_name:
                return None
            outer.pop()
        elif token["sign"] == "1":
            expects_name = False
        else:
            if expects_name:
                return None
            sign, expects_name = (-1 if token["sign"] == "/" else 1), True
    return factors if len(outer) == 1 and not expects_name else None


def _both_energies(source: Any, target: Any) -> bool:  # noqa: ANN401  pint ships no types
    """Tell whether two units differ only in being per mole and per particle."""
    per_mole = _registry().Unit("1/mol").dimensionality
    energy = _registry().Unit("J").dimensionality
    kinds = (source.dimensionality, target.dimensionality)
    return kinds in {(energy * per_mole, energy), (energy, energy * per_mole)}


def _dimension(unit: Any) -> str:  # noqa: ANN401  pint ships no types
    """Name a dimension, such as '[length] ** 3'."""
    return str(unit.dimensionality) if unit.dimensionality else "a plain number"


def _convert(number: float, source: Any, target: Any) -> float:  # noqa: ANN401  pint ships no types
    """Convert a number between units of one dimension, or between energies per mole and per particle."""
    registry = _registry()
    if source.dimensionality != target.dimensionality:
        particle = registry.Unit("particle")
        if "[substance]" in source.dimensionality:
            target /= particle
        else:
            source /= particle
    value = float(registry.Quantity(number, source).to(target).magnitude)
    return float(f"{value:.15g}")  # '1 M' is 1000 mol m-3, not 999.9999999999999
