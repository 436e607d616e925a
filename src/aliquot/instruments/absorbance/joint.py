"""One lineshape for a series: all spectra of one chemistry share it, each keeps a distribution of its own.

A narrow sample shows the line almost bare, a broad one hardly at all, and only together do they tell the
width of a dot's line from the width of the sizes. So the log evidence of all spectra is summed and climbed,
with what the card believes; what the series could not tell stays as uncertain as it was.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from aliquot.errors import SignalError
from aliquot.instruments.absorbance import checks
from aliquot.instruments.absorbance.evidence import Prior
from aliquot.instruments.absorbance.frame import ANY_MEDIUM, frame
from aliquot.instruments.absorbance.kernel import first_exciton
from aliquot.instruments.absorbance.learned import Learned, constants_of, with_spread
from aliquot.instruments.absorbance.learning import Basin, climb
from aliquot.instruments.absorbance.lineprior import LinePrior, prior_of
from aliquot.instruments.absorbance.lines import first_width
from aliquot.instruments.absorbance.noise import noise_of
from aliquot.instruments.absorbance.problem import BACKGROUND, Background, Problem
from aliquot.instruments.absorbance.reduced import Reduced, reduced
from aliquot.instruments.absorbance.sampling import summary
from aliquot.instruments.absorbance.starts import Start, starts
from aliquot.instruments.signal import Signal
from aliquot.knowledge.records import Material

NARROW = 3.3
"""A sample is narrow if sizes widen its first exciton to no more than so many widths of one dot's line [1].

