"""What happens in the reactor of a batch: stretches of time, and what joins at once."""

from dataclasses import dataclass
from math import exp

from aliquot.reactors.additions import Addition


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time during which the temperature follows one law, and something may be fed.

    Example:
        >>> ramp = Stretch(key="steps.2.heat", duration=100.0, start=300.0, target=400.0, rate=1.0)
        >>> ramp.temperature(25.0), ramp.end
        (325.0, 400.0)
        >>> after_a_shot = Stretch(key="steps.4.hold", duration=60.0, start=380.0, target=400.0, lag=60.0)
        >>> round(after_a_shot.end, 2)
        392.64
    """

    key: str
    """Dotted key of the step in the recipe, such as ``"steps.4.feed"``."""
    duration: float
    """[s]."""
    start: float
    """Temperature at its beginning [K]."""
    target: float
    """Set point [K]."""
    rate: float | None = None
    """Speed of a linear approach to the set point, up or down; None where it is none [K s-1]."""
    lag: float = 0.0
    """Time constant of an exponential approach, 0 where the set point holds from the beginning [s]."""
    feed: Addition | None = None
    """What is fed, evenly over the duration."""
    samples: tuple[float, ...] = ()
    """Times at which samples are drawn, from the beginning of the stretch [s]."""
    sample_volume: float | None = None
    """Volume of each sample, None if it was not reported: then nothing is removed [m3]."""

    def temperature(self, t: float) -> float:
        """Return the temperature [K] at a time from the beginning of the stretch [s]."""
        if self.rate is not None:
            gap = self.target - self.start
            way = min(self.rate * t, abs(gap))
            return self.start + (way if gap > 0.0 else -way)
        if self.lag > 0.0:
            return self.target + (self.start - self.target) * exp(-t / self.lag)
        return self.target

    @property
    def end(self) -> float:
        """Temperature at its end [K]."""
        return self.temperature(self.duration)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What joins at once: volumes add, and the temperature is that of the mixture."""

    key: str
    """Dotted key of the step in the recipe."""
    addition: Addition
    """What joins."""
    temperature: float
    """Temperature of the mixture afterwards [K]."""
