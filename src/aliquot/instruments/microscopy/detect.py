"""Where dots are: background divided out, smoothed, cut, and parted by the watershed of their distances.

What is cut here is only a start. A sphere's projected edge is faint, so that areas above a threshold are too
small by several percent; :mod:`~aliquot.instruments.microscopy.fit` finds the size.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import ndimage

from aliquot.instruments.microscopy.extra import skimage
from aliquot.instruments.microscopy.records import Micrograph

_FIRST_SMOOTHINGS = (2.0, 3.5, 5.0)  # px, before anything is known of the size
_STANDS_OUT = 5.0  # contrast over noise, both smoothed; noise alone, cut in two, shows 1.6
_WHITE = 0.282  # px; smoothing by w brings white noise down to 0.282 / w
_BLOCKS = 16  # along a side, for the background
_SMALLEST_PX = 3.0  # a radius below this is no sphere but a few pixels


@dataclass(frozen=True, slots=True)
class Seeds:
    """Where dots may be, and the picture that they were found on.

    Example:
        >>> Seeds(np.zeros((8, 8)), np.zeros((0, 4)), np.zeros(0), 0.1, 0.0, True).count
        0
    """

    depth: Float[np.ndarray, "rows columns"]
    """Share of the background's brightness that is missing, dots positive [1]."""
    places: Float[np.ndarray, "n 4"]
    """x, y, radius [px] and depth [1] of each."""
    circularity: Float[np.ndarray, " n"]
    """4 pi area over perimeter squared of each outline at the threshold [1]; not a number where two touch."""
    noise: float
    """Standard deviation of the noise of a pixel [1]."""
    grain_px: float
    """Correlation length of the noise [px]."""
    dark: bool
    """Whether dots are darker than the film, as in bright field."""

    @property
    def count(self) -> int:
        """Number of places."""
        return len(self.places)


def detect(picture: Micrograph) -> Seeds:
    """Find where dots may be.

    Args:
        picture: A micrograph of dots that lie in one layer.

    Returns:
        Places in order of rows; none where nothing stands out.

    Example:
        >>> from aliquot.instruments.microscopy.simulate import Microscope, draw
        >>> seen, _ = draw(np.full(6, 3.4), Microscope((192, 192)), label="A", seed=1)
        >>> detect(seen).count
        6
    """
    depth, dark = _depth_of(picture.pixels)
    noise, grain = noise_of(depth)
    smoothed, contrast = _smoothed(depth, noise, grain)
    labels, regions = _regions(smoothed, _SMALLEST_PX, split=False) if contrast > 0.0 else (None, [])
    if labels is None or not regions:
        return Seeds(depth, np.zeros((0, 4)), np.zeros(0), noise, grain, dark)
    typical = _typical_radius(labels, [region.label for region in regions])
    covered = ndimage.binary_dilation(labels > 0, iterations=max(int(0.3 * typical), 2))
    depth, _ = _depth_of(picture.pixels, covered)
    needed = _STANDS_OUT * noise * max(grain, _WHITE) / contrast
    smoothed = ndimage.gaussian_filter(
        depth, float(np.clip(needed, max(0.15 * typical, 1.0), 0.5 * typical + 1.0))
    )
    _, regions = _regions(smoothed, 0.4 * typical, split=True)
    whole = [region for region in regions if not _cut_off(region.bbox, depth.shape)]
    places = np.array([_place(region, smoothed) for region in whole]).reshape(-1, 4)
    round_ = np.array([_circularity(region) for region in whole])
    return Seeds(depth, places, round_, noise, grain, dark)


def _smoothed(
    depth: Float[np.ndarray, "rows columns"], noise: float, grain: float
) -> tuple[Float[np.ndarray, "rows columns"], float]:
    """Return the picture as little smoothed as lets something stand out, and by how much, else 0."""
    threshold_otsu = skimage("filters").threshold_otsu
    smoothed = depth
    for width in _FIRST_SMOOTHINGS:
        smoothed = ndimage.gaussian_filter(depth, width)
        above = smoothed > threshold_otsu(smoothed)
        both = 0.0 < float(above.mean()) < 1.0
        contrast = float(smoothed[above].mean() - smoothed[~above].mean()) if both else 0.0
        if contrast > _STANDS_OUT * noise * max(grain, _WHITE) / float(np.hypot(grain, width)):
            return smoothed, contrast
    return smoothed, 0.0


def noise_of(depth: Float[np.ndarray, "rows columns"]) -> tuple[float, float]:
    """Return standard deviation [of the values] and correlation length [px] of the noise.

    Both are read from what differs between neighbours and between pixels three apart; film and dots change
    little over so short a way. The correlation is that of white noise smoothed by a Gaussian.
    """

    def spread(step: int) -> float:
        across = depth[:, 2 * step :] - 2.0 * depth[:, step:-step] + depth[:, : -2 * step]
        return float(np.median(np.abs(across - np.median(across)))) / (0.6745 * float(np.sqrt(6.0)))

    near, far = spread(1), spread(3)
    # Second differences of noise with correlation c1, c2 have the variance 6 - 8 c1 + 2 c2.
    lengths = np.array([0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0, 1.2])
    with np.errstate(divide="ignore"):
        first = np.where(lengths > 0.0, np.exp(-0.25 / np.maximum(lengths, 1e-3) ** 2), 0.0)
    ratio = np.sqrt((6.0 - 8.0 * first + 2.0 * first**4) / 6.0)
    grain = float(np.interp(-min(near / max(far, 1e-12), 1.0), -ratio, lengths))
    grain = grain if near < 0.9 * far else 0.0
    return (far if grain > 0.0 else near), grain


