"""How large dots are: the projection of a sphere, blurred, fitted by least squares to each of them.

All dots of a picture are fitted at once. Each has its place, radius, depth and level of the film; before each
step the others are taken away from its window, so that neighbours that touch are fitted together. The blur is
that of the picture, found from the dots that stand apart.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from aliquot.instruments.microscopy.detect import Seeds
from aliquot.instruments.microscopy.profile import PIXEL, ProfileTable

_STEPS = 14
_SETTLED = 0.02  # px; once nearly all dots move less, one more look is enough
_SUBSET = 48  # dots from which the blur is found
_BLURS = (0.3, 0.6, 1.0, 1.5, 2.2, 3.2)  # px
_TOUCH = 1.5  # px between two outlines that count as touching
_OVERLAP = 0.85  # of the sum of radii; nearer ones lie on one another
_FAINT = 0.4  # of the median depth; fainter is no dot of this picture


@dataclass(frozen=True, slots=True)
class Fitted:
    """The spheres that fit a picture.

    Example:
        >>> no, none = np.zeros(0), np.zeros(0, bool)
        >>> Fitted(np.zeros((0, 5)), no, no, none, none, 1.0, 0.1).n
        0
    """

    spheres: Float[np.ndarray, "n 5"]
    """x, y, radius [px], depth at the centre before the blur [1], level of the film [1]."""
    sd: Float[np.ndarray, " n"]
    """Standard uncertainty of the radius from the noise [px]."""
    quality: Float[np.ndarray, " n"]
    """Share of the variance in the window that the sphere explains [1]."""
    touching: Bool[np.ndarray, " n"]
    """Whether the outline meets that of a neighbour."""
    good: Bool[np.ndarray, " n"]
    """Whether it counts: deep enough, converged, inside the field, on no other one."""
    blur: float
    """Blur of the picture [px]."""
    noise: float
    """Noise of a pixel as the misfit shows it [1]."""

    @property
    def n(self) -> int:
        """Number of spheres, good or not."""
        return len(self.spheres)


@dataclass(frozen=True, slots=True)
class _Windows:
    """The pixels around each dot, as indices into the flattened picture."""

    at: Int[np.ndarray, "n w"]
    x: Float[np.ndarray, "n w"]
    y: Float[np.ndarray, "n w"]
    weight: Float[np.ndarray, "n w"]
    size: int

    @classmethod
    def around(cls, places: Float[np.ndarray, "n 4"], shape: tuple[int, int], half: int) -> "_Windows":
        """Return windows that reach ``half`` pixels, and 1.35 radii of their dot count."""
        steps = np.arange(-half, half + 1)
        down, across = np.nonzero(np.hypot(steps[:, None], steps) <= half + 1.0)
        down, across = down - half, across - half
        x = np.rint(places[:, :1]).astype(np.intp) + across
        y = np.rint(places[:, 1:2]).astype(np.intp) + down
        inside = (x >= 0) & (y >= 0) & (x < shape[1]) & (y < shape[0])
        near = np.hypot(x - places[:, :1], y - places[:, 1:2]) <= 1.35 * places[:, 2:3] + 4.0
        at = np.clip(y, 0, shape[0] - 1) * shape[1] + np.clip(x, 0, shape[1] - 1)
        return cls(at, x.astype(float), y.astype(float), (inside & near).astype(float), shape[0] * shape[1])

    def of(self, rows: Int[np.ndarray, " k"]) -> "_Windows":
        """Return some of the windows."""
        return _Windows(self.at[rows], self.x[rows], self.y[rows], self.weight[rows], self.size)


def fit(seeds: Seeds) -> Fitted:
    """Fit a sphere to each place.

    Args:
        seeds: Where dots may be.

    Returns:
        A sphere for each seed, with what is wrong with it.

    Example:
        >>> from aliquot.instruments.microscopy.detect import detect
        >>> from aliquot.instruments.microscopy.simulate import Microscope, draw
        >>> seen, _ = draw(np.full(6, 3.4), Microscope((192, 192)), label="A", seed=1)
        >>> bool(np.allclose(fit(detect(seen)).spheres[:, 2] * 0.24, 3.4, rtol=0.02))
        True
    """
    if seeds.count == 0:
        empty = np.zeros(0)
        return Fitted(np.zeros((0, 5)), empty, empty, empty > 0, empty > 0, 1.0, seeds.noise)
    shape = (seeds.depth.shape[0], seeds.depth.shape[1])
    places = seeds.places.copy()
    places[:, 2] *= 1.05  # areas above the threshold are small by about this
    bounds = 0.4 * float(np.median(places[:, 2])), 2.4 * float(np.median(places[:, 2]))
    places[:, 2] = np.clip(places[:, 2], *bounds)
    half = int(np.ceil(1.35 * np.quantile(places[:, 2], 0.98) + 4.0))
    windows = _Windows.around(places, shape, half)
    start = np.column_stack([places[:, :3], np.maximum(places[:, 3], 1e-6), np.zeros(seeds.count)])
    seen = seeds.depth.ravel()
    blur = _blur_of(start, windows, seen, bounds)
    table = ProfileTable.of(*bounds, float(np.hypot(blur, PIXEL**0.5)))
    spheres, misfit, curvature = _descend(start, windows, seen, table, _STEPS)
    return _judged(spheres, misfit, curvature, windows, seeds, table)


def _blur_of(
    start: Float[np.ndarray, "n 5"],
    windows: _Windows,
    seen: Float[np.ndarray, " pixels"],
    bounds: tuple[float, float],
) -> float:
    """Return the blur [px] with the least misfit over dots that stand apart."""
    apart = np.flatnonzero(_gaps(start)[0] > 4.0)
    rows = apart if apart.size >= 5 else np.arange(len(start))
    rows = rows[np.linspace(0, rows.size - 1, min(_SUBSET, rows.size)).astype(int)]
    few, guess = windows.of(rows), start[rows]
    largest = 0.5 * float(np.median(start[:, 2]))
    tried = np.array([blur for blur in _BLURS if blur <= largest] or [_BLURS[0]])
    misfits = []
    for blur in tried:
        table = ProfileTable.of(*bounds, float(np.hypot(blur, PIXEL**0.5)))
        guess, misfit, _ = _descend(guess, few, seen, table, 7)
        misfits.append(float((misfit**2 * few.weight).sum()))
    best = int(np.argmin(misfits))
    if not 0 < best < len(tried) - 1:
        return float(tried[best])
    bent = np.polyfit(tried[best - 1 : best + 2] ** 2, misfits[best - 1 : best + 2], 2)
    return float(np.sqrt(max(-0.5 * bent[1] / bent[0], 0.1)))


def _descend(
    spheres: Float[np.ndarray, "n 5"],
    windows: _Windows,
    seen: Float[np.ndarray, " pixels"],
    table: ProfileTable,
    steps: int,
) -> tuple[Float[np.ndarray, "n 5"], Float[np.ndarray, "n w"], Float[np.ndarray, "n 5 5"]]:
    """Go down by damped Gauss-Newton steps, all dots at once; return spheres, misfit and curvature."""
    spheres, settled = spheres.copy(), False
    for step in range(steps + 1):
        dx, dy = windows.x - spheres[:, :1], windows.y - spheres[:, 1:2]
        r = np.hypot(dx, dy)
        profile, by_r, by_radius = table.read(r, np.broadcast_to(spheres[:, 2:3], r.shape))
        depth = spheres[:, 3:4]
        own = depth * profile
        whole = np.bincount(windows.at.ravel(), (own * windows.weight).ravel(), minlength=windows.size)
        misfit = seen[windows.at] - (whole[windows.at] - own * windows.weight + own) - spheres[:, 4:5]
        outward = depth * by_r / np.maximum(r, 1e-9)
        slopes = np.stack([-outward * dx, -outward * dy, depth * by_radius, profile, np.ones_like(r)], axis=2)
        weighted = slopes * windows.weight[:, :, None]
        curvature = np.matmul(weighted.transpose(0, 2, 1), slopes)
        if step == steps or settled:
            break
        pull = np.matmul(weighted.transpose(0, 2, 1), misfit[:, :, None])
        scale = np.einsum("nii->ni", curvature)
        damped = curvature + 1e-3 * np.eye(5) * (scale[:, :, None] + 1e-9)
        moved = np.linalg.solve(damped, pull)[:, :, 0]
        reach = np.column_stack([np.repeat(0.15 * spheres[:, 2:3], 3, axis=1), 0.5 * depth, depth])
        moved = np.clip(moved, -reach, reach)
        spheres += moved
        spheres[:, 2] = np.clip(spheres[:, 2], table.smallest, table.largest)
        spheres[:, 3] = np.maximum(spheres[:, 3], 1e-6)
        settled = float(np.quantile(np.abs(moved[:, :3]).max(axis=1), 0.95)) < _SETTLED
    return spheres, misfit, curvature


def _judged(
    spheres: Float[np.ndarray, "n 5"],
    misfit: Float[np.ndarray, "n w"],
    curvature: Float[np.ndarray, "n 5 5"],
    windows: _Windows,
    seeds: Seeds,
    table: ProfileTable,
) -> Fitted:
    """Tell how sure each radius is, and which spheres count."""
    pixels = windows.weight.sum(axis=1)
    left = (windows.weight * misfit**2).sum(axis=1)
    variance = left / np.maximum(pixels - 5.0, 1.0)
    ridge = curvature + 1e-12 * np.eye(5) * np.einsum("nii->n", curvature)[:, None, None]
    sd = np.sqrt(np.abs(np.linalg.inv(ridge)[:, 2, 2]) * variance)
    values = seeds.depth.ravel()[windows.at]
    mean = (windows.weight * values).sum(axis=1) / pixels
    total = (windows.weight * (values - mean[:, None]) ** 2).sum(axis=1)
    gap, nearness = _gaps(spheres)
    x, y, radius, depth = spheres[:, 0], spheres[:, 1], spheres[:, 2], spheres[:, 3]
    rows, columns = seeds.depth.shape
    moved = np.hypot(x - seeds.places[:, 0], y - seeds.places[:, 1])
    good = (
        (radius > table.smallest * 1.02)
        & (radius < table.largest * 0.99)
        & (depth > _FAINT * np.median(depth))
        & (depth < np.median(depth) / _FAINT)
        & (sd < 0.35 * radius)
        & (moved < 0.7 * radius)
        & (x - radius > 0.0)
        & (y - radius > 0.0)
        & (x + radius < columns - 1.0)
        & (y + radius < rows - 1.0)
        & (nearness > _OVERLAP)
    )
    noise = float(np.sqrt(np.median(variance)))
    quality = np.clip(1.0 - left / np.maximum(total, 1e-300), 0.0, 1.0)
    blur = float(np.sqrt(max(table.blur**2 - PIXEL, 0.0)))
    return Fitted(spheres, sd, quality, gap < _TOUCH, good, blur, noise)


def _gaps(spheres: Float[np.ndarray, "n k"]) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Return the least gap to a neighbour [px], and the least distance over the sum of radii [1]."""
    x, y, radius = spheres[:, 0], spheres[:, 1], spheres[:, 2]
    apart = np.hypot(x[:, None] - x, y[:, None] - y) + 1e9 * np.eye(len(x))
    both = radius[:, None] + radius
    return np.min(apart - both, axis=1), np.min(apart / both, axis=1)


def without_doubles(fitted: Fitted) -> Fitted:
    """Return the spheres with one of each two that lie within half a radius marked good at most.

    Example:
        >>> pair = np.array([[9.0, 9.0, 5.0, 0.2, 0.0], [9.5, 9.0, 5.0, 0.2, 0.0]])
        >>> two, yes = np.array([0.9, 0.8]), np.ones(2, bool)
        >>> without_doubles(Fitted(pair, two, two, yes, ~yes, 1.0, 0.1)).good.tolist()
        [True, False]
    """
    x, y, radius = fitted.spheres[:, 0], fitted.spheres[:, 1], fitted.spheres[:, 2]
    good, sure = fitted.good.copy(), np.argsort(-fitted.quality)
    for i in sure:
        near = np.flatnonzero(np.hypot(x - x[i], y - y[i]) < 0.5 * radius[i])
        others = near[near != i]
        if others.size and fitted.quality[i] >= fitted.quality[others].max():
            good[others] = False
            good[i] = True
    return replace(fitted, good=good)
