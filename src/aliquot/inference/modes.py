"""How many populations of dots a distribution shows: humps of the volume by diameter, as a spectrum would."""

import numpy as np
from jaxtyping import Bool, Float
from scipy.signal import find_peaks

from aliquot.inference.dual import Dual, joined
from aliquot.inference.reading import Reading

BLUR_NM = 0.1
"""Standard deviation with which a distribution is looked at [nm]: what thermal width leaves of a comb of
multiples of a cluster (docs/explanation/ladder.md)."""
PROMINENT = 0.05
"""Least prominence of a hump, as a share of the highest [1]: because less is not told from a shoulder."""
FAR_NM = 0.5
"""Distance from both humps of the place that would part them [nm]: dots of one hump spread less far."""
_STEP_NM = 0.02
_BARELY = -1e-3  # the most that a single hump comes near to two
_NONE = -10.0  # without any dots


def populations(reading: Reading, weighting: str = "volume") -> Dual:
    """Return the number of populations of dots at every look [1]; a number of humps has no slope.

    Args:
        reading: The condition.
        weighting: What dots count by: 'volume', as in a spectrum, or 'number', as in a mass spectrum.
    """
    amounts = _amounts(reading, weighting)
    counts = [humps(reading.diameters, amount) for amount in amounts.value]
    return Dual.still(np.array(counts, float), amounts.constants)


def second_hump(reading: Reading, weighting: str = "volume") -> Dual:
    """Return by how much a second population stands out at every look, as ln of what it needs [1].

    Above 0 where :func:`populations` counts two or more: ln of the prominence of the second hump over the
    least that counts. Below 0 it says how near a second hump is: by how much the best of all places falls
    short of parting two. A count jumps and has no slope; this has one, and its sign says the same.

    Args:
        reading: The condition.
        weighting: As of :func:`populations`.
    """
    amounts = _amounts(reading, weighting)
    return joined([_second_hump(reading.diameters, amounts[i]) for i in range(amounts.value.shape[0])])


def _amounts(reading: Reading, weighting: str) -> Dual:
    """Return the amount of dots on every rung at every look [mol m-3], of particles or of formula units."""
    n = reading.n
    weight = (n if weighting == "volume" else np.ones_like(n)) * (n >= reading.card.dot_from)
    return reading.seen.rungs.at_least(0.0) * weight


def _second_hump(diameters: Float[np.ndarray, " N"], amounts: Dual) -> Dual:
    """Return by how much a second hump of one distribution stands out, as ln [1]."""
    held, _, lens = _lens(diameters, amounts.value)
    if not held.any():
        return Dual.still(_NONE, amounts.constants)
    seen = amounts[held].through(lens)
    height = seen.value
    peaks, found = find_peaks(height, prominence=PROMINENT * float(height.max()))
    least = seen[int(np.argmax(height))] * PROMINENT
    if peaks.size > 1:
        place = int(np.argsort(found["prominences"])[-2])
        feet = [int(found[f"{side}_bases"][place]) for side in ("left", "right")]
        valley = max(feet, key=lambda foot: float(height[foot]))
        return ((seen[int(peaks[place])] - seen[valley]) / least).log()
    near = _nearly(seen, least)
    return near if float(near.value) < _BARELY else near - (float(near.value) - _BARELY)


def _nearly(seen: Dual, least: Dual) -> Dual:
    """Return how near a distribution of one hump is to a second one, as ln [1]; the best of all places."""
    height = seen.value
    off = min(round(FAR_NM / _STEP_NM), (height.size - 1) // 2)
    places = np.arange(off, height.size - off)
    lower = [int(np.argmax(height[: place - off + 1])) for place in places]
    upper = [int(place + off + np.argmax(height[place + off :])) for place in places]
    smaller = np.where(height[lower] < height[upper], lower, upper)
    found = (seen[smaller].at_least(1e-300) / (seen[places] + least)).log()
    return found.largest()


def humps(diameters: Float[np.ndarray, " N"], volumes: Float[np.ndarray, " N"]) -> int:
    """Return the number of humps of a distribution.

    Args:
        diameters: Rising diameters [nm].
        volumes: Volume at each, in any unit.

    Example:
        >>> d = np.linspace(2.0, 6.0, 400)
        >>> two = np.exp(-0.5 * ((d - 3.0) / 0.2) ** 2) + np.exp(-0.5 * ((d - 4.5) / 0.3) ** 2)
        >>> humps(d, two)
        2
    """
    seen = blurred(diameters, volumes)[1]
    if not seen.any():
        return 0
    peaks, _ = find_peaks(seen, prominence=PROMINENT * float(seen.max()))
    return int(peaks.size)


def blurred(
    diameters: Float[np.ndarray, " N"], volumes: Float[np.ndarray, " N"]
) -> tuple[Float[np.ndarray, " sizes"], Float[np.ndarray, " sizes"]]:
    """Return a distribution as a spectrum would see it: sizes [nm], and volume at each, in any unit.

    Args:
        diameters: Rising diameters [nm].
        volumes: Volume at each, in any unit.
    """
    held, grid, lens = _lens(diameters, volumes)
    if not held.any():
        return diameters, np.zeros_like(diameters)
    return grid, volumes[held] @ lens


def _lens(
    diameters: Float[np.ndarray, " N"], volumes: Float[np.ndarray, " N"]
) -> tuple[Bool[np.ndarray, " N"], Float[np.ndarray, " sizes"], Float[np.ndarray, "held sizes"]]:
    """Return which rungs are seen, at which sizes [nm], and how much of each is seen there [1]."""
    held = np.asarray(volumes > 1e-6 * max(float(volumes.max(initial=0.0)), 1e-300))
    if not held.any():
        return held, diameters[:0], np.zeros((0, 0))
    sizes = diameters[held]
    grid = np.arange(sizes[0] - 4.0 * BLUR_NM, sizes[-1] + 4.0 * BLUR_NM, _STEP_NM)
    return held, grid, np.exp(-0.5 * ((grid - sizes[:, None]) / BLUR_NM) ** 2)
