"""What is believed of a size distribution before its spectrum is seen: smooth, and fading at both ends.

A second-difference regulariser alone leaves sizes that the spectrum hardly shows free to collect noise, and a
part in a thousand at 5.5 nm doubles the width of a narrow sample. So the distribution is written x = e u: u
is smooth, e is an envelope that fades on either side of a centre as a Gaussian (e^-t^2/2) or, for long tails,
as an exponential (e^-|t|), each side with its own width. Which envelope, and how smooth, the evidence
decides.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import product

import numpy as np
from jaxtyping import Float

CENTRE_STEP_NM = 0.2
"""Distance between the centres that are tried [nm]."""

WIDTHS_NM = (0.10, 0.18, 0.32, 0.56, 1.0)
"""Widths of one side of an envelope that are tried [nm], a factor 1.8 apart."""

STRENGTHS = tuple(float(a) for a in 10.0 ** np.arange(0.0, 10.01, 0.5))
"""Strengths of the regulariser that are tried, for amounts in units of the whole [1]."""

_EMPTY = 1e-9  # an envelope of exactly zero would make its columns singular
_END = -1.1  # ends almost free (-1 would be free): the prior stays proper, and hardly pulls


class Fade(StrEnum):
    """How an envelope fades away from its centre."""

    GAUSSIAN = "Gaussian"
    """As growth in one burst leaves it."""
    EXPONENTIAL = "exponential"
    """As nucleation that goes on leaves it."""

    def __call__(self, t: Float[np.ndarray, " sizes"]) -> Float[np.ndarray, " sizes"]:
        """Return the envelope at ``t`` widths from the centre [1], 1 at t = 0."""
        if self is Fade.GAUSSIAN:
            return np.asarray(np.exp(-0.5 * t * t))
        return np.asarray(np.exp(1.0 - np.sqrt(1.0 + t * t)))


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
        away = diameters - self.centre
        small, large = self.below(away / self.width_below), self.above(away / self.width_above)
        return np.where(away < 0.0, small, large) + _EMPTY


def envelopes(centre: float) -> tuple[Envelope, ...]:
    """Return all envelopes around a centre [nm]: both fades and all widths on either side."""
    sides = tuple(product(Fade, WIDTHS_NM))
    return tuple(Envelope(centre, *below, *above) for below, above in product(sides, sides))


def symmetric(centre: float) -> tuple[Envelope, ...]:
    """Return the Gaussian envelopes of equal sides around a centre [nm], to find the centre with."""
    return tuple(Envelope(centre, Fade.GAUSSIAN, w, Fade.GAUSSIAN, w) for w in WIDTHS_NM)


def centres(diameters: Float[np.ndarray, " sizes"]) -> tuple[float, ...]:
    """Return the centres that are tried on a grid of diameters [nm]."""
    count = int((diameters[-1] - diameters[0]) / CENTRE_STEP_NM) - 1
    return tuple(round(float(diameters[0]) + CENTRE_STEP_NM * (k + 1), 6) for k in range(count))


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
    return operator
