"""What stands out of a mass spectrum: baseline and noise, resolved peaks, charges, unresolved envelopes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.errors import SignalError
from aliquot.instruments.mass.spectrum import FWHM_PER_SD, MassSpectrum, Mode, Peak

ISOTOPE_STEP = 1.0029
"""Distance of neighbouring nominal masses [Da]: 1.00335 by 13C, near 1.000 by metals."""

RINGING = (8.0, 0.04)
"""Side lobes of a Fourier transform: within so many widths of a peak, and below that share of it [1]."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies beneath the peaks."""

    baseline: Float[np.ndarray, " n"]
    """Baseline at each point, in the unit of the intensities, shape (n,)."""
    noise: float
    """Standard deviation of the noise around it, in the same unit."""


def ground(spectrum: MassSpectrum, window: float | None = None) -> Ground:
    """Return baseline and noise: what remains when all that is narrower than a window is cut off.

    Args:
        spectrum: A profile.
        window: Width that no peak or envelope reaches [Da]; None takes a sixth of the axis, 200 Da at most.

    Example:
        >>> mz = np.linspace(5000.0, 6000.0, 4001)
        >>> counts = 5.0 + np.random.default_rng(1).normal(0.0, 0.5, mz.size)
        >>> found = ground(MassSpectrum(mz, counts + 40.0 * np.exp(-0.5 * ((mz - 5500) / 10) ** 2), "A"))
        >>> round(float(np.median(found.baseline)), 1), round(found.noise, 1)
        (5.0, 0.5)
    """
    from scipy.ndimage import grey_opening, uniform_filter1d  # noqa: PLC0415  only those who pick wait

    y, count = spectrum.intensities, spectrum.mz.size
    if spectrum.mode is Mode.CENTROID:
        return Ground(np.zeros(count), float(max(np.quantile(y, 0.05), 1e-12)))
    width = min(spectrum.span / 6.0, 200.0) if window is None else window
    points = max(3, min(int(count * width / spectrum.span), count // 2))
    smooth = uniform_filter1d(y, max(3, points // 25))
    opened = uniform_filter1d(grey_opening(smooth, points), points)
    rest = y - opened
    inside = np.ones(count, dtype=bool)
    for _ in range(12):  # peaks are cut off until only noise is left; four rounds mostly do
        centre = float(np.median(rest[inside]))
        spread = 1.4826 * float(np.median(np.abs(rest[inside] - centre)))
        kept = np.abs(rest - centre) <= 3.0 * spread
        if spread == 0.0 or np.array_equal(kept, inside) or kept.sum() < 10:
            break
        inside = kept
    spread = max(spread, 1e-6 * float(y.max()))
    return Ground(np.asarray(np.maximum(opened + centre, 0.0)), spread)


def pick(spectrum: MassSpectrum, snr: float = 8.0) -> tuple[Peak, ...]:
    """Return the resolved peaks of a spectrum, by rising m/z.

    The centre is that of the normal curve through the highest point and its neighbours, which is far finer
    than the step of the axis. Side lobes beside a high peak (:data:`RINGING`) are left out.

    Args:
        spectrum: A profile, or a list of peaks.
        snr: Least height over noise [1].
    """
    if spectrum.mode is Mode.CENTROID:
        return _listed(spectrum)
    from scipy.signal import find_peaks, peak_widths  # noqa: PLC0415

    beneath = ground(spectrum)
    y = spectrum.intensities - beneath.baseline
    least = snr * beneath.noise
    places, _ = find_peaks(y, height=least, prominence=0.5 * least)
    if places.size == 0:
        return ()
    _, _, left, right = peak_widths(y, places, rel_height=0.5)
    index = np.arange(y.size, dtype=float)
    fwhm = np.interp(right, index, spectrum.mz) - np.interp(left, index, spectrum.mz)
    found = []
    for place, width in zip(places, fwhm, strict=True):
        centre, height = _apex(spectrum.mz, y, int(place))
        near = (spectrum.mz > centre - 1.5 * width) & (spectrum.mz < centre + 1.5 * width)
        area = float(np.trapezoid(y[near], spectrum.mz[near]))
        found.append(
            Peak(
                centre,
                height,
                max(area, 0.0),
                float(width),
                float(width) / FWHM_PER_SD,
                height / beneath.noise,
            )
        )
    return tuple(peak for peak in found if not _rings(peak, found))


def _listed(spectrum: MassSpectrum) -> tuple[Peak, ...]:
    noise = ground(spectrum).noise
    return tuple(
        Peak(mz, height, height, 0.0, 0.0, height / noise)
        for mz, height in zip(spectrum.mz.tolist(), spectrum.intensities.tolist(), strict=True)
        if height > 0.0
    )


def _apex(mz: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], place: int) -> tuple[float, float]:
    """Return centre and height of the normal curve through three points."""
    x, heights = mz[place - 1 : place + 2], y[place - 1 : place + 2]
    if heights.size < 3 or heights.min() <= 0.0:
        return float(mz[place]), float(y[place])
    bend, slope, level = np.polyfit(x - mz[place], np.log(heights), 2)
    if bend >= 0.0:
        return float(mz[place]), float(y[place])
    shift = float(np.clip(-slope / (2.0 * bend), x[0] - mz[place], x[2] - mz[place]))
    return float(mz[place] + shift), float(np.exp(level + slope * shift + bend * shift**2))


def _rings(peak: Peak, among: Sequence[Peak]) -> bool:
    widths, share = RINGING
    return any(
        abs(other.mz - peak.mz) < widths * other.fwhm and peak.height < share * other.height
        for other in among
    )


@dataclass(frozen=True, slots=True)
class Pattern:
    """Peaks of one ion that differ by isotopes."""

    peaks: tuple[Peak, ...]
    """Its peaks by rising m/z, the lightest first."""
    charge: int | None
    """Charge by the spacing [e]; None where a single peak tells none."""

    @property
    def mz(self) -> float:
        """Centre of its highest peak [Da]; of organic ions that is the one of the commonest isotopes."""
        return max(self.peaks, key=lambda peak: peak.height).mz

    @property
    def spacing(self) -> float | None:
        """Distance of the two highest neighbours [Da]; None for a single peak."""
        if len(self.peaks) < 2:
            return None
        top = max(range(len(self.peaks)), key=lambda i: self.peaks[i].height)
        pair = (top, top + 1) if top + 1 < len(self.peaks) else (top - 1, top)
        return self.peaks[pair[1]].mz - self.peaks[pair[0]].mz


def patterns(peaks: Sequence[Peak], charges: Sequence[int] = (1, 2, 3, 4)) -> tuple[Pattern, ...]:
    """Gather resolved peaks into isotope patterns and tell their charge by the spacing, 0.5 Da for 2.

    Args:
        peaks: Resolved peaks.
        charges: Charges that are tried [e].

    Returns:
        The patterns, by falling height of their highest peak.

    Example:
        >>> pairs = ((245.317, 100.0), (245.814, 34.0), (246.312, 19.0))
        >>> three = [Peak(mz, h, h, 0.02, 0.01, h) for mz, h in pairs]
        >>> found = patterns(three)[0]
        >>> found.charge, round(found.spacing, 3)
        (2, 0.497)
    """
    left = sorted(peaks, key=lambda peak: -peak.height)
    found = []
    while left:
        seed = left[0]
        chains = [(charge, _chain(seed, left, charge)) for charge in charges]
        charge, members = max(chains, key=lambda pair: (len(pair[1]), -pair[0]))
        found.append(Pattern(members, charge if len(members) > 1 else None))
        left = [peak for peak in left if peak not in members]
    return tuple(found)


def _chain(seed: Peak, peaks: Sequence[Peak], charge: int) -> tuple[Peak, ...]:
    """Return the peaks that follow a seed at the spacing of a charge, without a gap, both ways."""
    step, tolerance = ISOTOPE_STEP / charge, max(0.6 * seed.fwhm, 4e-5 * seed.mz, 0.006)
    members = [seed]
    for sign in (1.0, -1.0):
        last = seed
        while True:
            goal = last.mz + sign * step
            near = [peak for peak in peaks if abs(peak.mz - goal) < tolerance and peak not in members]
            # Heights of one ion change steadily; an intruder that is higher than the seed can not be of it.
            near = [peak for peak in near if 0.01 * last.height < peak.height <= 1.05 * last.height]
            if not near:
                break
            last = min(near, key=lambda peak: abs(peak.mz - goal))
            members.append(last)
    return tuple(sorted(members, key=lambda peak: peak.mz))


def envelopes(spectrum: MassSpectrum, blur: float = 2.0, snr: float = 8.0) -> tuple[Peak, ...]:
    """Return the isotope envelopes of clusters, whether their nominal peaks are resolved or not.

    The spectrum is blurred by a normal curve, maxima that stand out are fitted by normal curves around their
    tops, all that overlap together, and the blur is taken off their widths again. The centre is the centroid
    of what the neighbours leave.

    Args:
        spectrum: A profile.
        blur: Standard deviation of the blur [Da]; nominal peaks vanish from 0.7 on.
        snr: Least height over the noise of the blurred spectrum [1].

    Returns:
        Centre, height, area and width of each, by rising m/z.

    Raises:
        SignalError: If the spectrum is a list of peaks.
    """
    if spectrum.mode is Mode.CENTROID:
        raise SignalError(
            given=f"'{spectrum.label}', a list of {spectrum.mz.size} peaks",
            expected="a profile, the curve of the detector",
            why="a centroid list has lost the width of an envelope, which counts the metal atoms",
            remedy="Export the profile spectrum.",
            where=spectrum.where,
        )
    from scipy.signal import find_peaks  # noqa: PLC0415

    grid, y, noise = _blurred(spectrum, blur)
    least = max(snr * noise, 0.01 * float(y.max()))
    distance = max(1, int(2.0 * blur / (grid[1] - grid[0])))
    places, _ = find_peaks(y, height=least, prominence=0.7 * least, distance=distance)
    if places.size == 0:
        return ()
    return _fitted(grid, y, places, blur, noise)


def _blurred(
    spectrum: MassSpectrum, blur: float
) -> tuple[Float[np.ndarray, " m"], Float[np.ndarray, " m"], float]:
    """Return a spectrum above its baseline on an even axis, blurred, and the noise that is left."""
    from scipy.ndimage import gaussian_filter1d  # noqa: PLC0415

    beneath = ground(spectrum)
    y = spectrum.intensities - beneath.baseline
    step = blur / 5.0
    edges = np.arange(spectrum.mz[0], spectrum.mz[-1] + step, step)
    # Areas, not samples: a comb of narrow peaks keeps its ions whatever the step.
    area = np.concatenate([[0.0], np.cumsum(0.5 * (y[1:] + y[:-1]) * np.diff(spectrum.mz))])
    binned = np.diff(np.interp(edges, spectrum.mz, area)) / step
    points = spectrum.mz.size * 2.0 * np.sqrt(np.pi) * blur / spectrum.span
    noise = beneath.noise / float(np.sqrt(max(points, 1.0)))
    return 0.5 * (edges[1:] + edges[:-1]), np.asarray(gaussian_filter1d(binned, blur / step)), noise


def _fitted(
    grid: Float[np.ndarray, " m"],
    y: Float[np.ndarray, " m"],
    places: np.ndarray,
    blur: float,
    noise: float,
) -> tuple[Peak, ...]:
    """Fit a normal curve to every maximum, neighbours that overlap at once."""
    from scipy.optimize import least_squares  # noqa: PLC0415
    from scipy.signal import peak_widths  # noqa: PLC0415

    step = float(grid[1] - grid[0])
    sds = np.maximum(peak_widths(y, places, rel_height=0.4)[0] * step / 2.02, blur)
    order = np.argsort(grid[places])
    centres, sds, heights = grid[places][order], sds[order], y[places][order]
    found = []
    for group in _groups(centres, sds):
        near = np.any([np.abs(grid - centres[i]) < 1.6 * sds[i] for i in group], axis=0)
        start = np.concatenate([centres[group], np.log(sds[group]), heights[group]])

        def miss(p: np.ndarray, x: np.ndarray = grid[near], seen: np.ndarray = y[near]) -> np.ndarray:
            c, s, h = np.split(p, 3)
            return np.asarray(np.exp(-0.5 * ((x[:, None] - c) / np.exp(s)) ** 2) @ h - seen)

        scale = np.concatenate([sds[group], np.full(len(group), 0.1), heights[group]])
        c, s, h = np.split(least_squares(miss, start, x_scale=scale).x, 3)
        bells = h * np.exp(-0.5 * ((grid[:, None] - c) / np.exp(s)) ** 2)
        for i, (centre, wide, height) in enumerate(zip(c, np.exp(s), h, strict=True)):
            if height <= 0.0 or not grid[0] < centre < grid[-1]:
                continue
            alone = y - np.delete(bells, i, axis=1).sum(axis=1)
            mean = _mean(grid, alone, float(centre), float(wide))
            sd = float(np.sqrt(max(wide**2 - blur**2, (0.3 * blur) ** 2)))
            area = float(height * wide * np.sqrt(2.0 * np.pi))
            found.append(Peak(mean, float(height), area, FWHM_PER_SD * sd, sd, float(height / noise)))
    return tuple(sorted(found, key=lambda peak: peak.mz))


def _mean(grid: Float[np.ndarray, " m"], y: Float[np.ndarray, " m"], centre: float, sd: float) -> float:
    """Return the centroid of an envelope: envelopes of metals lean, their top lies above their mean."""
    mean = centre
    for _ in range(3):  # the window follows the centroid
        near = np.abs(grid - mean) < 2.5 * sd
        mean = float(np.sum(grid[near] * y[near]) / np.sum(y[near]))
    return mean if abs(mean - centre) < 0.3 * sd else centre


def _groups(centres: Float[np.ndarray, " n"], sds: Float[np.ndarray, " n"]) -> list[np.ndarray]:
    """Return the indices of maxima, those together that lie within three widths of each other; 8 at most."""
    groups: list[list[int]] = [[0]]
    for i in range(1, centres.size):
        apart = centres[i] - centres[i - 1] > 3.0 * (sds[i] + sds[i - 1]) / 2.0
        if apart or len(groups[-1]) == 8:
            groups.append([])
        groups[-1].append(i)
    return [np.array(group) for group in groups]
