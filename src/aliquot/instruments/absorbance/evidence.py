"""How well each prior foretells a spectrum: the evidence, over envelopes and strengths of smoothing.

With Gaussian noise and a Gaussian prior on u (positivity left aside) the evidence is known in closed form: in
the singular vectors of K e L^-1 the data are independent, y_k ~ N(0, noise^2 + s_k^2 / strength), and

    ln P(A | envelope, strength) = -1/2 sum_k [ y_k^2 / v_k + ln v_k ],   v_k = noise^2 + s_k^2 / strength

after the backgrounds are projected out (a flat prior on each). All strengths of an envelope cost one small
decomposition, which a problem keeps; the best envelope is climbed to, side by side, from several starts.

Source: MacKay 1992, "Bayesian interpolation" (Neural Comput. 4, 415), in the notation of singular vectors.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.linalg.lapack import dsyev

from aliquot.instruments.absorbance.prior import (
    STRENGTHS,
    Envelope,
    centres,
    smoothing,
    symmetric,
)
from aliquot.instruments.absorbance.problem import NEGLIGIBLE, Problem

TEMPER = 4.0
"""Weights in the ensemble are the evidence to the power 1/TEMPER [1], those of lineshapes likewise.

The evidence takes the Gaussian prior at its word and drops tails that are there. With lineshapes that are not
known, intervals hold mean and RSD of tailed distributions in 85 % of drawn cases at 3, in 90 and 92 % at 4,
and are a tenth wider (benchmarks/coverage_of_intervals.py)."""

MODES = 32
"""Directions that are weighed; what a spectrum says of smooth distributions does not reach beyond."""

_FIRST_NM = (0.18, 0.432)  # widths of the envelopes with which the centre is looked for
_ENOUGH = 0.1  # a climb ends when a round gains no more
_FAR = 12.0  # priors that far below the best have no weight
_ROUNDS = 8

_Height = Callable[[Envelope], float]


@dataclass(frozen=True, slots=True)
class Prior:
    """An envelope and a strength of smoothing."""

    envelope: Envelope
    strength: float


@dataclass(frozen=True, slots=True)
class Belief:
    """The priors that matter for one spectrum, best first.

    Attributes:
        priors: The priors, shape (priors,).
        log_evidence: Their log evidence [1], up to one constant, shape (priors,).
    """

    priors: tuple[Prior, ...]
    log_evidence: Float[np.ndarray, " priors"]

    @property
    def best(self) -> Prior:
        """The prior of largest evidence."""
        return self.priors[0]

    @property
    def weights(self) -> Float[np.ndarray, " priors"]:
        """Tempered weights [1], summing to 1, shape (priors,)."""
        relative = np.exp((self.log_evidence - self.log_evidence[0]) / TEMPER)
        return np.asarray(relative / relative.sum())

    @property
    def tempered(self) -> float:
        """Tempered log evidence of all priors together [1]."""
        relative = np.exp((self.log_evidence - self.log_evidence[0]) / TEMPER)
        return float(self.log_evidence[0] / TEMPER + np.log(relative.sum()))

    def first(self, count: int) -> "Belief":
        """Return the best so many."""
        return Belief(self.priors[:count], self.log_evidence[:count])

    def ends(self, count: int) -> tuple[Envelope, ...]:
        """Return the best so many envelopes, each once."""
        return tuple(dict.fromkeys(prior.envelope for prior in self.priors))[:count]


def weigh(
    problem: Problem,
    beyond: Float[np.ndarray, " directions"],
    noise: float,
    starts: Sequence[Envelope] = (),
) -> Belief:
    """Return the evidence of all envelopes on the way to the best, at all strengths.

    Args:
        problem: Columns of the window.
        beyond: What the spectrum holds beyond backgrounds, in the basis of the problem, scaled such that
            amounts are of order 1.
        noise: Standard deviation of its values, in the same scale.
        starts: Envelopes to climb from; looked for where none is given.
    """
    y = beyond[:MODES]
    seen: dict[Envelope, Float[np.ndarray, " strengths"]] = {}

    def height(envelope: Envelope) -> float:
        if envelope not in seen:
            seen[envelope] = log_evidence(decomposed(problem, envelope), y, noise)
        return float(seen[envelope].max())

    for start in starts or _first(problem, height):
        _climb(start, height, problem)
    table = np.stack(list(seen.values()))
    order = np.argsort(-table, axis=None)
    order = order[table.ravel()[order] > table.max() - _FAR]
    envelopes = list(seen)
    rows, columns = np.unravel_index(order, table.shape)
    priors = tuple(
        Prior(envelopes[r], STRENGTHS[c]) for r, c in zip(rows.tolist(), columns.tolist(), strict=True)
    )
    return Belief(priors, table.ravel()[order])


def _first(problem: Problem, height: _Height) -> tuple[Envelope, ...]:
    """Return the best symmetric envelope of each of a few widths."""
    tried = centres(problem.diameters)
    best = (max((symmetric(c, w) for c in tried), key=height) for w in _FIRST_NM)
    return tuple(dict.fromkeys(best))


def _climb(start: Envelope, height: _Height, problem: Problem) -> Envelope:
    """Return the best envelope that is reached by changing one thing at a time."""
    low, high = (float(d) for d in problem.diameters[[0, -1]])
    at = start
    for _ in range(_ROUNDS):
        before = height(at)
        for way in (Envelope.sides_below, Envelope.sides_above, Envelope.moved):
            steps: Iterable[Envelope] = (e for e in way(at) if low < e.centre < high)
            at = max((at, *steps), key=height)
        if height(at) - before < _ENOUGH:
            break
    return at


def decomposed(problem: Problem, envelope: Envelope) -> tuple[np.ndarray, np.ndarray]:
    """Return directions that are independent under an envelope, as columns, and their gains s_k^2.

    They are kept with the problem, so that a further spectrum of similar dots costs milliseconds.
    """
    found = problem.known.get(envelope)
    if found is None:
        signals = integrated(problem, envelope)
        # numpy's ways to A A^T and its eigenvalues split such small matrices over threads, and on a busy
        # machine take forty times as long; a copy of the transpose and LAPACK's plain driver do not
        gains, vectors, _ = dsyev(signals @ signals.T.copy())
        found = (vectors, np.maximum(gains, 0.0))
        problem.known[envelope] = found
    return found


def integrated(problem: Problem, envelope: Envelope) -> Float[np.ndarray, "modes sizes"]:
    """Return K e L^-1 in the directions that are weighed."""
    e = envelope.at(problem.diameters)
    kept = np.flatnonzero(e > NEGLIGIBLE)
    return np.asarray((problem.of_sizes[:MODES, kept] * e[kept]) @ smoothing(e.size)[kept])


def log_evidence(
    modes: tuple[np.ndarray, np.ndarray], y: Float[np.ndarray, " modes"], noise: float
) -> Float[np.ndarray, " strengths"]:
    """Return the log evidence at all strengths, up to a constant that all envelopes share."""
    vectors, gains = modes
    squares = (y @ vectors) ** 2
    variances = noise**2 + gains / np.array(STRENGTHS)[:, None]
    return np.asarray(-0.5 * (squares / variances + np.log(variances)).sum(axis=1))
