"""The linear problem behind one absorbance spectrum, for one lineshape.

    A = K x + B b + noise,   x >= 0,   b_scatter >= 0

written in the few directions of :class:`~aliquot.instruments.absorbance.frame.Frame` that any lineshape near
that of the card can reach.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float

from aliquot.instruments.absorbance.nonnegative import nonnegative
from aliquot.instruments.absorbance.prior import Envelope, roughness

NEGLIGIBLE = 1e-6
"""Where an envelope is below this share of its top, no amount is looked for [1]."""


class Background(StrEnum):
    """What a spectrum may hold beside the dots; two columns are as many as one spectrum bears."""

    SCATTER = "scatter"
    """(400 nm / lambda)^4, never negative: aggregates, bubbles, gel."""
    OFFSET = "offset"
    """A constant of either sign: blank and cuvette."""

    def column(self, wavelengths: Float[np.ndarray, " wavelengths"]) -> Float[np.ndarray, " wavelengths"]:
        """Return its absorbance at wavelengths [nm] for an amplitude of 1."""
        return (400.0 / wavelengths) ** 4 if self is Background.SCATTER else np.ones_like(wavelengths)


BACKGROUND = (Background.SCATTER, Background.OFFSET)
"""Backgrounds that are allowed for unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Amounts of every size and of the backgrounds."""

    amounts: Float[np.ndarray, " sizes"]
    """Amount in each size, in units of the problem, shape (sizes,)."""
    amplitudes: Float[np.ndarray, " backgrounds"]
    """Absorbance of each background where its column is 1, shape (backgrounds,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Columns of sizes and background, in the basis of a frame.

    Attributes:
        diameters: Diameters [nm], shape (sizes,).
        seen: Whether the window shows the first exciton of a diameter, shape (sizes,).
        unit: Absorption per volume that one unit of column stands for [cm-1].
        background: Kinds of background, first to last.
        inner: Backgrounds in the first directions of the basis, shape (backgrounds, backgrounds).
        shared: What columns of sizes hold of any background, shape (backgrounds, sizes).
        of_sizes: What they hold beyond, in the further directions, shape (directions, sizes).
        known: Decompositions that were made already, by envelope.
    """

    diameters: Float[np.ndarray, " sizes"]
    seen: Bool[np.ndarray, " sizes"]
    unit: float
    background: tuple[Background, ...]
    inner: Float[np.ndarray, "backgrounds backgrounds"]
    shared: Float[np.ndarray, "backgrounds sizes"]
    of_sizes: Float[np.ndarray, "directions sizes"]
    known: dict[Envelope, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict, repr=False)

    def solve(
        self,
        reduced: Float[np.ndarray, " rows"],
        noise: float,
        envelope: Envelope,
        strength: float,
        pull: Float[np.ndarray, " sizes"] | None = None,
    ) -> Solution:
        """Return the non-negative amounts that fit the spectrum and are smooth under an envelope.

        Minimises |A - K e u - B b|^2 / noise^2 + |sqrt(strength) L u - pull|^2 over u >= 0.

        Args:
            reduced: The spectrum in the basis of the frame.
            noise: Standard deviation of each value of the spectrum.
            envelope: Where amounts are looked for.
            strength: Weight of the regulariser [1].
            pull: Target of the scaled second differences, zero unless drawn at random.
        """
        e = envelope.at(self.diameters)
        kept = np.flatnonzero(e > NEGLIGIBLE)
        smooth = np.sqrt(strength) * roughness(e.size)[max(kept[0] - 1, 0) : kept[-1] + 2, kept]
        skip, count, data = len(self.background), kept.size, reduced.size
        system = np.zeros((data + smooth.shape[0], count + skip))
        system[:skip, :count] = self.shared[:, kept] * (e[kept] / noise)
        system[skip:data, :count] = self.of_sizes[:, kept] * (e[kept] / noise)
        system[:skip, count:] = self.inner / noise
        system[data:, :count] = smooth
        wanted = np.zeros(e.size) if pull is None else pull
        target = np.concatenate([reduced / noise, wanted[max(kept[0] - 1, 0) : kept[-1] + 2]])
        signed = np.array([False] * count + [kind is Background.OFFSET for kind in self.background])
        found = nonnegative(system, target, signed)
        amounts = np.zeros(e.size)
        amounts[kept] = found[:count] * e[kept]
        return Solution(amounts, found[count:])

    def fitted(self, solution: Solution) -> Float[np.ndarray, " rows"]:
        """Return a solution's absorbance in the basis of the frame."""
        flat = self.inner @ solution.amplitudes + self.shared @ solution.amounts
        return np.concatenate([flat, self.of_sizes @ solution.amounts])
