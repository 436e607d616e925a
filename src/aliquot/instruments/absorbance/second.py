"""The second transition: the next line above the first exciton that stands out by itself."""

import numpy as np
from jaxtyping import Float

from aliquot.finding import Finding
from aliquot.instruments.absorbance.curvature import Curvature
from aliquot.instruments.absorbance.readings import Reading, as_finding, by_resolution, from_curvature
from aliquot.units import EV_NM

_SIGMAS = 5.0
_PROMINENCE = 0.10
_NEAREST = 1.5  # standard deviations of the first line; closer than that two lines are one minimum
_FARTHEST_EV = 0.80
# The flank of the first line pushes the second to the blue: on 200 computed spectra by up to half a standard
# deviation of the first at a distance of 3 of them, a fifth at 4, nothing at 6.
_PULL, _PULL_AT, _PULL_OVER = 0.35, 3.2, 1.0
_LEAST_PULL = 0.03


def find_second(
    bent: Curvature,
    energies: Float[np.ndarray, " n"],
    values: Float[np.ndarray, " n"],
    first: Reading,
    limit: float,
) -> Finding:
    """Find the second transition of a spectrum whose first exciton is known.

    The next significant minimum of d2A/dE2 above the first, by at least 1.5 of its standard deviations and at
    most 0.8 eV. Read off the second derivative alone: a fit would need the whole continuum. The flank of the
    first line and the continuum pull at it, the more the closer they lie.

    Args:
        bent: Second derivative of the spectrum.
        energies: Photon energies [eV], rising, shape (n,).
        values: Absorbance [1], shape (n,).
        first: The first exciton.
        limit: Energy above which nothing can be seen [eV].

    Returns:
        Its wavelength [nm], or no value with the reason.
    """
    blank = Finding("E2", "nm", None, definition="second transition that stands out by itself")
    lowest = first.energy + _NEAREST * first.width
    for place, prominence in bent.valleys():
        energy, depth = float(bent.energies[place]), -float(bent.values[place])
        if energy < lowest:
            continue
        clear = depth > _SIGMAS * bent.sd[place] and prominence > max(
            _SIGMAS * float(bent.sd[place]), _PROMINENCE * depth
        )
        if energy > first.energy + _FARTHEST_EV or energy > limit:
            break
        if clear:
            return _found(blank, bent, energies, values, place, first)
    return Finding("E2", "nm", None, definition=blank.definition, flags=(_why_none(bent, lowest, limit),))


def _found(
    blank: Finding,
    bent: Curvature,
    energies: Float[np.ndarray, " n"],
    values: Float[np.ndarray, " n"],
    place: int,
    first: Reading,
) -> Finding:
    line = from_curvature(bent, place)
    distance = (line.energy - first.energy) / first.width
    pull = _PULL * min(1.0, float(np.exp((_PULL_AT - distance) / _PULL_OVER)))
    parts = {
        "noise": line.energy_sd,
        "method": by_resolution(energies, values, line),
        "lineshape": float(np.hypot(pull * first.width, _LEAST_PULL * line.width)),
    }
    found = as_finding(blank, EV_NM / line.energy, parts, EV_NM / line.energy**2)
    evidence = "next minimum of d2A/dE2 (Savitzky-Golay, 140 meV)"
    return Finding("E2", "nm", found.value, found.budget, blank.definition, evidence)


def _why_none(bent: Curvature, lowest: float, limit: float) -> str:
    """Return the reason why no second transition was found."""
    above = bent.valid & (bent.energies > lowest)
    if np.isfinite(limit):
        return f"No second transition stands out to the red of {EV_NM / limit:.0f} nm; below it is saturated."
    if not above.any() or bent.energies[above][-1] < lowest + 0.2:
        return "The window ends before a second transition could be seen."
    return "No second transition stands out: behind the first exciton lie a continuum, or lines in one."
