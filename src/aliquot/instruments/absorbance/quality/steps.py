"""Jumps where an instrument changes detector, lamp or grating.

Two detectors have two baselines. Where one hands over to the other, mostly at 800 to 900 nm and within a few
points, absorbance jumps by what they differ. A line does not jump: its slope changes from point to point by
less than it is steep. So a rise within four steps counts as a jump only if it is three and a half times what
the slopes on either side, which vary themselves, would let one expect.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Float
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import minimum_filter1d

from aliquot.instruments.absorbance.quality.record import Corrected, Doubt, Gate
from aliquot.instruments.signal import Signal

WIDEST = 4
"""Steps of wavelength within which a detector hands over."""

LEAST = 0.002
"""Smallest jump that is reported [absorbance]; baselines repeat to about a thousandth."""

_NEIGHBOURS = 8  # slopes on either side with which a rise is compared
_OVER_SLOPES = 3.5
_SIGMAS = 8.0
_ASIDE = 121
_KEPT = 0.5  # of a jump must still be there between the levels on both sides; a spike falls back


@dataclass(frozen=True, slots=True)
class Step:
    """A jump of a spectrum.

    Example:
        >>> Step(896.0, 900.0, -0.066, 0.004).significance
        16.5
    """

    low_nm: float
    """Last wavelength before it [nm]."""
    high_nm: float
    """First wavelength behind it [nm]."""
    size: float
    """Absorbance on the red side less that on the blue side, the slope between taken off [1]."""
    sd: float
    """What noise and the neighbouring slopes make of no jump at all, one standard deviation [1]."""

    @property
    def significance(self) -> float:
        """Size in standard deviations [1]."""
        return abs(self.size) / self.sd

    @property
    def doubt(self) -> Doubt:
        """The jump as a doubt that takes the points inside it out of use."""
        return Doubt(
            Gate.STEP,
            f"Absorbance jumps by {self.size:+.3f} ({self.significance:.0f} standard deviations)",
            self.low_nm,
            self.high_nm,
            "a change of detector, lamp or grating, and its two sides are not on one scale",
            masks=True,
        )


def find_steps(signal: Signal, noise: Float[np.ndarray, " n"]) -> tuple[Step, ...]:
    """Find the jumps of a spectrum, from blue to red.

    Holds for jumps that lie at least eight points inside the window, and for points close enough that a line
    is spread over more than four of them. A jump is at least :data:`LEAST`, eight standard deviations of the
    noise, and three and a half times what the slopes beside it vary by; a spike, which falls back, is none.

    Args:
        signal: The spectrum.
        noise: Standard deviation of its noise at each point [absorbance], shape (n,).

    Example:
        >>> from aliquot.instruments.signal import SignalKind
        >>> nm = np.arange(700.0, 1000.0)
        >>> seen = np.exp((700.0 - nm) / 200.0) - 0.05 * (nm > 900.0)
        >>> found = find_steps(Signal(SignalKind.ABSORBANCE, nm, seen, "A1"), np.full(nm.size, 1e-4))
        >>> [(step.low_nm, step.high_nm, round(step.size, 3)) for step in found]
        [(900.0, 901.0, -0.05)]
    """
    y = signal.values
    # A jump is noise to the noise that is told around it: that beside it counts.
    quiet = minimum_filter1d(noise, size=_ASIDE, mode="nearest")
    candidates = [
        (start, lag, rise, sd)
        for lag in range(1, WIDEST + 1)
        if y.size > lag + 2 * _NEIGHBOURS + 1
        for start, rise, sd in _jumps(y, quiet, lag)
    ]
    found = []
    for group in _groups(sorted(candidates)):
        largest = max(abs(rise) for _, _, rise, _ in group)
        start, lag, rise, sd = min(
            (c for c in group if abs(c[2]) >= 0.9 * largest), key=lambda c: (c[1], -abs(c[2]))
        )
        low, high = (float(nm) for nm in signal.wavelengths[[start, start + lag]])
        found.append(Step(low, high, float(rise), float(sd)))
    return tuple(found)


def without_step(signal: Signal, step: Step, *, keep: Literal["red", "blue"] = "red") -> Corrected:
    """Return a copy of a spectrum in which one side is moved so that a jump vanishes.

    An offset is added to all points on the other side; the points inside the jump are put on a straight line.
    Right where the two detectors differ by an offset, not where they differ by a factor.

    Args:
        signal: The spectrum.
        step: One of its jumps, as :func:`find_steps` gives them.

    Rarely needed:
        keep: The side that stands; the red one, where nothing absorbs, mostly has the blank right.

    Example:
        >>> from aliquot.instruments.signal import SignalKind
        >>> nm = np.arange(700.0, 1000.0)
        >>> torn = Signal(SignalKind.ABSORBANCE, nm, 0.2 - 0.05 * (nm > 900.0), "A1")
        >>> mended = without_step(torn, Step(900.0, 901.0, -0.05, 1e-4))
        >>> float(np.ptp(mended.signal.values).round(9)), mended.flag
        (0.0, 'All below 901 nm was moved by -0.0500 to close a jump at 900 nm.')
    """
    nm = signal.wavelengths
    moved = signal.values.copy()
    if keep == "red":
        moved[nm <= step.low_nm] += step.size
        side, by = f"below {step.high_nm:.0f} nm", step.size
    else:
        moved[nm >= step.high_nm] -= step.size
        side, by = f"above {step.low_nm:.0f} nm", -step.size
    inside = (nm > step.low_nm) & (nm < step.high_nm)
    moved[inside] = np.interp(nm[inside], nm[~inside], moved[~inside])
    return Corrected(
        replace(signal, values=moved),
        f"All {side} was moved by {by:+.4f} to close a jump at {step.low_nm:.0f} nm.",
    )


def _jumps(
    y: Float[np.ndarray, " n"], noise: Float[np.ndarray, " n"], lag: int
) -> list[tuple[int, float, float]]:
    """Return first point, rise and standard deviation of all that jumps within ``lag`` steps."""
    slopes = sliding_window_view(np.diff(y), 2 * _NEIGHBOURS + lag)
    beside = np.delete(slopes, np.s_[_NEIGHBOURS : _NEIGHBOURS + lag], axis=1)
    usual = np.median(beside, axis=1)
    # The second largest deviation: one outlier among the neighbours is a spike, and hides no jump.
    vary = np.sort(np.abs(beside - usual[:, None]), axis=1)[:, -2]
    start = np.arange(usual.size) + _NEIGHBOURS
    rise = y[start + lag] - y[start] - lag * usual
    random = np.sqrt(2.0) * noise[start]
    jumps = (
        (np.abs(rise) > LEAST)
        & (np.abs(rise) > _SIGMAS * random)
        & (np.abs(rise) > _OVER_SLOPES * lag * vary)
        & _stays(y, start, lag, rise, usual)
    )
    sd = np.hypot(random, lag * vary / _OVER_SLOPES)
    return [(int(start[k]), float(rise[k]), float(sd[k])) for k in np.flatnonzero(jumps)]


def _stays(
    y: Float[np.ndarray, " n"],
    start: np.ndarray,
    lag: int,
    rise: Float[np.ndarray, " k"],
    usual: Float[np.ndarray, " k"],
) -> np.ndarray:
    """Tell where the level behind a rise is another one than before it, as it is not behind a spike."""
    five = np.median(sliding_window_view(y, 5), axis=1)
    apart = five[start + lag] - five[start - 4] - (lag + 4) * usual
    return np.asarray((np.sign(apart) == np.sign(rise)) & (np.abs(apart) > _KEPT * np.abs(rise)))


def _groups(
    candidates: list[tuple[int, int, float, float]],
) -> list[list[tuple[int, int, float, float]]]:
    """Gather candidates that overlap: one jump is seen at several starts and lags."""
    groups: list[list[tuple[int, int, float, float]]] = []
    for candidate in candidates:
        if groups and candidate[0] <= max(start + lag for start, lag, _, _ in groups[-1]):
            groups[-1].append(candidate)
        else:
            groups.append([candidate])
    return groups
