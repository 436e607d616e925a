"""What is believed of a size distribution before its spectrum is seen: smooth, and fading at both ends.

A second-difference regulariser alone leaves sizes that the spectrum hardly shows free to collect noise, and a
part in a thousand at 5.5 nm doubles the width of a narrow sample. So the distribution is written x = e u: u
is smooth, e is an envelope that fades on either side of a centre as a Gaussian of the diameter or of its
logarithm (e^-t^2/2) or, for long tails, as an exponential (e^-|t|), each side with its own width. Which
envelope, and how smooth, the evidence decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import product

import numpy as np
from jaxtyping import Float

CENTRE_STEP_NM = 0.1
"""Distance between the centres that are tried [nm]."""

WIDTHS_NM = tuple(round(0.10 * 1.34**k, 3) for k in range(9))
"""Widths of one side of an envelope that are tried, from 0.10 to 1.04 nm, a factor 1.34 apart.

A factor of 1.8 is too coarse: the lineshape then takes up what the envelope can not, and reads 10 % too
wide."""

STRENGTHS = tuple(float(a) for a in 10.0 ** np.arange(0.0, 10.01, 0.5))
"""Strengths of the regulariser that are tried, for amounts in units of the whole [1]."""

_EMPTY = 1e-9  # an envelope of exactly zero would make its columns singular
_END = -1.1  # ends almost free (-1 would be free): the prior stays proper, and hardly pulls


class Fade(StrEnum):
    """How an envelope fades away from its centre."""

    GAUSSIAN = "Gaussian"
    """As growth in one burst leaves it."""
    LOG_GAUSSIAN = "log-Gaussian"
    """As random growth in proportion leaves it: what a log-normal distribution is."""
    EXPONENTIAL = "exponential"
    """As nucleation that goes on leaves it."""

    def __call__(self, t: Float[np.ndarray, " sizes"]) -> Float[np.ndarray, " sizes"]:
        """Return the envelope at ``t`` widths from the centre [1], 1 at t = 0."""
        if self is Fade.EXPONENTIAL:
            return np.asarray(np.exp(1.0 - np.sqrt(1.0 + t * t)))
        return np.asarray(np.exp(-0.5 * t * t))


@dataclass(frozen=True, slots=True)
class Envelope:
    """The sizes among which amounts are looked for, and how they fade to both sides.

    Example:
        >>> Envelope(2.7, Fade.EXPONENTIAL, 0.4, Fade.GAUSSIAN, 0.2).at(np.array([1.9, 2.7, 3.1])).round(2)
        array([0.29, 1.  , 0.14])
    """

    centre: float
    """Centre [nm]."""
    below: Fade
    """Form on the side of small sizes."""
    width_below: float
    """Width on the side of small sizes [nm]."""
    above: Fade
    """Form on the side of large sizes."""
    width_above: float
    """Width on the side of large sizes [nm]."""

    def at(self, diameters: Float[np.ndarray, " sizes"]) -> Float[np.ndarray, " sizes"]:
        """Return the envelope at diameters [nm], shape (sizes,), largest value 1."""
        away, logs = diameters - self.centre, self.centre * np.log(diameters / self.centre)
        small = self.below((logs if self.below is Fade.LOG_GAUSSIAN else away) / self.width_below)
        large = self.above((logs if self.above is Fade.LOG_GAUSSIAN else away) / self.width_above)
        return np.where(away < 0.0, small, large) + _EMPTY

    def sides_below(self) -> Iterator["Envelope"]:
        """Yield it with other sides of small sizes: every fade, and widths up to two steps away."""
        for fade, width in _near(self.width_below):
            yield replace(self, below=fade, width_below=width)

    def sides_above(self) -> Iterator["Envelope"]:
        """Yield it with other sides of large sizes: every fade, and widths up to two steps away."""
        for fade, width in _near(self.width_above):
            yield replace(self, above=fade, width_above=width)

    def moved(self) -> Iterator["Envelope"]:
        """Yield it elsewhere, and elsewhere with one side wider and the other narrower."""
        for step in (-4, -2, -1, 1, 2, 4):
            yield self._shifted(step, 0)
        for step in (-2, -1, 0, 1, 2):
            for wider in (-1, 1):
                yield self._shifted(step, wider)

    def _shifted(self, step: int, wider: int) -> "Envelope":
        below, above = _place(self.width_below), _place(self.width_above)
        return replace(
            self,
            centre=round(self.centre + step * CENTRE_STEP_NM, 3),
            width_below=_width(below + wider),
            width_above=_width(above - wider),
        )


def symmetric(centre: float, width: float) -> Envelope:
    """Return the Gaussian envelope of equal sides around a centre, to find the centre with [nm]."""
    return Envelope(centre, Fade.GAUSSIAN, width, Fade.GAUSSIAN, width)


def around(mean: float, sd: float) -> Envelope:
    """Return an envelope of the grid around a distribution of known mean and spread [nm]."""
    width = _width(_place(sd))
    return Envelope(
        round(round(mean / CENTRE_STEP_NM) * CENTRE_STEP_NM, 3),
        Fade.LOG_GAUSSIAN,
        width,
        Fade.LOG_GAUSSIAN,
        width,
    )


def centres(diameters: Float[np.ndarray, " sizes"]) -> tuple[float, ...]:
    """Return the centres that are tried first on a grid of diameters, every second one [nm]."""
    first, last = (float(d) for d in diameters[[0, -1]])
    steps = np.arange(np.ceil(first / CENTRE_STEP_NM) + 1.0, last / CENTRE_STEP_NM - 1.0, 2.0)
    return tuple(np.round(steps * CENTRE_STEP_NM, 3).tolist())


@lru_cache(maxsize=16)
def roughness(size: int) -> Float[np.ndarray, "sizes sizes"]:
    """Return the second-difference operator [1], shape (size, size), invertible.

    Example:
        >>> roughness(3)
        array([[-1.1,  1. ,  0. ],
               [ 1. , -2. ,  1. ],
               [ 0. ,  1. , -1.1]])
    """
    operator = -2.0 * np.eye(size) + np.eye(size, k=1) + np.eye(size, k=-1)
    operator[0, 0] = operator[-1, -1] = _END
    operator.flags.writeable = False
    return operator


@lru_cache(maxsize=16)
def smoothing(size: int) -> Float[np.ndarray, "sizes sizes"]:
    """Return the inverse of the second-difference operator [1], shape (size, size)."""
    inverse = np.linalg.inv(roughness(size))
    inverse.flags.writeable = False
    return np.asarray(inverse)


@lru_cache(maxsize=16)
def _near(width: float) -> tuple[tuple[Fade, float], ...]:
    """Return every fade with every width up to two steps away."""
    place = _place(width)
    return tuple(product(Fade, WIDTHS_NM[max(place - 2, 0) : place + 3]))


@lru_cache(maxsize=1024)
def _place(width: float) -> int:
    """Return the number of the width next to one given."""
    return int(np.argmin(np.abs(np.log(np.array(WIDTHS_NM) / width))))


def _width(place: int) -> float:
    return WIDTHS_NM[min(max(place, 0), len(WIDTHS_NM) - 1)]
