"""The band of a spectrum without any model: its smoothed maximum, and where it falls to half of that.

Works on any axis, so that a band is read per wavelength and per energy alike. Where the spectrum ends, or is
hidden, before it has fallen to half, that side has no crossing: there the width has a bound and no value.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

_TOP = (0.70, 0.85)  # share of the maximum above which a quartic is fitted: with much noise, with little
_QUIET = 3e-3
_SIGMAS = 7.0  # from the lowest to the highest of some tens of independent places: noise alone is no band
_NEAR = 0.35  # reach of the parabola about a crossing, over its distance from the maximum
_GAP = 3.5  # steps without a value that are a gap
_FEWEST = 9


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where one side of a band is at half of its maximum."""

    at: float
    """Place [unit of the axis]."""
    noise: float
    """Standard uncertainty from noise [unit of the axis]."""
    per_level: float
    """How far it moves if the level is raised by one unit of intensity [unit of the axis]."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A band as it is seen along one axis."""

    peak: float
    """Place of the maximum [unit of the axis]."""
    peak_noise: float
    """Its standard uncertainty from noise [unit of the axis]."""
    height: float
    """Intensity of the maximum, above zero as measured."""
    floor: float
    """Lowest intensity in the spectrum: as high may its true zero lie."""
    low: Crossing | None
    """Half height on the side of small values, None if it is not in the spectrum."""
    high: Crossing | None
    """Half height on the side of large values, None if it is not in the spectrum."""
    at_edge: bool
    """Whether the largest value is the first or the last one: then the maximum lies beyond."""

    @property
    def width(self) -> float | None:
        """Full width at half maximum [unit of the axis], None if a side is cut off or noise crosses them."""
        if self.low is None or self.high is None or self.high.at <= self.low.at:
            return None
        return self.high.at - self.low.at

    @property
    def width_noise(self) -> float:
        """Standard uncertainty of the width from noise [unit of the axis]."""
        sides = [side.noise for side in (self.low, self.high) if side is not None]
        return float(np.hypot.reduce(np.array([*sides, 0.0])))

    @property
    def width_baseline(self) -> float:
        """Standard uncertainty of the width from the zero line, somewhere between 0 and the floor."""
        sides = [abs(side.per_level) for side in (self.low, self.high) if side is not None]
        return float(sum(sides) * 0.5 * max(self.floor, 0.0) / np.sqrt(3.0))


def read_band(
    x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], sd: Float[np.ndarray, " n"]
) -> Reading | None:
    """Return the highest band of a spectrum; None if none stands out from noise.

    Args:
        x: Axis, rising, without the places that are masked, shape (n,).
        y: Intensities, shape (n,).
        sd: Standard deviation of their noise, above 0, shape (n,).

    Example:
        >>> x = np.linspace(1.8, 2.6, 161)
        >>> band = np.exp(-0.5 * ((x - 2.2) / 0.05) ** 2)
        >>> found = read_band(x, band, np.full(161, 1e-3))
        >>> round(found.peak, 4), round(found.width, 4)
        (2.2, 0.1178)
    """
    if x.size < _FEWEST:
        return None
    span = _span(y, sd)
    smooth = _smoothed(y, span)
    top = int(np.argmax(smooth))
    floor = float(np.min(smooth))
    if smooth[top] <= 0.0 or not _stands_out(y / sd, span):
        return None
    peak, peak_noise, height = _maximum(x, y, sd, smooth, top)
    sides = [_crossing(x, y, sd, smooth, top, height, step) for step in (-1, 1)]
    return Reading(peak, peak_noise, height, floor, sides[0], sides[1], top in {0, x.size - 1})


