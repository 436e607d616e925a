"""Where the line of a family stands in each spectrum on its own: what tells a cluster from a dot that grows.

One line is moved, all others stay, and every amount is free to follow: the place of least misfit is that of
the line, and how steeply the misfit rises around it tells how sure that is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float

from aliquot.instruments.absorbance.clusters.fit import Fit
from aliquot.instruments.absorbance.clusters.library import absorption_of
from aliquot.instruments.absorbance.clusters.solve import Columns, assembled, second_differences

REACH_NM = 8.0
"""How far from its place in the series a line is looked for [nm]."""

_STEP_NM = 1.0


@dataclass(frozen=True, slots=True)
class Position:
    """The place of a line in one spectrum."""

    nm: float
    """Wavelength [nm]."""
    sd: float
    """Standard uncertainty from noise and misfit [nm]."""
    inside: bool
    """Whether the misfit has a minimum within :data:`REACH_NM`."""


def positions(one: Fit, which: int, spectra: list[int]) -> dict[int, Position]:
    """Return the place of the line of one family in some of the spectra.

    Args:
        one: The fit of the series.
        which: Place of the family in the design.
        spectra: Spectra in which it was seen.
    """
    line = absorption_of(one.design.families[which]).line.value

    @cache
    def moved(step: int) -> Columns:
        clusters = one.design.clusters(one.place)
        place = one.place._replace(shift_nm=one.place.shift_nm + step * _STEP_NM)
        clusters[:, which] = one.design.clusters(place)[:, which]
        return assembled(one.design, clusters, one.design.block(one.place))

    found = {}
    for spectrum in spectra:

        @cache
        def cost(step: int, spectrum: int = spectrum) -> float:
            return _cost(one, moved(step), spectrum)

        away, sd, inside = _minimum(cost)
        found[spectrum] = Position(line + one.place.shift_nm + away, sd, inside)
    return found


def _minimum(cost: Callable[[int], float]) -> tuple[float, float, bool]:
    """Return place and standard deviation of the minimum of a cost [nm], and whether it is inside."""
    last = int(REACH_NM / _STEP_NM)
    step = 0
    while abs(step) < last:
        better = min((step - 1, step, step + 1), key=cost)
        if better == step:
            break
        step = better
    below, here, above = (float(cost(step + k)) for k in (-1, 0, 1))
    bend = (below - 2.0 * here + above) / _STEP_NM**2
    if abs(step) == last or bend <= 0.0:
        return step * _STEP_NM, REACH_NM, False
    return step * _STEP_NM + (below - above) / (2.0 * bend * _STEP_NM), float(1.0 / np.sqrt(bend)), True


def _cost(one: Fit, of: Columns, spectrum: int) -> float:
    """Return half of what is minimised for one spectrum under other columns."""
    values, noise = one.values[spectrum], float(one.noise[spectrum])
    strength = float(one.strengths[spectrum])
    amounts = of.solve(values @ of.basis, noise, strength)
    rough = _rough(amounts[of.fixed :])
    missed = (values - of.matrix @ amounts) / noise
    return 0.5 * float(missed @ missed + strength * rough @ rough)


def _rough(dots: Float[np.ndarray, " dots"]) -> Float[np.ndarray, " dots"]:
    return np.asarray(second_differences(dots.size) @ dots)
