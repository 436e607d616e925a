"""Amounts in one spectrum: non-negative, the dots smooth along their first exciton, how smooth by evidence.

    minimise |A - F z|^2 / noise^2 + strength |L x|^2   over z = (clusters, background, x) >= 0

L takes second differences of the amounts of dots, zero beyond both ends. With Gaussian noise and positivity
left aside the evidence of a strength is known in closed form once clusters and background are projected out
(MacKay 1992, Neural Comput. 4, 415): it costs a few multiplications per spectrum.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float
from scipy.linalg import svd
from scipy.optimize import nnls

from aliquot.instruments.absorbance.clusters.design import Design, Place
from aliquot.instruments.absorbance.problem import Background

STRENGTHS = 10.0 ** np.arange(0.0, 9.01, 0.5)
"""Strengths of smoothing that are weighed, for amounts in absorbance [1]."""


@dataclass(frozen=True, eq=False)
class Columns:
    """All columns at one place of the lines, reduced to as many rows as there are unknowns.

    Attributes:
        matrix: Clusters, background, dots, shape (wavelengths, unknowns).
        basis: Orthonormal basis of them, shape (wavelengths, rank).
        loadings: The columns in it, upper triangular, shape (rank, unknowns).
        fixed: Number of clusters and backgrounds, which come first.
        signed: Places of the backgrounds that may be negative.
        at_anchor: Absorption of each column at the anchor, shape (unknowns,).
    """

    matrix: Float[np.ndarray, "wavelengths unknowns"]
    basis: Float[np.ndarray, "wavelengths rank"]
    loadings: Float[np.ndarray, "rank unknowns"]
    fixed: int
    signed: tuple[int, ...]
    at_anchor: Float[np.ndarray, " unknowns"]

    @cached_property
    def modes(self) -> tuple[Float[np.ndarray, "modes beyond"], Float[np.ndarray, " modes"]]:
        """Directions of the dots beyond what is fixed, and the variance along them at strength 1."""
        beyond = self.loadings[self.fixed :, self.fixed :]
        left, gains, _ = svd(
            np.linalg.solve(second_differences(beyond.shape[1]), beyond.T).T, full_matrices=False
        )
        return np.ascontiguousarray(left.T), np.asarray(gains**2)

    @property
    def rough(self) -> Float[np.ndarray, "dots unknowns"]:
        """The operator of roughness on all unknowns, zero on those that are no dots."""
        count = self.loadings.shape[1] - self.fixed
        return np.concatenate([np.zeros((count, self.fixed)), second_differences(count)], axis=1)

    def strength(self, reduced: Float[np.ndarray, " rank"], noise: float) -> float:
        """Return the strength of smoothing with the largest evidence [1]."""
        if self.loadings.shape[1] == self.fixed:
            return float(STRENGTHS[0])
        directions, gains = self.modes
        squares = (directions @ reduced[self.fixed :]) ** 2
        variances = noise**2 + gains / STRENGTHS[:, None]
        log_evidence = -0.5 * (squares / variances + np.log(variances)).sum(axis=1)
        return float(STRENGTHS[int(np.argmax(log_evidence))])

    def solve(
        self, reduced: Float[np.ndarray, " rank"], noise: float, strength: float
    ) -> Float[np.ndarray, " unknowns"]:
        """Return the amounts [absorbance], shape (unknowns,)."""
        rank, unknowns = self.loadings.shape
        signed = list(self.signed)  # a signed unknown is two non-negative ones
        system = np.zeros((rank + unknowns - self.fixed, unknowns + len(signed)))
        system[:rank, :unknowns] = self.loadings / noise
        system[:rank, unknowns:] = -self.loadings[:, signed] / noise
        system[rank:, self.fixed : unknowns] = np.sqrt(strength) * second_differences(unknowns - self.fixed)
        target = np.zeros(system.shape[0])
        target[:rank] = reduced / noise
        found, _ = nnls(system, target)
        amounts = found[:unknowns].copy()
        amounts[signed] -= found[unknowns:]
        return np.asarray(amounts)

    def covariance(
        self, amounts: Float[np.ndarray, " unknowns"], noise: float, strength: float
    ) -> Float[np.ndarray, "unknowns unknowns"]:
        """Return the covariance of the amounts from noise, the prior on the dots included [absorbance2].

        Dots that positivity keeps at zero are left out; clusters and background always count, also at zero,
        where the interval still has to say how much could be there.
        """
        used = amounts > 0.0
        used[: self.fixed] = True
        kept, rough = self.loadings[:, used], self.rough[:, used]
        precision = kept.T @ kept / noise**2 + strength * rough.T @ rough
        found = np.zeros((amounts.size, amounts.size))
        found[np.ix_(used, used)] = np.linalg.pinv(precision, hermitian=True)
        return found


def columns(made: Design, place: Place) -> Columns:
    """Return all columns of a design with its lines at one place."""
    clusters, block = made.clusters(place), made.block(place)
    return assembled(made, clusters, block)


def assembled(
    made: Design,
    clusters: Float[np.ndarray, "points families"],
    block: Float[np.ndarray, "points dots"],
) -> Columns:
    """Return columns of clusters and dots, the anchor in their last rows, with the background of a design."""
    matrix = np.concatenate([clusters[:-1], made.shapes, block[:-1]], axis=1)
    basis, loadings = np.linalg.qr(matrix)
    count = clusters.shape[1]
    signed = [k for k, kind in enumerate(made.background) if kind is Background.OFFSET]
    none = np.zeros(made.shapes.shape[1])  # background is no semiconductor
    return Columns(
        matrix,
        basis,
        loadings,
        count + none.size,
        tuple(count + k for k in signed),
        np.concatenate([clusters[-1], none, block[-1]]),
    )


def second_differences(count: int) -> Float[np.ndarray, "count count"]:
    """Return the second-difference operator [1], zero beyond both ends.

    Example:
        >>> second_differences(3)
        array([[-2.,  1.,  0.],
               [ 1., -2.,  1.],
               [ 0.,  1., -2.]])
    """
    return -2.0 * np.eye(count) + np.eye(count, k=1) + np.eye(count, k=-1)
