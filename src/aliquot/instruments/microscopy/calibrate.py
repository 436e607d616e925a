"""What the method does to a picture like this one: dots of known size are drawn and measured the same way.

A picture of spheres with the size, spread, depth, blur and noise that were found is made, and measured. Bias,
what noise adds to the spread, and the share of dots found are those of that picture.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.instruments.microscopy.detect import Seeds, detect
from aliquot.instruments.microscopy.fit import Fitted, fit
from aliquot.instruments.microscopy.records import ParticleList
from aliquot.instruments.microscopy.simulate import Microscope, draw

_DOTS = 160
_FILL = 0.17  # of the field's area, at most; denser layers than that are drawn as gathered dots
LARGEST_BIAS = 0.05
"""Largest bias of the mean that is corrected [1]; beyond it nothing is reported."""
FEWEST_FOUND = 0.80
"""Least share of dots that has to be found [1]."""
MOST_FALSE = 0.10
"""Largest share of what is found that may be no dot [1]."""
MOST_ADDED = 0.06
"""Largest spread added by noise, over the mean, at which a mean is told [1]."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the method does to dots of known size.

    Example:
        >>> Calibration(0.004, 0.002, 0.05, 1.0, 0.0, 0.98, 160).reason() is None
        True
    """

    bias: float
    """Mean of found over true diameter, less 1 [1]."""
    bias_sd: float
    """Standard uncertainty of the bias [1]."""
    added_sd: float
    """Standard deviation of found less true diameter, over the mean diameter [1]."""
    found: float
    """Share of the dots that were found [1]."""
    false: float
    """Share of what was found that was no dot [1]."""
    circularity: float
    """Median circularity of the outlines of spheres [1]."""
    dots: int
    """Dots that were drawn."""

    def reason(self) -> str | None:
        """Tell why a mean can not be reported, None if it can."""
        if self.found < FEWEST_FOUND:
            return f"Of spheres drawn with this contrast and noise only {self.found:.0%} are found"
        if self.false > MOST_FALSE:
            return f"{self.false:.0%} of what is found in a picture with this contrast and noise is no dot"
        if abs(self.bias) > LARGEST_BIAS:
            return f"Spheres drawn with this contrast and noise are measured {self.bias:+.1%} wrong"
        if self.added_sd > MOST_ADDED:
            return f"Noise alone spreads the diameters of such spheres by {self.added_sd:.1%}"
        return None


def calibrate(seeds: Seeds, fitted: Fitted, *, seed: int) -> Calibration:
    """Measure spheres drawn with what a picture was found to show.

    Args:
        seeds: What was detected on the picture.
        fitted: The spheres that fit it, at least three of them good.
        seed: Seed of sizes, places and noise.

    Returns:
        Bias, added spread and shares, from one picture of known dots.

    Example:
        >>> seen, _ = draw(np.full(12, 3.4), Microscope((256, 256)), label="A", seed=1)
        >>> places = detect(seen)
        >>> abs(calibrate(places, fit(places), seed=1).bias) < 0.01
        True
    """
    good = fitted.spheres[fitted.good]
    radii = good[:, 2]
    mean, depth = float(radii.mean()), float(np.clip(np.median(good[:, 3]), 1e-4, 0.95))
    own = max(float(radii.var(ddof=1)) - float(np.mean(fitted.sd[fitted.good] ** 2)), (0.03 * mean) ** 2)
    fill = float(np.clip(np.pi * (radii**2).sum() / seeds.depth.size, 0.03, _FILL))
    side = max(int(np.sqrt(_DOTS * np.pi * mean**2 / fill)), 64)
    noise = max(fitted.noise, seeds.noise)
    microscope = Microscope(
        (side, side),
        1.0,
        contrast_per_nm=float(-np.log1p(-depth) / (2.0 * mean)),
        blur_nm=fitted.blur,
        electrons_per_px=1e12,
        readout=max(noise, 1e-6),
        grain_px=seeds.grain_px,
        gap_nm=0.0,
        gathered=float(np.mean(fitted.touching[fitted.good])),
    )
    drawn = 2.0 * np.random.default_rng(seed).normal(mean, own**0.5, _DOTS)
    drawn = np.clip(drawn, mean, 3.4 * mean)
    picture, truth = draw(drawn, microscope, label="drawn to calibrate", seed=seed)
    places = detect(picture)
    return compare(fit(places), truth, places, scale_nm_per_px=1.0)


def compare(fitted: Fitted, truth: ParticleList, seeds: Seeds, *, scale_nm_per_px: float) -> Calibration:
    """Compare spheres that were found with those that were drawn.

    Args:
        fitted: What was found.
        truth: What was drawn.
        seeds: What was detected.
        scale_nm_per_px: Side of a pixel [nm].

    Returns:
        Bias, added spread and shares.

    Example:
        >>> seen, truth = draw(np.full(12, 3.4), Microscope((256, 256)), label="A", seed=1)
        >>> places = detect(seen)
        >>> compare(fit(places), truth, places, scale_nm_per_px=0.12).found
        1.0
    """
    good = fitted.spheres[fitted.good]
    at = np.array([(particle.x, particle.y) for particle in truth.particles])
    ratio, matched = np.zeros(0), np.zeros(0, bool)
    if len(good):
        far = np.hypot(good[:, :1] - at[None, :, 0], good[:, 1:2] - at[None, :, 1])
        nearest = far.argmin(axis=1)
        matched = far.min(axis=1) < 0.25 * truth.diameters[nearest] / scale_nm_per_px
        ratio = (2.0 * scale_nm_per_px * good[:, 2] / truth.diameters[nearest])[matched]
    n = ratio.size
    found = len(np.unique(nearest[matched])) / truth.n if n else 0.0
    spread = float(ratio.std(ddof=1)) if n > 2 else 1.0
    rim = int(_at_rim(at, truth.diameters / scale_nm_per_px, seeds.depth.shape).sum())
    return Calibration(
        bias=float(ratio.mean() - 1.0) if n > 2 else -1.0,
        bias_sd=spread / max(n, 1) ** 0.5,
        added_sd=spread,
        found=min(found * truth.n / max(truth.n - rim, 1), 1.0),
        false=1.0 - n / len(good) if len(good) else 0.0,
        circularity=float(np.nanmedian(seeds.circularity)) if seeds.count else float("nan"),
        dots=truth.n,
    )


def _at_rim(
    at: Float[np.ndarray, "n 2"], sizes: Float[np.ndarray, " n"], shape: tuple[int, ...]
) -> Float[np.ndarray, " n"]:
    """Tell (1 or 0) which dots come so near the rim that they are left out on purpose."""
    x, y, reach = at[:, 0], at[:, 1], 0.5 * sizes + 2.0
    outside = (x < reach) | (y < reach) | (x > shape[1] - reach) | (y > shape[0] - reach)
    return outside.astype(float)
