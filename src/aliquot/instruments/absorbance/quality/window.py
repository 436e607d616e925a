"""Whether a window is long enough, fine enough and ends where nothing absorbs; and how loud it is."""

import numpy as np

from aliquot.instruments.absorbance.quality.record import Doubt, Gate
from aliquot.instruments.signal import Signal

SHORTEST_EV = 0.35
"""Shortest window in which a line and what lies beneath it can be told apart [eV]."""

COARSEST_EV = 0.020
"""Largest distance of points [eV]: a line has a half width of 30 to 150 meV."""

FEWEST = 40
"""Fewest points."""

NOISY = 0.02
"""Noise over the range of the spectrum [1] from which on it is told."""

_FOOT_EV = 0.10
_FALLS = 0.02  # of the range of the spectrum, within the last 0.1 eV at the red end


def window(signal: Signal, noise: float) -> tuple[Doubt, ...]:
    """Return doubts about the extent of a spectrum and about its noise; none of them masks.

    Example:
        >>> from aliquot.instruments.signal import SignalKind
        >>> nm = np.arange(500.0, 520.0)
        >>> [doubt.what for doubt in window(Signal(SignalKind.ABSORBANCE, nm, 0.0 * nm, "A1"), 1e-3)]
        ['The window is 0.09 eV wide', 'There are 20 points']
    """
    energies = signal.energies
    width = float(energies[0] - energies[-1])
    step = float(np.median(-np.diff(energies)))
    extent = float(np.ptp(signal.values))
    foot = signal.values[energies < energies[-1] + _FOOT_EV]
    fifths = [float(np.median(part)) for part in np.array_split(foot, 5) if part.size]
    still = max(fifths) - fifths[-1]
    told = (
        (width < SHORTEST_EV, Gate.WINDOW, f"The window is {width:.2f} eV wide",
         f"less than {SHORTEST_EV:g} eV, in which a line and its background can not be told apart"),
        (signal.values.size < FEWEST, Gate.WINDOW, f"There are {signal.values.size} points",
         f"fewer than {FEWEST}, too few to tell noise from shape"),
        (step > COARSEST_EV, Gate.WINDOW, f"Points are {1e3 * step:.0f} meV apart",
         f"more than {1e3 * COARSEST_EV:.0f} meV, coarser than half the width of a line"),
        (width > SHORTEST_EV and still > max(5.0 * noise, _FALLS * extent), Gate.WINDOW,
         f"Absorbance still falls by {still:.3f} at the red end",
         "the foot of the edge may not be in the window, or the sample scatters"),
        (extent > 0.0 and noise > NOISY * extent, Gate.NOISE, f"Noise is {noise:.2g}",
         f"{100.0 * noise / max(extent, 1e-12):.0f} % of the range of the spectrum"),
    )  # fmt: skip
    low, high = (float(nm) for nm in signal.wavelengths[[0, -1]])
    return tuple(Doubt(gate, what, low, high, why) for applies, gate, what, why in told if applies)
