"""How well each prior foretells a spectrum: the evidence, over all envelopes and strengths of smoothing.

With Gaussian noise and a Gaussian prior on u (positivity left aside) the evidence is known in closed form: in the
singular vectors of K e L^-1 the data are independent, y_k ~ N(0, noise^2 + s_k^2 / strength), and

    ln P(A | envelope, strength) = -1/2 sum_k [ y_k^2 / v_k + ln v_k ],   v_k = noise^2 + s_k^2 / strength

after the backgrounds are projected out (a flat prior on each). The singular vectors depend on the window only and
are kept, so that a further spectrum costs milliseconds.

Source: MacKay 1992 (Neural Comput. 4, 415), eqs 2.5 to 4.11, in the notation of the singular vectors.
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

The evidence takes the Gaussian prior at its word, and drops long tails that are there; at 1 the intervals of a
distribution with a long tail cover the truth in 80 % of cases, at 4 in 95 % (benchmarks/coverage_of_intervals.py)."""

_MODES = 48  # singular values fall by ten decades within; what is left is told apart by no spectrum
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
    y = reduced[len(problem.background) :]
    tried = centres(problem.diameters)
    coarse = [float(_log_evidence(_modes(problem, c, coarse=True), y, noise).max()) for c in tried]
    middle = int(np.argmax(coarse))
    near = tried[max(middle - _AROUND, 0) : middle + _AROUND + 1]
    tables = [_log_evidence(_modes(problem, c, coarse=False), y, noise) for c in near]
    priors = tuple(Prior(e, a) for c in near for e in envelopes(c) for a in STRENGTHS)
    return Belief(priors, np.concatenate(tables).ravel())


@dataclass(frozen=True, slots=True, eq=False)
class _Modes:
    """Leading singular vectors and values of K e L^-1 for a list of envelopes."""

    vectors: Float[np.ndarray, "envelopes modes sizes"]
    values: Float[np.ndarray, "envelopes modes"]


@lru_cache(maxsize=256)
def _modes(problem: Problem, centre: float, *, coarse: bool) -> _Modes:
    family: Sequence[Envelope] = symmetric(centre) if coarse else envelopes(centre)
    inverse = np.linalg.inv(roughness(problem.diameters.size))
    stack = np.stack([(problem.of_sizes * e.at(problem.diameters)) @ inverse for e in family])
    vectors, values, _ = np.linalg.svd(stack)
    # single precision is a thousandth of the noise, and halves what has to be read for every spectrum
    leading = np.ascontiguousarray(vectors[:, :, :_MODES].transpose(0, 2, 1), dtype=np.float32)
    return _Modes(leading, values[:, :_MODES])


def _log_evidence(
    modes: _Modes, y: Float[np.ndarray, " sizes"], noise: float
) -> Float[np.ndarray, "envelopes strengths"]:
    """Return the log evidence, up to a constant that all envelopes share."""
    squares = (modes.vectors @ y.astype(np.float32)).astype(float) ** 2
    rest = (y @ y - squares.sum(axis=1)) / noise**2  # modes that hold noise only
    variances = noise**2 + modes.values[:, None, :] ** 2 / np.array(STRENGTHS)[:, None]
    inside = (squares[:, None, :] / variances + np.log(variances / noise**2)).sum(axis=2)
    return np.asarray(-0.5 * (inside + rest[:, None]))
