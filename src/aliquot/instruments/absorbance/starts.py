"""Where to begin: few modes with a free lineshape, which find basins that free form does not.

A free distribution bends around a wrong lineshape before the lineshape moves; few modes can not, so that the
misfit drives the lineshape. Each of the forms (one log-normal, two, a tail) leads to its own lineshape, and
the evidence decides between them later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from jaxtyping import Float

from aliquot.instruments.absorbance.evidence import MODES
from aliquot.instruments.absorbance.frame import STEP_NM, Frame, as_on_the_card
from aliquot.instruments.absorbance.lineprior import LinePrior
from aliquot.instruments.absorbance.modes import ONE, TAILED, TWO, Form, Shape
from aliquot.instruments.absorbance.parametric import Few, Parameters, fit_few, start_of
from aliquot.instruments.absorbance.prior import Envelope, around
from aliquot.instruments.absorbance.reduced import Reduced

MUCH_WORSE = 40.0
"""A start is not followed if its chi-squared is larger by this than that of the best [1]."""

_RSDS = (0.06, 0.10, 0.16)
_EVERY = 3  # nodes of the grid of sizes that are tried as means
_NARROW = 0.09  # RSD of a mode of two
_USUAL = 0.13  # RSD with which one mode is tried elsewhere
_POOR = 2.0 * MODES  # chi-squared above which one mode is tried from elsewhere


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """A lineshape to begin with, and where the sizes of each spectrum then lie."""

    z: Float[np.ndarray, " free"]
    envelopes: tuple[Envelope, ...]


def starts(spectra: Sequence[Reduced], prior: LinePrior, *, free: bool = True) -> list[Start]:
    """Return places to begin from, best first, hopeless ones left out.

    Args:
        spectra: Spectra of one material.
        prior: What is believed of the lineshape.
        free: Whether the lineshape may move.
    """
    each = [[_fit(s, shape, prior, free=free) for shape in (TWO, ONE, TAILED)] for s in spectra]
    fits = each[0] if len(spectra) == 1 else _together(spectra, each, prior, free=free)
    fits.sort(key=lambda few: few.cost)
    kept = [few for few in fits if few.cost < fits[0].cost + MUCH_WORSE * len(spectra)]
    return [Start(few.z, _envelopes(spectra, few)) for few in kept]


def _fit(s: Reduced, shape: Shape, prior: LinePrior, *, free: bool) -> Few:
    """Return the best fit of one shape to a spectrum, from one beginning, or from more where that is poor."""
    first = fit_few([s], [shape], [first_guess(s, shape)], prior, z=prior.mean, free=free)
    if shape is TWO or first.misfit[0] < _POOR:
        return first
    others = (
        fit_few([s], [shape], [(start_of(shape[0], mean, _USUAL),)], prior, z=prior.mean, free=free)
        for mean in _spread_out(s)
    )
    return min((first, *others), key=lambda few: few.cost)


def _together(
    spectra: Sequence[Reduced], each: Sequence[Sequence[Few]], prior: LinePrior, *, free: bool
) -> list[Few]:
    """Return fits under one lineshape: all in their best shapes, and with a tail for every single mode."""
    best = [min(fits, key=lambda few: few.cost + _penalty(few.shapes[0])) for fits in each]
    z = np.mean([few.z for few in best], axis=0)
    chosen = [best]
    if any(few.shapes[0] is ONE for few in best):
        chosen.append(
            [fits[2] if few.shapes[0] is ONE else few for fits, few in zip(each, best, strict=True)]
        )
    return [
        fit_few(spectra, [f.shapes[0] for f in some], [f.parameters[0] for f in some], prior, z=z, free=free)
        for some in chosen
    ]


def _penalty(shape: Shape) -> float:
    """Return what the parameters of a shape have to gain: ln N each, of some hundred wavelengths."""
    return 6.0 * (sum(form.parameters for form in shape) + len(shape))


def _envelopes(spectra: Sequence[Reduced], few: Few) -> tuple[Envelope, ...]:
    """Return envelopes around the fitted distributions."""
    found = []
    for k, s in enumerate(spectra):
        amounts = few.distribution(k, s.frame.diameters)
        mean = float(amounts @ s.frame.diameters) / float(amounts.sum())
        sd = np.sqrt(float(amounts @ (s.frame.diameters - mean) ** 2) / float(amounts.sum()))
        found.append(around(mean, float(sd)))
    return tuple(found)


def first_guess(s: Reduced, shape: Shape) -> Parameters:
    """Return the modes of a coarse grid that describe a spectrum best by the lineshape of the card."""
    if shape is TWO:
        means, columns = _library(s.frame, (_NARROW,))
        pair = _best_pair(columns, s.beyond)
        return tuple(start_of(Form.LOG_NORMAL, float(means[k, 0]), _NARROW) for k in pair)
    means, columns = _library(s.frame, _RSDS)
    gain = np.maximum(s.beyond @ columns, 0.0) ** 2 / (columns * columns).sum(axis=0)
    mean, rsd = means[int(np.argmax(gain))]
    return (start_of(shape[0], float(mean), float(rsd)),)


def _best_pair(
    columns: Float[np.ndarray, "modes candidates"], y: Float[np.ndarray, " modes"]
) -> tuple[int, int]:
    """Return the two columns whose sum with amounts above zero comes nearest to a spectrum."""
    gram, seen = columns.T @ columns, columns.T @ y
    best, gain = (0, columns.shape[1] - 1), -np.inf
    for i, j in combinations(range(columns.shape[1]), 2):
        det = gram[i, i] * gram[j, j] - gram[i, j] ** 2
        a = (gram[j, j] * seen[i] - gram[i, j] * seen[j]) / det
        b = (gram[i, i] * seen[j] - gram[i, j] * seen[i]) / det
        explained = a * seen[i] + b * seen[j]
        if a > 0.0 and b > 0.0 and explained > gain:
            best, gain = (i, j), explained
    return best


@lru_cache(maxsize=16)
def _library(
    frame: Frame, rsds: tuple[float, ...]
) -> tuple[Float[np.ndarray, "candidates two"], Float[np.ndarray, "modes candidates"]]:
    """Return means and RSDs of a coarse grid of log-normal modes, and the spectrum of each."""
    problem = as_on_the_card(frame)
    d = frame.diameters
    pairs = [(float(mean), rsd) for mean in d[_EVERY : -2 * _EVERY : _EVERY] for rsd in rsds]
    densities = np.stack([Form.LOG_NORMAL.density(np.log([m, r]), d) for m, r in pairs], axis=1)
    return np.array(pairs), STEP_NM * problem.of_sizes[:MODES] @ densities


def _spread_out(s: Reduced) -> tuple[float, ...]:
    """Return three means over the sizes whose first exciton the window shows [nm]."""
    seen = s.frame.diameters[s.frame.seen]
    return tuple(float(d) for d in np.quantile(seen, (0.15, 0.3, 0.45)))
