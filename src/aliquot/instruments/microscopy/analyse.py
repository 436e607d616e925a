"""From a picture to its sizes: found, fitted, calibrated, counted, with what must be doubted."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from aliquot.errors import SignalError
from aliquot.finding import Finding, Interval
from aliquot.instruments.microscopy.calibrate import Calibration, calibrate
from aliquot.instruments.microscopy.detect import Seeds, detect
from aliquot.instruments.microscopy.fit import Fitted, fit, without_doubles
from aliquot.instruments.microscopy.records import Micrograph, Particle, ParticleList
from aliquot.population import Weighting

FEWEST = 10
"""Fewest particles of which a mean is told."""
FEW = 100
"""Particles below which the spread is flagged as loosely known."""
_ANGULAR = 0.06  # circularity below that of spheres drawn alike from which shapes are flagged
_FINE = 20.0  # px of a radius; finer pictures are put together
_COARSE = 12.0  # px of a diameter; fewer do not part blur from size
_DROWNED = 0.5  # of the RSD that is found; if noise adds more, the RSD is not told
_CLEAR = 2.0  # depth over noise from which an outline tells a shape
STEPS = ("looking for dots", "fitting spheres", "drawing spheres to calibrate", "counting")
"""What :func:`measure` tells, in this order."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a picture or a list says of the sizes of dots."""

    label: str
    """Name of the picture or list."""
    weighting: Weighting
    """Weighting of mean, RSD and their intervals."""
    particles: ParticleList | None
    """The particles that count, with sizes as they were measured; None where there is none."""
    corrected: ParticleList | None
    """The same with bias and the spread of the noise taken off; None where nothing is reported."""
    left_out: tuple[Particle, ...]
    """What was found and does not count: on one another, at the rim, too faint."""
    mean: Finding
    """Mean diameter [nm]."""
    rsd: Finding
    """Standard deviation over mean [1]."""
    calibration: Calibration | None
    """What the method does to spheres drawn alike; None for a list."""
    flags: tuple[str, ...]
    """Doubts, whole sentences."""
    picture: Micrograph | None = None
    """The picture; None for a list."""

    @property
    def n(self) -> int:
        """Number of particles that count."""
        return 0 if self.particles is None else self.particles.n


_TRUSTED = 0.015
"""Correction below which it does not matter where the picture's black lies: 1.5 % of the diameter [1]."""


