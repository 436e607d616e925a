"""The witnesses of one sample side by side: absorbance, mass, X-ray, image, on one weighting.

Each instrument tells another mean of the same dots. With a log-normal distribution of spread RSD and
u = 1 + RSD^2, the number mean d is told as

d             by a picture that counts
d u           by a mass: the sphere of mean mass
d u^3         by absorbance and X-rays: the mean by volume
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from math import isfinite
from statistics import NormalDist

import numpy as np

from aliquot.errors import InputError, Where
from aliquot.finding import Interval
from aliquot.population import Weighting

AGREE = 1.959964
"""Difference over its standard uncertainty up to which two witnesses agree, at 95 %."""
_WIDE = 1.0 / 3.0  # combined standard uncertainty over the mean beyond which agreement means little
_BORROWED = 0.3  # standard uncertainty of a spread taken from another witness, over the spread


class Kind(StrEnum):
    """Which mean of the diameter a witness tells."""

    NUMBER = "number"
    """Mean over the dots."""
    MASS = "mass"
    """Diameter of the dot of mean mass."""
    VOLUME = "volume"
    """Mean over the volume of the dots."""

    @property
    def power(self) -> int:
        """Power of 1 + RSD^2 by which it lies above the number mean."""
        return {Kind.NUMBER: 0, Kind.MASS: 1, Kind.VOLUME: 3}[self]


@dataclass(frozen=True, slots=True)
class Witness:
    """What one instrument says of the mean diameter.

    Example:
        >>> Witness("image", Interval(3.4, 3.36, 3.44), Kind.NUMBER, rsd=0.08).name
        'image'
    """

    name: str
    """Instrument and sample."""
    diameter: Interval
    """Mean diameter as it was told [nm]."""
    kind: Kind
    """Which mean it is."""
    rsd: float | None = None
    """Standard deviation over mean by number [1]; None where the instrument does not tell it."""
    definition: str = ""
    """What exactly is measured."""
    flags: tuple[str, ...] = ()
    """Doubts."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two witnesses held against each other.

    Example:
        >>> Pair("image", "X-ray", 0.10, 0.04).agree
        False
    """

    first: str
    """One witness."""
    second: str
    """The other."""
    difference: float
    """First minus second, on one weighting [nm]."""
    sd: float
    """Standard uncertainty of the difference, from both budgets [nm]."""

    @property
    def z(self) -> float:
        """Difference over its standard uncertainty [1]."""
        return self.difference / self.sd

    @property
    def agree(self) -> bool:
        """Whether they agree at 95 %."""
        return abs(self.z) <= AGREE


@dataclass(frozen=True, slots=True)
class Comparison:
    """All witnesses of a sample on one weighting.

    Example:
        >>> Comparison(Weighting.NUMBER, (), (), (), ()).agree
        True
    """

    weighting: Weighting
    """Weighting of the means that are compared."""
    witnesses: tuple[Witness, ...]
    """As they were told."""
    brought: tuple[Interval, ...]
    """Their mean diameters on that weighting [nm]."""
    pairs: tuple[Pair, ...]
    """Each two of them."""
    flags: tuple[str, ...]
    """Doubts, whole sentences."""

    @property
    def agree(self) -> bool:
        """Whether each two agree."""
        return all(pair.agree for pair in self.pairs)


def factor(told: Kind, wanted: Weighting, rsd: float) -> float:
    """Return the mean that is wanted over the mean that is told, of a log-normal distribution.

    Args:
        told: Mean that is told.
        wanted: Mean that is wanted.
        rsd: Standard deviation over mean by number [1].

    Returns:
        The ratio [1].

    Example:
        >>> [round(factor(Kind.NUMBER, Weighting.VOLUME, rsd), 3) for rsd in (0.077, 0.10, 0.175)]
        [1.018, 1.03, 1.095]
    """
    return float((1.0 + rsd**2) ** (Kind(str(wanted)).power - told.power))


def at_95(interval: Interval) -> Interval:
    """Return an interval of any level as one of 95 %, taking it for that of a normal distribution.

    Args:
        interval: Bounds that hold the value with a probability between 0 and 1.

    Returns:
        The same value with bounds farther off, or nearer, by the ratio of the quantiles.

    Example:
        >>> one = at_95(Interval(3.4, 3.3, 3.5, level=0.6827))
        >>> round(one.low, 3), round(one.high, 3), one.level
        (3.204, 3.596, 0.95)
    """
    if interval.level == 0.95:
        return interval
    scale = AGREE / NormalDist().inv_cdf(0.5 + 0.5 * interval.level)
    below, above = interval.value - interval.low, interval.high - interval.value
    return Interval(interval.value, interval.value - scale * below, interval.value + scale * above)


def check_interval(told: Interval, where: Where) -> None:
    """Refuse an interval that is none of a diameter.

    Args:
        told: Mean diameter [nm].
        where: File and key, or witness.

    Raises:
        InputError: If a number is not finite, they are not in order, or the level is no probability.

    Example:
        >>> check_interval(Interval(3.4, 3.3, 3.5), Where("tem.json", key="mean_nm"))
    """
    finite = all(map(isfinite, (told.value, told.low, told.high, told.level)))
    if finite and 0.0 < told.low <= told.value <= told.high and 0.0 < told.level < 1.0:
        return
    raise InputError(
        given=f"{told.value:g} nm between {told.low:g} and {told.high:g} nm at a level of {told.level:g}",
        expected="finite numbers with 0 < low <= value <= high, and a level between 0 and 1",
        why="a diameter is positive and lies within its own interval",
        remedy="Make the file again; if it comes out so again, the measurement tells no diameter.",
        where=where,
    )


def compare(
    witnesses: list[Witness], *, weighting: Weighting | str = Weighting.NUMBER, rsd: float | None = None
) -> Comparison:
    """Bring mean diameters to one weighting, and tell whether they agree within their budgets.

    Args:
        witnesses: Two or more, of one sample.
        weighting: On which they are compared.
        rsd: Spread for those that do not tell theirs [1]; None for the median of those that do.

    Returns:
        Means on one weighting, and each two held against each other.

    Raises:
        InputError: If there are fewer than two, a diameter is none, the weighting is unknown, or a spread is
            needed and nobody tells one.

    Example:
        >>> image = Witness("image", Interval(3.40, 3.36, 3.44), Kind.NUMBER, rsd=0.10)
        >>> light = Witness("absorbance", Interval(3.50, 3.44, 3.56), Kind.VOLUME, rsd=0.10)
        >>> found = compare([image, light])
        >>> round(found.brought[1].value, 3), found.agree
        (3.397, True)
    """
    if len(witnesses) < 2:
        raise InputError(
            given=f"{len(witnesses)} witnesses that tell a diameter",
            expected="two or more",
            why="one witness agrees with itself",
            remedy="Give the JSON of two commands of one sample, such as tem and analyse.",
            where=Where(key="compare"),
        )
    for one in witnesses:
        check_interval(one.diameter, Where(one.name, key="diameter"))
    wanted, flags = _weighting(weighting), list[str]()
    known = [one.rsd for one in witnesses if one.rsd is not None]
    common = rsd if rsd is not None else (float(np.median(known)) if known else None)
    brought = []
    for one in witnesses:
        spread = one.rsd if one.rsd is not None else common
        own = one.rsd is not None
        if Kind(str(wanted)).power == one.kind.power:
            brought.append(at_95(one.diameter))
            continue
        if spread is None:
            raise _no_spread(one)
        brought.append(_converted(one, wanted, spread, own=own))
        if not own:
            flags.append(f"{one.name} tells no spread; {spread:.1%} was taken to bring it to {wanted} means.")
    if len({one.kind for one in witnesses}) > 1:
        flags.append("Means of different weighting were brought to one by a log-normal distribution.")
    return Comparison(
        wanted,
        tuple(witnesses),
        tuple(brought),
        _pairs(witnesses, brought),
        (*flags, *_doubts(witnesses, brought)),
    )


def _weighting(word: Weighting | str) -> Weighting:
    try:
        return Weighting(word)
    except ValueError:
        raise InputError(
            given=f"'{word}'",
            expected=" or ".join(f"'{one}'" for one in Weighting),
            why="a mean size means nothing without its weighting",
            remedy="Name one of these.",
            where=Where(key="weighting"),
        ) from None


def _doubts(witnesses: list[Witness], brought: list[Interval]) -> list[str]:
    """Return what the witnesses doubt themselves, and what no budget holds."""
    flags = [f"{one.name}: {flag}" for one in witnesses for flag in one.flags]
    definitions = dict.fromkeys(one.definition for one in witnesses if one.definition)
    if len(definitions) > 1:
        flags.append("Definitions differ, which no budget holds: " + "; ".join(definitions) + ".")
    for pair, (one, two) in zip(_pairs(witnesses, brought), combinations(brought, 2), strict=True):
        if pair.sd > _WIDE * 0.5 * (one.value + two.value):
            flags.append(
                f"{pair.first} and {pair.second}: their combined standard uncertainty of {pair.sd:.3g} nm "
                "exceeds a third of the mean; that they agree means little."
            )
    return flags


def _sd(interval: Interval) -> float:
    """Return the standard uncertainty behind a 95 % interval."""
    return max((interval.high - interval.low) / (2.0 * AGREE), 1e-9 * abs(interval.value))


def _converted(one: Witness, wanted: Weighting, rsd: float, *, own: bool) -> Interval:
    """Return the mean on another weighting; a borrowed spread adds to its interval."""
    ratio = factor(one.kind, wanted, rsd)
    power = Kind(str(wanted)).power - one.kind.power
    relative = 0.0 if own else abs(2.0 * power * rsd / (1.0 + rsd**2)) * _BORROWED * rsd
    value = one.diameter.value * ratio
    return Interval.normal(value, float(np.hypot(_sd(at_95(one.diameter)) * ratio, relative * value)))


def _pairs(witnesses: list[Witness], brought: list[Interval]) -> tuple[Pair, ...]:
    return tuple(
        Pair(a.name, b.name, one.value - two.value, float(np.hypot(_sd(one), _sd(two))))
        for (a, one), (b, two) in combinations(zip(witnesses, brought, strict=True), 2)
    )


def _no_spread(one: Witness) -> InputError:
    return InputError(
        given=f"{one.name}, a {one.kind} mean, and no spread",
        expected="a relative standard deviation, of one witness at least",
        why="means of different weighting differ by it",
        remedy="Type it: --rsd 0.10; or compare on another weighting.",
        where=Where(one.name, key="--rsd"),
    )
