"""How many populations of dots a distribution shows: humps of the volume by diameter, as a spectrum would."""

import numpy as np
from jaxtyping import Float
from scipy.signal import find_peaks

from aliquot.inference.dual import Dual
from aliquot.inference.reading import Reading

BLUR_NM = 0.1
"""Standard deviation with which a distribution is looked at [nm]: what thermal width leaves of a comb of
multiples of a cluster (docs/explanation/ladder.md)."""
PROMINENT = 0.05
"""Least prominence of a hump, as a share of the highest [1]: because less is not told from a shoulder."""
_STEP_NM = 0.02


def populations(reading: Reading) -> Dual:
    """Return the number of populations of dots at every look [1]; a number of humps has no slope."""
    rungs, n = reading.seen.rungs, reading.n
    dots = n >= reading.card.dot_from
    volumes = np.where(dots, n * np.maximum(rungs.value, 0.0), 0.0)
    counts = [humps(reading.diameters, volume) for volume in volumes]
    return Dual.still(np.array(counts, float), rungs.constants)


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
    held = volumes > 1e-6 * max(float(volumes.max(initial=0.0)), 1e-300)
    if not held.any():
        return 0
    sizes, amounts = diameters[held], volumes[held]
    grid = np.arange(sizes[0] - 4.0 * BLUR_NM, sizes[-1] + 4.0 * BLUR_NM, _STEP_NM)
    seen = np.exp(-0.5 * ((grid[:, None] - sizes) / BLUR_NM) ** 2) @ amounts
    peaks, _ = find_peaks(seen, prominence=PROMINENT * float(seen.max()))
    return int(peaks.size)
