"""The linear problem behind one absorbance spectrum: columns of sizes and of background, reduced once.

    A = K x + B b + noise,   x >= 0,   b_scatter >= 0

The rows are several hundred wavelengths, the unknowns about a hundred: one change of basis, kept for every
spectrum on the same wavelengths, replaces the rows by as many as there are unknowns, without loss.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float
from scipy.linalg import eigh
from scipy.optimize import nnls

from aliquot.instruments.absorbance.kernel import first_exciton, kernel, size_limits
from aliquot.instruments.absorbance.prior import Envelope, roughness
from aliquot.knowledge.records import Material
from aliquot.units import EV_NM

STEP_NM = 0.05
"""Distance between the diameters of the recovered distribution [nm], less than a line is wide."""

UNSEEN = 0.85
"""Diameters are looked for down to this share of the smallest whose first exciton the window shows [1]."""


class Background(StrEnum):
    """What a spectrum may hold beside the dots; two columns are as many as one spectrum bears."""

    SCATTER = "scatter"
    """(400 nm / lambda)^4, never negative: aggregates, bubbles, gel."""
    OFFSET = "offset"
    """A constant of either sign: blank and cuvette."""

    def column(self, wavelengths: Float[np.ndarray, " wavelengths"]) -> Float[np.ndarray, " wavelengths"]:
        """Return its absorbance at wavelengths [nm] for an amplitude of 1."""
        return (400.0 / wavelengths) ** 4 if self is Background.SCATTER else np.ones_like(wavelengths)


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Columns of sizes and background on given wavelengths, and their reduction.

    Attributes:
        diameters: Diameters [nm], shape (sizes,).
        seen: Whether the window shows the first exciton of a diameter, shape (sizes,).
        columns: Absorbance of one unit of amount in each size, shape (wavelengths, sizes).
        unit: Absorption per volume that one unit of column stands for [cm-1].
        background: Kinds of background, first to last.
        shapes: Their columns, shape (wavelengths, backgrounds).
        basis: Orthonormal basis of all columns: backgrounds, then what sizes hold beyond them, shape
            (wavelengths, unknowns).
        loadings: Columns in that basis, backgrounds first, shape (unknowns, unknowns).
    """

    diameters: Float[np.ndarray, " sizes"]
    seen: Bool[np.ndarray, " sizes"]
    columns: Float[np.ndarray, "wavelengths sizes"]
    unit: float
    background: tuple[Background, ...]
    shapes: Float[np.ndarray, "wavelengths backgrounds"]
    basis: Float[np.ndarray, "wavelengths unknowns"]
    loadings: Float[np.ndarray, "unknowns unknowns"]

    @property
    def of_sizes(self) -> Float[np.ndarray, "sizes sizes"]:
        """What the columns of sizes hold beyond any background, rows falling in norm."""
        skip = len(self.background)
        return self.loadings[skip:, skip:]

    def solve(
        self,
        reduced: Float[np.ndarray, " unknowns"],
        noise: float,
        envelope: Envelope,
        strength: float,
        pull: Float[np.ndarray, " sizes"] | None = None,
    ) -> "Solution":
        """Return the non-negative amounts that fit the spectrum and are smooth under an envelope.

        Minimises |A - K e u - B b|^2 / noise^2 + |sqrt(strength) L u - pull|^2 over u >= 0.

        Args:
            reduced: The spectrum in :attr:`basis`.
            noise: Standard deviation of each value of the spectrum.
            envelope: Where amounts are looked for.
            strength: Weight of the regulariser [1].
            pull: Target of the scaled second differences, zero unless drawn at random.
        """
        skip, size = len(self.background), self.diameters.size
        e = envelope.at(self.diameters)
        # a signed unknown is two non-negative ones
        signed = [k for k, kind in enumerate(self.background) if kind is Background.OFFSET]
        extra = np.concatenate([self.loadings[:, :skip], -self.loadings[:, signed]], axis=1)
        system = np.zeros((skip + 2 * size, size + skip + len(signed)))
        system[: skip + size, :size] = self.loadings[:, skip:] * (e / noise)
        system[: skip + size, size:] = extra / noise
        system[skip + size :, :size] = np.sqrt(strength) * roughness(size)
        target = np.concatenate([reduced / noise, np.zeros(size) if pull is None else pull])
        found, _ = nnls(system, target)
        amplitudes = found[size : size + skip].copy()
        amplitudes[signed] -= found[size + skip :]
        return Solution(found[:size] * e, amplitudes)


