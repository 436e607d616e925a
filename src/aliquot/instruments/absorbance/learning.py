"""The lineshape from the evidence of spectra: the summed log evidence, climbed with its own derivatives.

For given envelopes and strengths of smoothing the log evidence of a spectrum is that of a normal
distribution of covariance C = noise^2 + K P K^T, P being the prior of the amounts. With alpha = C^-1 y and x
= P K^T alpha,

    d ln P / dz_k = alpha^T (dK/dz_k) x - trace(C^-1 (dK/dz_k) P K^T)
    information   = J^T C^-1 J,   J_k = (dK/dz_k) x

the second being what Gauss and Newton take, amounts marginalised. Envelopes are weighed anew on the way. All
is tempered as the weights of the priors are: the evidence of a spectrum counts by its square root.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.instruments.absorbance.evidence import (
    MODES,
    TEMPER,
    Belief,
    Prior,
    decomposed,
    log_evidence,
    weigh,
)
from aliquot.instruments.absorbance.lineprior import LinePrior
from aliquot.instruments.absorbance.prior import STRENGTHS, Envelope, smoothing
from aliquot.instruments.absorbance.problem import Problem
from aliquot.instruments.absorbance.reduced import Reduced
from aliquot.instruments.absorbance.starts import Start

_ROUNDS = 6
_ANEW = (0, 1, 3)  # rounds before which the envelopes are weighed anew
_FEW = 24  # priors of each spectrum that the climb sees
_SLIGHT = 0.03  # weight below which a prior has no say in the slope
_ENOUGH = 0.05
_LEAP = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Basin:
    """A lineshape that describes spectra well, and how well it is known.

    Attributes:
        z: Coordinates of the best lineshape, shape (free,).
        covariance: Their covariance, shape (free, free).
        problems: Columns of each spectrum's window with that lineshape.
        beliefs: Priors of each spectrum's sizes.
        height: Tempered log evidence of all, the prior of the lineshape included [1].
    """

    z: Float[np.ndarray, " free"]
    covariance: Float[np.ndarray, "free free"]
    problems: tuple[Problem, ...]
    beliefs: tuple[Belief, ...]
    height: float


def climb(spectra: Sequence[Reduced], start: Start, prior: LinePrior) -> Basin:
    """Return the lineshape of largest evidence that is reached from a start.

    Args:
        spectra: Spectra of one material.
        start: Where to begin.
        prior: What is believed of the lineshape.
    """
    z = start.z
    ends: list[tuple[Envelope, ...]] = [(envelope,) for envelope in start.envelopes]
    beliefs: list[Belief] = []
    for turn in range(_ROUNDS):
        problems = _problems(spectra, z)
        if turn in _ANEW:
            beliefs = [
                weigh(p, s.beyond, s.noise, end) for p, s, end in zip(problems, spectra, ends, strict=True)
            ]
            ends = [belief.ends(1) for belief in beliefs]
        fewer = [belief.first(_FEW) for belief in beliefs]
        now = _height(spectra, problems, fewer, prior, z)
        slope, information = _slope(spectra, z, problems, fewer, prior)
        step = np.linalg.solve(information, slope)
        step *= min(1.0, _LEAP / max(float(np.abs(step).max()), 1e-12))
        gained = 0.0
        for share in (1.0, 0.5, 0.25):
            tried = _problems(spectra, z + share * step)
            gained = _height(spectra, tried, fewer, prior, z + share * step) - now
            if gained > 0.0:
                z = z + share * step
                break
        if gained < _ENOUGH and turn not in _ANEW:
            break
    return settled(spectra, z, ends, prior)


def settled(
    spectra: Sequence[Reduced],
    z: Float[np.ndarray, " free"],
    ends: Sequence[Sequence[Envelope]],
    prior: LinePrior,
) -> Basin:
    """Return a basin with its priors weighed once more, for instance where a climb has ended.

    Args:
        spectra: Spectra of one material.
        z: Coordinates of the lineshape.
        ends: Envelopes of each spectrum to climb from.
        prior: What is believed of the lineshape.
    """
    problems = _problems(spectra, z)
    beliefs = [weigh(p, s.beyond, s.noise, end) for p, s, end in zip(problems, spectra, ends, strict=True)]
    fewer = [belief.first(_FEW) for belief in beliefs]
    _, information = _slope(spectra, z, problems, fewer, prior)
    height = sum(belief.tempered for belief in beliefs) - 0.5 * prior.cost(z)
    return Basin(z, np.linalg.inv(information), tuple(problems), tuple(beliefs), height)


def _problems(spectra: Sequence[Reduced], z: Float[np.ndarray, " free"]) -> list[Problem]:
    """Return the problem of each spectrum; spectra of one window share theirs."""
    made: dict[int, Problem] = {}
    for s in spectra:
        if id(s.frame) not in made:
            made[id(s.frame)] = s.frame.problem(z)
    return [made[id(s.frame)] for s in spectra]


def _height(
    spectra: Sequence[Reduced],
    problems: Sequence[Problem],
    beliefs: Sequence[Belief],
    prior: LinePrior,
    z: Float[np.ndarray, " free"],
) -> float:
    """Return the tempered log evidence of the given priors, with another lineshape."""
    total = -0.5 * prior.cost(z)
    for s, problem, belief in zip(spectra, problems, beliefs, strict=True):
        total += _again(s, problem, belief).tempered
    return total


def _again(s: Reduced, problem: Problem, belief: Belief) -> Belief:
    """Return the same priors with their evidence under another lineshape, in order."""
    tables = {e: log_evidence(decomposed(problem, e), s.beyond, s.noise) for e in belief.ends(_FEW)}
    values = np.array([tables[p.envelope][STRENGTHS.index(p.strength)] for p in belief.priors])
    order = np.argsort(-values)
    return Belief(tuple(belief.priors[k] for k in order.tolist()), values[order])


def _slope(
    spectra: Sequence[Reduced],
    z: Float[np.ndarray, " free"],
    problems: Sequence[Problem],
    beliefs: Sequence[Belief],
    prior: LinePrior,
) -> tuple[Float[np.ndarray, " free"], Float[np.ndarray, "free free"]]:
    """Return the derivative of the height to z, and the information on z."""
    slope, information = -prior.precision @ (z - prior.mean), prior.precision.copy()
    slopes: dict[int, np.ndarray] = {}
    for s, problem, belief in zip(spectra, problems, beliefs, strict=True):
        if id(s.frame) not in slopes:
            slopes[id(s.frame)] = s.frame.with_slopes(z)[1][:, :MODES]
        change = slopes[id(s.frame)]
        again = _again(s, problem, belief)
        pull = np.zeros(change.shape[1:])
        for p, weight in zip(again.priors, again.weights.tolist(), strict=True):
            if weight > _SLIGHT:
                matrix, jacobian, inverse = _own(s, problem, p, change)
                pull += weight * matrix
                information += (weight / TEMPER) * jacobian @ inverse @ jacobian.T
        slope = slope + np.tensordot(change, pull, 2) / TEMPER
    return slope, information


def _own(
    s: Reduced,
    problem: Problem,
    own: Prior,
    change: Float[np.ndarray, "free modes sizes"],
) -> tuple[
    Float[np.ndarray, "modes sizes"], Float[np.ndarray, "free modes"], Float[np.ndarray, "modes modes"]
]:
    """Return d ln P / dK, J and C^-1 under one prior."""
    vectors, gains = decomposed(problem, own.envelope)
    inverse = (vectors / (s.noise**2 + gains / own.strength)) @ vectors.T
    root = own.envelope.at(problem.diameters)[:, None] * smoothing(problem.diameters.size)
    reached = (problem.of_sizes[:MODES] @ root) @ root.T / own.strength  # K P
    alpha = inverse @ s.beyond
    x = reached.T @ alpha
    return np.outer(alpha, x) - inverse @ reached, change @ x, inverse
