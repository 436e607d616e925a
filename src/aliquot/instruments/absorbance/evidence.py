"""How well each prior foretells a spectrum: the evidence, over all envelopes and strengths of smoothing.

With Gaussian noise and a Gaussian prior on u (positivity left aside) the evidence is known in closed form: in
the singular vectors of K e L^-1 the data are independent, y_k ~ N(0, noise^2 + s_k^2 / strength), and

    ln P(A | envelope, strength) = -1/2 sum_k [ y_k^2 / v_k + ln v_k ],   v_k = noise^2 + s_k^2 / strength

after the backgrounds are projected out (a flat prior on each). The singular vectors depend on the window only
and are kept, so that a further spectrum costs milliseconds.

Source: MacKay 1992, "Bayesian interpolation" (Neural Comput. 4, 415), in the notation of singular vectors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from aliquot.instruments.absorbance.prior import (
    STRENGTHS,
    Envelope,
    centres,
    envelopes,
    roughness,
    symmetric,
)
from aliquot.instruments.absorbance.problem import Problem

TEMPER = 4.0
"""Weights in the ensemble are the evidence to the power 1/TEMPER [1].

The evidence takes the Gaussian prior at its word and drops tails that are there: at 1 the intervals of tailed
distributions hold mean and RSD in 72 to 96 % of cases, at 4 in more than 90 %, and at 6 they are wider by a
third for narrow samples (benchmarks/coverage_of_intervals.py)."""

_MODES = (
    48  # what is smooth in size does not reach beyond; 108 change no interval and cost four times as much
)
_AROUND = 2  # centres to both sides of the best that are weighed


@dataclass(frozen=True, slots=True)
class Prior:
    """An envelope and a strength of smoothing."""

    envelope: Envelope
    strength: float


@dataclass(frozen=True, slots=True)
class Belief:
    """All priors that were weighed for one spectrum.

    Attributes:
        priors: The priors, shape (priors,).
        log_evidence: Their log evidence [1], up to one constant, shape (priors,).
    """

    priors: tuple[Prior, ...]
    log_evidence: Float[np.ndarray, " priors"]

    @property
    def best(self) -> Prior:
        """The prior of largest evidence."""
        return self.priors[int(np.argmax(self.log_evidence))]

    @property
    def weights(self) -> Float[np.ndarray, " priors"]:
        """Tempered weights [1], summing to 1, shape (priors,)."""
        relative = np.exp((self.log_evidence - self.log_evidence.max()) / TEMPER)
        return np.asarray(relative / relative.sum())


def weigh(problem: Problem, reduced: Float[np.ndarray, " unknowns"], noise: float) -> Belief:
    """Return the evidence of all envelopes near the best centre, at all strengths.

    Args:
        problem: Columns of the window.
        reduced: The spectrum in the basis of the problem, scaled such that amounts are of order 1.
        noise: Standard deviation of its values, in the same scale.
    """
    y = _leading(problem).T @ reduced[len(problem.background) :]
    tried = centres(problem.diameters)
    coarse = [float(_log_evidence(_modes(problem, c, coarse=True), y, noise).max()) for c in tried]
    middle = int(np.argmax(coarse))
    near = tried[max(middle - _AROUND, 0) : middle + _AROUND + 1]
    tables = [_log_evidence(_modes(problem, c, coarse=False), y, noise) for c in near]
    priors = tuple(Prior(e, a) for c in near for e in envelopes(c) for a in STRENGTHS)
    return Belief(priors, np.concatenate(tables).ravel())


@dataclass(frozen=True, slots=True, eq=False)
class _Modes:
    """Directions of the data that are independent under each envelope of a list, with their gain."""

    vectors: Float[np.ndarray, "envelopes modes modes"]
    """Orthonormal directions, as rows, in the leading directions of the problem."""
    gains: Float[np.ndarray, "envelopes modes"]
    """s_k^2: variance of the signal along them for a strength of 1."""


@lru_cache(maxsize=16)
def _leading(problem: Problem) -> Float[np.ndarray, "sizes modes"]:
    """Return the directions of the data that any sizes reach; along all others there is noise only."""
    return np.linalg.svd(problem.of_sizes)[0][:, :_MODES]


@lru_cache(maxsize=512)
def _modes(problem: Problem, centre: float, *, coarse: bool) -> _Modes:
    family: Sequence[Envelope] = symmetric(centre) if coarse else envelopes(centre)
    inverse = np.linalg.inv(roughness(problem.diameters.size))
    reached = _leading(problem).T @ problem.of_sizes
    signals = np.stack([(reached * e.at(problem.diameters)) @ inverse for e in family])
    gains, vectors = np.linalg.eigh(signals @ signals.transpose(0, 2, 1))
    return _Modes(np.ascontiguousarray(vectors.transpose(0, 2, 1)), np.maximum(gains, 0.0))


def _log_evidence(
    modes: _Modes, y: Float[np.ndarray, " modes"], noise: float
) -> Float[np.ndarray, "envelopes strengths"]:
    """Return the log evidence, up to a constant that all envelopes share."""
    squares = (modes.vectors @ y) ** 2
    variances = noise**2 + modes.gains[:, None, :] / np.array(STRENGTHS)[:, None]
    return np.asarray(-0.5 * (squares[:, None, :] / variances + np.log(variances)).sum(axis=2))