InP of 2.7 nm and 8 % has 2.9, one of 3.0 nm and 12 % 3.8."""

_FOLLOWED = 2  # starts that are climbed from
_DRAWS = 24  # lineshapes for what it costs
_STEP_NM = 1e-3


def learn(
    signals: Sequence[Signal],
    material: Material,
    prior: Learned | None = None,
    *,
    background: Sequence[Background] = BACKGROUND,
    seed: int = 0,
) -> Learned:
    """Return the lineshape that a series of spectra and the card together make most likely.

    Args:
        signals: Absorbance of samples of one chemistry, different in size or width, one of them narrow.
        material: Card with lineshape, its spread, and a law of E_1(d).
        prior: A lineshape learned from another series of that chemistry, instead of the card's.
        background: Kinds of background to allow for in each spectrum.
        seed: Seed of the draws behind the costs.

    Raises:
        SignalError: If there is no signal, or one that can not be inverted.
        CardError, RangeError: If the card lacks what the kernel needs.

    Source:
        Evidence as in :mod:`~aliquot.instruments.absorbance.evidence`, summed over the series, its maximum by
        Gauss and Newton, its width by Laplace's approximation.
    """
    if not signals:
        raise SignalError(
            given="no spectra",
            expected="spectra of at least one sample",
            why="a lineshape is learned from what dots absorb",
            remedy="Give the spectra of a series, a narrow sample among them.",
        )
    card = material if prior is None else prior.material
    belief = prior_of(card)
    spectra = [_reduced(signal, card, background) for signal in signals]
    best = _best(spectra, belief)
    spectra, misfits = _with_their_noise(spectra, signals, best)
    ends = tuple(b.best.envelope for b in best.beliefs)
    basin = climb(spectra, Start(best.z, ends), belief)
    costs = _costs(spectra, basin, seed)
    flags = (*_narrowness(signals, spectra, basin, costs), *_misfits(signals, misfits))
    labels = tuple(signal.label.strip() for signal in signals)
    because = (
        f"learned from the absorbance of {len(labels)} samples ({', '.join(labels)}), summed evidence, "
        f"starting from the card of {card.name}"
    )
    return Learned(
        with_spread(card, basin.z, basin.covariance, because),
        constants_of(card, basin.z, basin.covariance),
        labels,
        costs,
        flags,
    )


def _reduced(signal: Signal, card: Material, background: Sequence[Background]) -> Reduced:
    """Refuse what can not be inverted, and reduce the rest."""
    checks.refuse_unfit(signal)
    s = reduced(frame(card, signal.wavelengths, background, ANY_MEDIUM), signal, noise_of(signal.values))
    checks.refuse_empty(s, signal)
    return s


def _best(spectra: Sequence[Reduced], prior: LinePrior) -> Basin:
    """Return the highest basin of the likeliest starts."""
    basins = (climb(spectra, start, prior) for start in starts(spectra, prior)[:_FOLLOWED])
    return max(basins, key=lambda basin: basin.height)


def _with_their_noise(
    spectra: Sequence[Reduced], signals: Sequence[Signal], basin: Basin
) -> tuple[list[Reduced], list[float]]:
    """Return spectra with the noise that their residuals show, and how far they miss what noise may do."""
    found, misfits = [], []
    for s, signal, problem, belief in zip(spectra, signals, basin.problems, basin.beliefs, strict=True):
        solution = problem.solve(s.rows, s.noise, belief.best.envelope, belief.best.strength)
        residual = signal.values - s.scale * s.frame.basis @ problem.fitted(solution)
        misfit = checks.misfit(residual, s.noise * s.scale, solution)
        checks.refuse_strange(residual, signal)
        checks.refuse_edge(s.frame.diameters, solution, signal, s.frame.material)
        misfits.append(misfit / checks.tolerated(signal, estimated=True))
        found.append(s.noisier(s.noise * s.scale * float(np.sqrt(misfit))))
    return found, misfits


def _costs(spectra: Sequence[Reduced], basin: Basin, seed: int) -> tuple[float, ...]:
    """Return the standard uncertainty of each RSD by the lineshape alone [points]."""
    generator = np.random.default_rng(seed)
    root = np.linalg.cholesky(basin.covariance)
    drawn: list[list[float]] = []
    for _ in range(_DRAWS):
        z = basin.z + root @ generator.standard_normal(basin.z.size)
        problems = {id(s.frame): s.frame.problem(z) for s in spectra}
        drawn.append([
            100.0 * float(_summary(s, problems[id(s.frame)], belief.best)[1])
            for s, belief in zip(spectra, basin.beliefs, strict=True)
        ])  # fmt: skip
    return tuple(np.std(drawn, axis=0, ddof=1).tolist())


def _summary(s: Reduced, problem: Problem, prior: Prior) -> Float[np.ndarray, " quantities"]:
    return summary(problem, problem.solve(s.rows, s.noise, prior.envelope, prior.strength).amounts)


def _narrowness(
    signals: Sequence[Signal], spectra: Sequence[Reduced], basin: Basin, costs: Sequence[float]
) -> tuple[str, ...]:
    """Say so if no sample is narrow, and what that costs."""
    widths = []
    for s, problem, belief in zip(spectra, basin.problems, basin.beliefs, strict=True):
        mean, rsd, _ = _summary(s, problem, belief.best)
        e1 = first_exciton(s.frame.material, mean + _STEP_NM * np.array([-1.0, 1.0]))
        line = float(first_width(s.frame.freedom.at(basin.z), np.array([mean]))[0])
        widths.append(float(abs(np.diff(e1)[0]) / (2.0 * _STEP_NM) * mean * rsd) / line)
    narrowest = int(np.argmin(widths))
    if widths[narrowest] <= NARROW:
        return ()
    told = (
        f"The series holds no narrow sample: sizes widen even '{signals[narrowest].label.strip()}' to "
        f"{widths[narrowest]:.1f} widths of one dot's line. That costs up to {max(costs):.1f} points of RSD "
        f"(standard uncertainty by the lineshape); one sample below {NARROW:g} widths would tell it."
    )
    return (told,)


def _misfits(signals: Sequence[Signal], misfits: Sequence[float]) -> tuple[str, ...]:
    """Name the spectra that no lineshape near that of the card describes."""
    return tuple(
        f"'{signal.label.strip()}' misses {np.sqrt(missed):.1f} times what noise alone may: it may hold "
        "more than dots of this material."
        for signal, missed in zip(signals, misfits, strict=True)
        if missed > 1.0
    )