@dataclass(frozen=True, slots=True)
class Solution:
    """Amounts of every size and of the backgrounds."""

    amounts: Float[np.ndarray, " sizes"]
    """Amount in each size, in units of the problem, shape (sizes,)."""
    amplitudes: Float[np.ndarray, " backgrounds"]
    """Absorbance of each background where its column is 1, shape (backgrounds,)."""


def problem(
    material: Material,
    wavelengths: Float[np.ndarray, " wavelengths"],
    background: Sequence[Background],
    n_s: float,
) -> Problem:
    """Return the problem for a material and a window, kept for further spectra on the same wavelengths.

    Args:
        material: Card with lineshape and refraction.
        wavelengths: Wavelengths [nm], shape (wavelengths,).
        background: Kinds of background to allow for.
        n_s: Refractive index of the medium [1]; a scale only.

    Raises:
        RangeError, CardError: As :func:`~aliquot.instruments.absorbance.kernel.kernel` does.
    """
    return _problem(material, np.ascontiguousarray(wavelengths, float).tobytes(), tuple(background), n_s)


@lru_cache(maxsize=8)
def _problem(material: Material, window: bytes, background: tuple[Background, ...], n_s: float) -> Problem:
    wavelengths = np.frombuffer(window)
    diameters = _grid(material, float(wavelengths[0]))
    values = kernel(material, wavelengths, diameters, n_s).values
    unit = float(np.linalg.norm(values, axis=0).mean())
    columns = values / unit
    shapes = (
        np.array([kind.column(wavelengths) for kind in background])
        .reshape(len(background), wavelengths.size)
        .T
    )
    basis, loadings = _reduce(shapes, columns)
    first = EV_NM / first_exciton(material, diameters)
    seen = (first >= wavelengths[0]) & (first <= wavelengths[-1])
    return Problem(diameters, seen, columns, unit, background, shapes, basis, loadings)


def _reduce(
    shapes: Float[np.ndarray, "wavelengths backgrounds"],
    columns: Float[np.ndarray, "wavelengths sizes"],
) -> tuple[Float[np.ndarray, "wavelengths unknowns"], Float[np.ndarray, "unknowns unknowns"]]:
    """Return an orthonormal basis of all columns, and the columns in it."""
    flat, inner = np.linalg.qr(shapes)
    shared = flat.T @ columns
    beyond = columns - flat @ shared
    # singular values of a kernel fall to 1e-6 of the first: their squares are safe in double precision
    squares, vectors = eigh(beyond.T @ beyond, driver="ev")
    gains = np.sqrt(np.maximum(squares[::-1], squares[-1] * np.finfo(float).eps))
    rows = vectors[:, ::-1].T
    basis = np.concatenate([flat, beyond @ rows.T / gains], axis=1)
    none = np.zeros((gains.size, inner.shape[1]))
    return basis, np.block([[inner, shared], [none, gains[:, None] * rows]])


def _grid(material: Material, first_nm: float) -> Float[np.ndarray, " sizes"]:
    """Return the diameters to look for, multiples of the step, down to where the window shows only tails."""
    low, high = size_limits(material)
    multiples = np.arange(np.ceil(low / STEP_NM - 1e-9), np.floor(high / STEP_NM + 1e-9) + 1.0) * STEP_NM
    seen = multiples[EV_NM / first_exciton(material, multiples) >= first_nm]
    smallest = UNSEEN * seen[0] if seen.size else multiples[-1]
    return np.asarray(np.clip(multiples[multiples >= smallest], low, high))
