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
from scipy.linalg import eigh, solve_banded

from aliquot.instruments.absorbance.prior import (
    STRENGTHS,
    Envelope,
    centres,
    envelopes,
    roughness,
    symmetric,
)
from aliquot.instruments.absorbance.problem import Problem

TEMPER = 2.0
"""Weights in the ensemble are the evidence to the power 1/TEMPER [1].

The evidence takes the Gaussian prior at its word and drops tails that are there: at 1 the intervals of tailed
distributions hold mean and RSD in 72 to 96 % of cases, at 1.5 those of a mean in 80 % at the worst, at 2 in
more than 90 %; at 4 they hold no more, and are twice as wide for narrow samples
(benchmarks/coverage_of_intervals.py)."""

# What is smooth in size does not reach beyond; 108 change no interval and cost four times as much.
_MODES = 48
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
    y = reduced[len(problem.background) :][:_MODES]
    tried = centres(problem.diameters)
    coarse = [float(_log_evidence(_modes(problem, c, coarse=True), y, noise).max()) for c in tried]
    middle = int(np.argmax(coarse))
    near = tried[max(middle - _AROUND, 0) : middle + _AROUND + 1]
    tables = [_log_evidence(_modes(problem, c, coarse=False), y, noise) for c in near]
    return Belief(_priors(near), np.concatenate(tables).ravel())


@lru_cache(maxsize=32)  # ten thousand records, the same for all spectra of similar dots
def _priors(near: tuple[float, ...]) -> tuple[Prior, ...]:
    return tuple(Prior(e, a) for c in near for e in envelopes(c) for a in STRENGTHS)


@dataclass(frozen=True, slots=True, eq=False)
class _Modes:
    """Directions of the data that are independent under each envelope of a list, with their gain."""

    vectors: Float[np.ndarray, "envelopes modes modes"]
    """Orthonormal directions, as rows, in the leading directions of the problem."""
    gains: Float[np.ndarray, "envelopes modes"]
    """s_k^2: variance of the signal along them for a strength of 1."""


@lru_cache(maxsize=512)
def _modes(problem: Problem, centre: float, *, coarse: bool) -> _Modes:
    family: Sequence[Envelope] = symmetric(centre) if coarse else envelopes(centre)
    reached = problem.of_sizes[:_MODES]
    signals = _integrated(np.stack([reached * e.at(problem.diameters) for e in family]))
    # numpy's ways to A A^T and its eigenvalues split such small matrices over threads, and on a busy machine
    # take forty times as long; a copy of the transpose and LAPACK's plain driver do not
    grams = signals @ np.ascontiguousarray(signals.transpose(0, 2, 1))
    pairs = [eigh(gram, driver="ev") for gram in grams]
    vectors = np.stack([vectors.T for _, vectors in pairs])
    return _Modes(vectors, np.maximum(np.stack([gains for gains, _ in pairs]), 0.0))


def _integrated(
    signals: Float[np.ndarray, "envelopes modes sizes"],
) -> Float[np.ndarray, "envelopes modes sizes"]:
    """Return signals L^-1, by a tridiagonal solve (L is its own transpose)."""
    operator = roughness(signals.shape[-1])
    bands = np.zeros((3, signals.shape[-1]))
    bands[0, 1:], bands[1], bands[2, :-1] = np.diag(operator, 1), np.diag(operator), np.diag(operator, -1)
    flat = signals.reshape(-1, signals.shape[-1])
    return np.asarray(solve_banded((1, 1), bands, flat.T).T).reshape(signals.shape)


def _log_evidence(
    modes: _Modes, y: Float[np.ndarray, " modes"], noise: float
) -> Float[np.ndarray, "envelopes strengths"]:
    """Return the log evidence, up to a constant that all envelopes share."""
    squares = (modes.vectors @ y) ** 2
    variances = noise**2 + modes.gains[:, None, :] / np.array(STRENGTHS)[:, None]
    return np.asarray(-0.5 * (squares[:, None, :] / variances + np.log(variances)).sum(axis=2))