def _span(y: Float[np.ndarray, " n"], sd: Float[np.ndarray, " n"]) -> int:
    """Return over how many points to average: more where noise is more, an odd number."""
    ratio = float(np.median(sd)) / max(float(np.max(y)), 1e-300)
    return 2 * int(np.clip(200.0 * ratio, 1, max(1, y.size // 25))) + 1


def _stands_out(scaled: Float[np.ndarray, " n"], span: int) -> bool:
    """Tell whether a spectrum, in units of its noise, varies by more than noise does."""
    window = np.full(span, 1.0 / span)
    means = np.convolve(scaled, window, mode="valid")
    return bool(np.ptp(means) > _SIGMAS / np.sqrt(span))


def _smoothed(y: Float[np.ndarray, " n"], span: int) -> Float[np.ndarray, " n"]:
    """Return running parabolas: twice the mean of a window, less that of means, keeps a maximum's height."""
    half = span // 2
    ends = np.pad(y, 2 * half, mode="reflect", reflect_type="odd")
    once = np.convolve(ends, np.full(span, 1.0 / span), mode="valid")
    twice = np.convolve(once, np.full(span, 1.0 / span), mode="valid")
    return np.asarray(2.0 * once[half : once.size - half] - twice)


def _maximum(
    x: Float[np.ndarray, " n"],
    y: Float[np.ndarray, " n"],
    sd: Float[np.ndarray, " n"],
    smooth: Float[np.ndarray, " n"],
    top: int,
) -> tuple[float, float, float]:
    """Return place, its noise, and height of the maximum, by a quartic through the top of the band."""
    quiet = float(np.median(sd)) < _QUIET * float(smooth[top])
    above = _run(smooth > _TOP[quiet] * smooth[top], top)
    if above.size < 5:
        above = np.arange(max(top - 2, 0), min(top + 3, x.size))
    scale = float(np.ptp(x[above])) / 2.0
    t = (x[above] - x[top]) / scale
    weights = 1.0 / sd[above]
    terms = min(5, above.size - 1)
    solve = np.linalg.pinv(np.vander(t, terms, increasing=True) * weights[:, None]) * weights
    quartic = np.polynomial.Polynomial(solve @ y[above])
    fine = np.linspace(float(t[0]), float(t[-1]), 2001)
    at = float(fine[np.argmax(quartic(fine))])
    bend = float(quartic.deriv(2)(at))
    powers = np.arange(1.0, terms) * at ** np.arange(0.0, terms - 1.0)
    slopes = powers @ solve[1:]
    noise = float(np.sqrt(slopes**2 @ sd[above] ** 2)) / max(-bend, 1e-9 * float(smooth[top]))
    return float(x[top] + at * scale), min(noise, 2.0) * scale, float(quartic(at))


def _run(inside: np.ndarray, place: int) -> np.ndarray:
    """Return the unbroken run of true values around a place."""
    out = np.flatnonzero(~inside)
    start = int(out[out < place].max(initial=-1)) + 1
    end = int(out[out > place].min(initial=inside.size))
    return np.arange(start, end)


def _crossing(
    x: Float[np.ndarray, " n"],
    y: Float[np.ndarray, " n"],
    sd: Float[np.ndarray, " n"],
    smooth: Float[np.ndarray, " n"],
    top: int,
    height: float,
    step: int,
) -> Crossing | None:
    """Return where one side is at half height; None if it ends, or is hidden, before."""
    side = np.arange(top, -1 if step < 0 else x.size, step)
    below = np.flatnonzero(smooth[side] < 0.5 * height)
    if below.size == 0:
        return None
    after, before = int(side[below[0]]), int(side[below[0] - 1])
    steps = np.diff(x)
    if abs(x[after] - x[before]) > _GAP * float(np.median(steps)):
        return None
    rough = float(np.interp(0.5 * height, [smooth[after], smooth[before]], [x[after], x[before]]))
    return _refined(x, y, sd, rough, abs(rough - float(x[top])), 0.5 * height)


def _refined(
    x: Float[np.ndarray, " n"],
    y: Float[np.ndarray, " n"],
    sd: Float[np.ndarray, " n"],
    rough: float,
    distance: float,
    level: float,
) -> Crossing:
    """Return a crossing by a cubic through the points about it, or the rough one if these are too few."""
    reach = max(_NEAR * distance, 2.5 * float(np.median(np.diff(x))))
    near = np.flatnonzero(np.abs(x - rough) <= reach)
    t = (x[near] - rough) / reach
    weights = 1.0 / sd[near]
    terms = min(4, near.size - 1)
    solve = np.linalg.pinv(np.vander(t, terms, increasing=True) * weights[:, None]) * weights
    cubic = np.polynomial.Polynomial(solve @ y[near])
    at = 0.0
    for _ in range(4):  # Newton; the cubic is nearly a line here
        at -= float((cubic(at) - level) / cubic.deriv()(at))
    if not (near.size >= 4 and abs(at) <= 1.0):
        at = 0.0
    inclined = float(cubic.deriv()(at)) / reach
    row = at ** np.arange(float(terms)) @ solve
    noise = float(np.sqrt(row**2 @ sd[near] ** 2)) / abs(inclined)
    return Crossing(float(rough + at * reach), noise, float(1.0 / inclined))