def measure(
    picture: Micrograph,
    *,
    weighting: Weighting | str = Weighting.NUMBER,
    seed: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> Sizes:
    """Measure the dots of a picture.

    Args:
        picture: A micrograph of dots in one layer, dark on a bright film or bright on a dark one.
        weighting: By number or by volume.
        seed: Seed of calibration and bootstrap; equal seeds give equal answers.
        progress: Is told each of :data:`STEPS`.

    Returns:
        Mean and RSD with intervals; their values are None, with the reason in the flags, where spheres drawn
        with the same contrast and noise can not be measured without bias.

    Example:
        >>> from aliquot.instruments.microscopy.simulate import Microscope, draw
        >>> seen, _ = draw(np.full(20, 3.4), Microscope((320, 320)), label="A", seed=1)
        >>> found = measure(seen)
        >>> found.n, bool(abs(found.mean.value.value / 3.4 - 1) < 0.01)
        (20, True)
    """
    progress(STEPS[0])
    places, together = _detected(picture)
    progress(STEPS[1])
    fitted = without_doubles(fit(places))
    particles = _particles(fitted, picture.scale_nm_per_px, together)
    good = tuple(one for one, yes in zip(particles, fitted.good.tolist(), strict=True) if yes)
    rest = tuple(one for one, yes in zip(particles, fitted.good.tolist(), strict=True) if not yes)
    progress(STEPS[2])
    flags = list(picture.flags)
    if good and not places.dark:
        flags.append(
            "The dots are brighter than the film, as in dark field; they were read with grey turned."
        )
    if len(good) < FEWEST:
        what = f"Only {len(good)} particles stand out" if good else "Nothing stands out of the noise"
        flags.append(f"{what}, {FEWEST} particles at least are needed; no mean is told.")
        known = ParticleList(good, picture.label) if good else None
        return _silent(picture, known, rest, Weighting(weighting), None, flags)
    found = ParticleList(good, picture.label)
    calibration = calibrate(places, fitted, seed=seed)
    progress(STEPS[3])
    reason = calibration.reason()
    if reason is None and len(rest) > 0.5 * len(particles):
        reason = f"Of {len(particles)} outlines {len(rest)} are no sphere that stands alone"
    if reason is not None:
        flags.append(f"{reason}; no mean is told. Take the picture with more electrons, or nearer to focus.")
        return _silent(picture, found, rest, Weighting(weighting), calibration, flags)
    flags += _doubts(found, rest, calibration, places, fitted)
    corrected = _corrected(found, calibration)
    return _told(
        picture.label, corrected, Weighting(weighting), seed, flags, (picture, found, rest, calibration)
    )


def measure_list(
    particles: ParticleList, *, weighting: Weighting | str = Weighting.NUMBER, seed: int = 1
) -> Sizes:
    """Count the diameters of a list, which is taken as it is.

    Args:
        particles: Diameters from another program.
        weighting: By number or by volume.
        seed: Seed of the bootstrap.

    Returns:
        Mean and RSD with intervals; nothing is corrected.

    Example:
        >>> listed = ParticleList.of_diameters([3.0, 3.2, 3.4, 3.6, 3.8] * 4, "A1")
        >>> round(measure_list(listed).mean.value.value, 3)
        3.4
    """
    flags = ["The list is taken as it is: a size above a threshold is too small by several percent."]
    if particles.n < FEWEST:
        flags.append(
            f"Only {particles.n} particles are listed, {FEWEST} at least are needed; no mean is told."
        )
        return _silent(None, particles, (), Weighting(weighting), None, flags)
    if particles.n < FEW:
        flags.append(_loose(particles.n))
    return _told(particles.label, particles, Weighting(weighting), seed, flags, (None, particles, (), None))


def _detected(picture: Micrograph) -> tuple[Seeds, int]:
    """Return where dots may be, and how many pixels a side were put together to find them.

    A dot of a hundred pixels across tells no more than one of thirty, and takes ten times as long.
    """
    places = detect(picture)
    radius = float(np.median(places.places[:, 2])) if places.count else 0.0
    if radius <= _FINE:
        return places, 1
    k = int(np.ceil(radius / _FINE))
    rows, columns = (length // k for length in picture.pixels.shape)
    blocks = picture.pixels[: rows * k, : columns * k].reshape(rows, k, columns, k)
    return detect(replace(picture, pixels=blocks.mean(axis=(1, 3)))), k


def _particles(fitted: Fitted, scale: float, together: int) -> tuple[Particle, ...]:
    rows = zip(
        fitted.spheres.tolist(),
        fitted.sd.tolist(),
        fitted.quality.tolist(),
        fitted.touching.tolist(),
        strict=True,
    )
    return tuple(
        Particle(
            (x + 0.5) * together - 0.5,
            (y + 0.5) * together - 0.5,
            2.0 * radius * scale * together,
            depth,
            touching,
            quality,
            2.0 * sd * scale * together,
        )
        for (x, y, radius, depth, _), sd, quality, touching in rows
    )


def _corrected(found: ParticleList, calibration: Calibration) -> ParticleList:
    """Take the bias off the sizes, and off their spread what noise adds to it."""
    mean = found.mean
    own = max(found.sd**2 - (calibration.added_sd * mean) ** 2, 0.0)
    shrink = float(np.sqrt(own / found.sd**2)) if found.sd > 0.0 else 1.0
    sizes: Float[np.ndarray, " n"] = (mean + shrink * (found.diameters - mean)) / (1.0 + calibration.bias)
    return ParticleList.of_diameters(np.maximum(sizes, 0.05 * mean), found.label)


def _doubts(
    found: ParticleList, rest: tuple[Particle, ...], calibration: Calibration, places: Seeds, fitted: Fitted
) -> list[str]:
    flags = []
    if abs(calibration.bias) > 2.0 * calibration.bias_sd and abs(calibration.bias) > 0.002:
        flags.append(
            f"The sizes were corrected by {-calibration.bias / (1.0 + calibration.bias):+.1%}, which spheres "
            "drawn with the same contrast and noise are measured wrong."
        )
    touching = sum(particle.touching for particle in found.particles)
    if touching:
        flags.append(f"{touching} particles touch a neighbour; each group was fitted together.")
    if rest:
        flags.append(f"{len(rest)} outlines do not count: on one another, cut off, too faint or no sphere.")
    if found.n < FEW:
        flags.append(_loose(found.n))
    across = 2.0 * float(np.median(fitted.spheres[fitted.good, 2]))
    if across < _COARSE:
        flags.append(
            f"The dots are only {across:.0f} pixels across: blur and size are hard to part, and the mean may "
            "be "
            "wrong by 2 % beyond its interval. Take the picture at a higher magnification."
        )
    depth = float(np.median(fitted.spheres[fitted.good, 3]))
    round_ = float(np.nanmedian(places.circularity))
    if depth > _CLEAR * fitted.noise and round_ < calibration.circularity - _ANGULAR:
        flags.append(
            f"The outlines are less round ({round_:.2f}) than those of spheres drawn alike "
            f"({calibration.circularity:.2f}): faceted or tetrahedral dots, whose diameter here is that of a "
            "sphere that fits the projection, not of one of equal volume."
        )
    return flags


def _loose(n: int) -> str:
    return f"With {n} particles the spread is known to {1.0 / np.sqrt(2.0 * (n - 1)):.0%} of itself."


def _told(
    label: str,
    sizes: ParticleList,
    weighting: Weighting,
    seed: int,
    flags: list[str],
    parts: tuple[Micrograph | None, ParticleList, tuple[Particle, ...], Calibration | None],
) -> Sizes:
    picture, found, rest, calibration = parts
    both = sizes.bootstrap(weighting, seed=seed)
    if both is None:
        raise SignalError(
            given=f"{sizes.n} particles",
            expected="three or more",
            why="an interval needs a spread",
            remedy="Take more pictures.",
        )
    mean, rsd = both
    budget = {"counting": (mean.high - mean.low) / 3.92}
    spread = {"counting": (rsd.high - rsd.low) / 3.92}
    if calibration is not None:
        budget["calibration"] = mean.value * calibration.bias_sd
        if abs(calibration.bias) > _TRUSTED:
            # The correction takes darkness for absorbed beam; a picture stretched for display lost its zero.
            budget["black level"] = mean.value * abs(calibration.bias) / float(np.sqrt(3.0))
            flags.append(
                f"The correction of {abs(calibration.bias):.1%} holds if black in the picture is no beam at "
                "all; a picture stretched for display needs none, so that the interval holds both."
            )
        # The variance of noise is known from as many dots as were drawn.
        added = calibration.added_sd**2 * float(np.sqrt(2.0 / max(calibration.dots - 1, 1)))
        spread["calibration"] = min(0.5 * added / max(rsd.value, 1e-6), added**0.5)
    interval: Interval | None = _widened(rsd, spread.get("calibration", 0.0))
    if calibration is not None and calibration.added_sd > _DROWNED * rsd.value:
        flags.append(
            f"Noise alone spreads the diameters by {calibration.added_sd:.1%}, too much beside their own "
            f"{rsd.value:.1%}; no RSD is told."
        )
        interval = None
    return Sizes(
        label,
        weighting,
        found,
        sizes,
        rest,
        Finding(
            "mean diameter",
            "nm",
            _widened(mean, float(np.hypot(budget.get("calibration", 0.0), budget.get("black level", 0.0)))),
            budget,
            _definition(weighting, calibration is not None),
            "least-squares fit of projected spheres" if calibration is not None else "a list of sizes",
            sizes.distribution(weighting),
            flags=tuple(flags),
        ),
        Finding("RSD", "1", interval, spread, flags=tuple(flags)),
        calibration,
        tuple(flags),
        picture,
    )


def _definition(weighting: Weighting, fitted: bool) -> str:
    what = "diameter of the sphere whose projection fits" if fitted else "diameter as listed"
    return f"{weighting}-weighted mean of the {what}; the error of the scale is not in the interval"


def _widened(interval: Interval, sd: float) -> Interval:
    """Return an interval with another independent standard uncertainty added on both sides."""
    low = np.hypot(interval.value - interval.low, 1.959964 * sd)
    high = np.hypot(interval.high - interval.value, 1.959964 * sd)
    return Interval(
        interval.value, max(float(interval.value - low), 0.0), float(interval.value + high), interval.level
    )


def _silent(
    picture: Micrograph | None,
    found: ParticleList | None,
    rest: tuple[Particle, ...],
    weighting: Weighting,
    calibration: Calibration | None,
    flags: list[str],
) -> Sizes:
    """Return what is found where no mean is told."""
    label = picture.label if picture is not None else ("" if found is None else found.label)
    mean = Finding("mean diameter", "nm", None, flags=tuple(flags))
    rsd = Finding("RSD", "1", None, flags=tuple(flags))
    return Sizes(label, weighting, found, None, rest, mean, rsd, calibration, tuple(flags), picture)