def _depth_of(
    pixels: Float[np.ndarray, "rows columns"], covered: np.ndarray | None = None
) -> tuple[Float[np.ndarray, "rows columns"], bool]:
    """Divide the film out, and turn the picture so that dots are positive."""
    film = _film(pixels, covered)
    missing = 1.0 - pixels / film
    smoothed = ndimage.gaussian_filter(missing, _FIRST_SMOOTHINGS[0])
    centred = smoothed - np.median(smoothed)
    dark = float((centred**3).mean()) >= 0.0
    return np.asarray(missing if dark else -missing), dark


def _film(
    pixels: Float[np.ndarray, "rows columns"], covered: np.ndarray | None
) -> Float[np.ndarray, "rows columns"]:
    """Return the film: a surface of second order through medians of blocks, dots left out where known."""
    rows, columns = pixels.shape
    bare = np.ones(pixels.shape, bool) if covered is None else ~covered
    edges = (np.linspace(0, rows, _BLOCKS + 1).astype(int), np.linspace(0, columns, _BLOCKS + 1).astype(int))
    points = []
    for top, bottom in zip(edges[0][:-1], edges[0][1:], strict=True):
        for left, right in zip(edges[1][:-1], edges[1][1:], strict=True):
            inside = bare[top:bottom, left:right]
            if inside.sum() >= 0.1 * inside.size + 1:
                level = float(np.median(pixels[top:bottom, left:right][inside]))
                points.append(
                    (0.5 * (top + bottom) / rows - 0.5, 0.5 * (left + right) / columns - 0.5, level)
                )
    known = np.array(points) if len(points) >= 12 else np.array([(0.0, 0.0, float(np.median(pixels)))] * 12)
    terms = _surface(known[:, 0], known[:, 1])
    weights = np.ones(len(known))
    for _ in range(5):  # blocks full of dots pull less and less
        fitted, *_ = np.linalg.lstsq(terms * weights[:, None], known[:, 2] * weights, rcond=None)
        misfit = known[:, 2] - terms @ fitted
        width = 2.0 * float(np.median(np.abs(misfit))) + 1e-12 * abs(float(known[0, 2])) + 1e-300
        weights = 1.0 / np.sqrt(1.0 + (misfit / width) ** 2)
    down = np.arange(rows)[:, None] / rows - 0.5
    across = np.arange(columns)[None, :] / columns - 0.5
    a, b, c, d, e, f = fitted.tolist()
    film = a + b * down + c * across + d * down**2 + e * across**2 + f * down * across
    floor = 0.05 * max(float(np.median(pixels)), float(np.ptp(pixels)) * 1e-3)
    return np.asarray(np.maximum(film, floor))


def _surface(down: Float[np.ndarray, " n"], across: Float[np.ndarray, " n"]) -> Float[np.ndarray, "n 6"]:
    return np.stack([np.ones_like(down), down, across, down**2, across**2, down * across], axis=1)


def _regions(
    smoothed: Float[np.ndarray, "rows columns"], radius: float, *, split: bool
) -> tuple[Int[np.ndarray, "rows columns"], list[Any]]:
    """Return outlines above the threshold of Otsu, larger than half a disc of a radius [px]."""
    above = _filled(smoothed > skimage("filters").threshold_otsu(smoothed), 0.25 * np.pi * radius**2)
    labels = skimage("measure").label(above)
    if split:
        inside = ndimage.gaussian_filter(ndimage.distance_transform_edt(above), 1.0)
        peaks = skimage("feature").peak_local_max(
            inside, min_distance=max(int(1.5 * radius), 2), labels=labels, exclude_border=False
        )
        marks = np.zeros(above.shape, dtype=np.int32)
        marks[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
        labels = skimage("segmentation").watershed(-inside, marks, mask=above)
    labels = np.asarray(labels, dtype=np.int64)
    found = [
        region for region in skimage("measure").regionprops(labels) if region.area >= 0.5 * np.pi * radius**2
    ]
    return labels, found


def _filled(above: Bool[np.ndarray, "rows columns"], largest: float) -> Bool[np.ndarray, "rows columns"]:
    """Fill holes of up to an area [px2]: those of noise, not the gap in a ring of three dots."""
    holes, _ = ndimage.label(~above)
    small = np.bincount(holes.ravel()) <= max(largest, 4.0)
    return np.asarray(above | small[holes])


def _typical_radius(labels: Int[np.ndarray, "rows columns"], named: list[int]) -> float:
    """Return the radius [px] of the disc in the middle outline; a clump counts as one of its dots."""
    inside = ndimage.distance_transform_edt(labels > 0)
    inscribed = np.sort(np.asarray(ndimage.maximum(inside, labels, named), dtype=float))
    covered = np.cumsum(inscribed**2)
    return float(inscribed[np.searchsorted(covered, 0.5 * covered[-1])])


def _cut_off(box: tuple[int, int, int, int], shape: tuple[int, ...]) -> bool:
    """Tell whether an outline meets the rim of the picture."""
    return box[0] <= 0 or box[1] <= 0 or box[2] >= shape[0] or box[3] >= shape[1]


def _place(region: Any, smoothed: Float[np.ndarray, "rows columns"]) -> tuple[float, float, float, float]:  # noqa: ANN401
    y, x = region.centroid
    rows, columns = region.coords.T
    return x, y, float(np.sqrt(region.area / np.pi)), float(np.quantile(smoothed[rows, columns], 0.9))


def _circularity(region: Any) -> float:  # noqa: ANN401  scikit-image ships no name for it
    around = float(region.perimeter_crofton)
    return float(4.0 * np.pi * region.area / around**2) if around > 0.0 else float("nan")
