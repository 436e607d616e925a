"""The record of a claim: what was found, how sure, on what evidence, on whose authority."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from aliquot.population.distribution import SizeDistribution


@dataclass(frozen=True, slots=True)
class Interval:
    """A value between two bounds that hold it with a stated probability.

    Example:
        >>> Interval(2.71, 2.66, 2.77)
        Interval(value=2.71, low=2.66, high=2.77, level=0.95)
    """

    value: float
    """Best estimate, in the unit of its finding."""
    low: float
    """Lower bound, in the unit of its finding."""
    high: float
    """Upper bound, in the unit of its finding."""
    level: float = 0.95
    """Probability that the bounds hold the true value."""

    @classmethod
    def normal(cls, value: float, sd: float) -> "Interval":
        """Return the 95 % interval of a normal distribution with a standard uncertainty ``sd``."""
        half = 1.959964 * sd
        return cls(value, value - half, value + half)


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim with value, uncertainty budget, evidence and sources.

    Example:
        >>> Finding("E1", "nm", Interval.normal(518.0, 0.4), budget={"noise": 0.4}).value.low
        517.216...
    """

    quantity: str
    """What was found: ``"E1"``, ``"diameter"``, ``"RSD"``, ..."""
    unit: str
    """Unit of the value, ``"1"`` for a plain number."""
    value: Interval | None
    """The estimate, or None where nothing could be said; then ``flags`` tells why."""
    budget: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Standard uncertainty by cause (noise, lineshape, sizing curve), in the unit of the value."""
    definition: str | None = None
    """What exactly the quantity means, such as the size definition of a diameter and its weighting."""
    evidence: str = ""
    """How it was found, in a sentence."""
    distribution: SizeDistribution | None = None
    """The recovered size distribution that the value summarises, if there is one."""
    sources: tuple[str, ...] = ()
    """Keys of the bibliography on which the claim rests."""
    flags: tuple[str, ...] = ()
    """Doubts and reasons, whole sentences."""
