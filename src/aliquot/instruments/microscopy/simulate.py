"""What an electron microscope sees of a population: projected spheres on a carbon film, counted electrons.

seen = film * exp(-k * chord) (*) blur, then electrons are counted and the camera reads them out

k * chord is the mass-thickness contrast: it grows with the length of the way through the dot.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter

from aliquot.errors import InputError, Where
from aliquot.instruments.microscopy.records import Micrograph, Particle, ParticleList
from aliquot.population import Population, Weighting

_TRIES = 400  # places tried for a dot before it is left out


@dataclass(frozen=True, slots=True)
class Microscope:
    """A picture to be taken: field, scale, contrast and noise.

    The numbers are estimated, as is usual for small dots in bright field; they are those of the test
    pictures of this room.

    Raises:
        InputError: If a length, count or amplitude can not be.

    Example:
        >>> Microscope().contrast_per_nm * 3.4
        0.25...
    """

    shape: tuple[int, int] = (1024, 1024)
    """Rows and columns."""
    scale_nm_per_px: float = 0.12
    """Side of a pixel [nm]."""
    dots: int = 250
    """Dots to place; fewer come where they do not fit."""
    contrast_per_nm: float = 0.0740
    """Mass-thickness contrast k [nm-1]."""
    blur_nm: float = 0.15
    """Standard deviation of the point spread [nm]."""
    electrons_per_px: float = 1600.0
    """Electrons in a pixel of bare film; their count fluctuates by its root."""
    readout: float = 0.01
    """Noise of the camera, share of the bare film's brightness [1]."""
    film: float = 0.10
    """How much the film's brightness changes across the field, peak to peak [1]."""
    grain_px: float = 0.0
    """Correlation length of the noise [px]; 0 for independent pixels."""
    gap_nm: float = 2.0
    """Least distance between two surfaces, as ligands keep it [nm]; 0 lets them touch."""
    gathered: float = 0.0
    """Share of the dots that are put beside another one, at that distance [1]."""

    def __post_init__(self) -> None:
        """Refuse what can not be built."""
        possible = {
            "shape": min(self.shape) >= 32,
            "scale_nm_per_px": self.scale_nm_per_px > 0.0,
            "dots": self.dots >= 1,
            "contrast_per_nm": self.contrast_per_nm > 0.0,
            "blur_nm": self.blur_nm >= 0.0,
            "electrons_per_px": self.electrons_per_px > 0.0,
            "readout": self.readout >= 0.0,
            "film": 0.0 <= self.film < 1.0,
            "grain_px": self.grain_px >= 0.0,
            "gap_nm": self.gap_nm >= 0.0,
            "gathered": 0.0 <= self.gathered <= 1.0,
        }
        wrong = [name for name, good in possible.items() if not good]
        if wrong:
            raise InputError(
                given=f"a microscope with an impossible {wrong[0]}",
                expected="a field of 32 px or more, scale, contrast and electrons > 0, the rest >= 0",
                why="no microscope sees like that",
                remedy=f"Correct the {wrong[0]}.",
                where=Where(key=wrong[0]),
            )


def observe(population: Population, microscope: Microscope, *, label: str, seed: int) -> Micrograph:
    """Return a micrograph of a population.

    Args:
        population: Dots; their diameters are drawn by number.
        microscope: Field, contrast and noise.
        label: Name of the picture.
        seed: Seed of sizes, places and noise.

    Returns:
        The picture.

    Raises:
        InputError: If the population has no dots.

    Example:
        >>> rungs = np.zeros(600); rungs[408] = 0.2
        >>> seen = observe(Population("InP", 0.0503, rungs), Microscope((64, 64), dots=2), label="A", seed=1)
        >>> seen.pixels.shape
        (64, 64)
    """
    sizes = population.sizes(Weighting.NUMBER)
    generator = np.random.default_rng(seed)
    shares = np.clip(sizes.shares, 0.0, None)
    drawn = generator.choice(sizes.diameters, size=microscope.dots, p=shares / shares.sum())
    return draw(drawn, microscope, label=label, seed=seed)[0]


def draw(
    diameters_nm: Float[np.ndarray, " n"], microscope: Microscope, *, label: str, seed: int
) -> tuple[Micrograph, ParticleList]:
    """Return a micrograph of spheres of given diameters, and where each lies.

    Args:
        diameters_nm: Diameters of the spheres [nm].
        microscope: Field, contrast and noise; ``dots`` is not used.
        label: Name of the picture.
        seed: Seed of places and noise.

    Returns:
        The picture, and the spheres that found a place in it.

    Raises:
        InputError: If no sphere finds a place.

    Example:
        >>> _, truth = draw(np.array([3.4, 3.1]), Microscope((96, 96)), label="A", seed=1)
        >>> truth.n
        2
    """
    generator = np.random.default_rng(seed)
    placed = _placed(diameters_nm / microscope.scale_nm_per_px, microscope, generator)
    if not placed:
        raise InputError(
            given=f"{diameters_nm.size} dots of up to {diameters_nm.max():.3g} nm",
            expected=f"a field that holds at least one; this one is {microscope.shape} pixels",
            why="a dot lies wholly inside or outside",
            remedy="Make the field larger or the dots smaller.",
            where=Where(label),
        )
    thickness = _thickness(placed, microscope.shape) * microscope.scale_nm_per_px
    through = np.exp(-microscope.contrast_per_nm * thickness)
    seen = gaussian_filter(through, microscope.blur_nm / microscope.scale_nm_per_px) * _film(microscope)
    pixels = seen + _noise(seen, microscope, generator)
    found = tuple(
        Particle(x, y, 2.0 * r * microscope.scale_nm_per_px, _depth(r, microscope)) for x, y, r in placed
    )
    return Micrograph(pixels, microscope.scale_nm_per_px, label), ParticleList(found, label)


def _depth(radius_px: float, microscope: Microscope) -> float:
    return float(1.0 - np.exp(-2.0 * microscope.contrast_per_nm * radius_px * microscope.scale_nm_per_px))


def _placed(
    sizes_px: Float[np.ndarray, " n"], microscope: Microscope, generator: np.random.Generator
) -> list[tuple[float, float, float]]:
    """Return x, y and radius [px] of dots that keep their distance, the gathered ones beside another."""
    rows, columns = microscope.shape
    gap = microscope.gap_nm / microscope.scale_nm_per_px
    placed = np.empty((sizes_px.size, 3))
    count = 0
    for size in sizes_px.tolist():
        radius = 0.5 * size
        beside = generator.random() < microscope.gathered
        for _ in range(_TRIES):
            x, y = generator.random(2) * (columns - size, rows - size) + radius
            if beside and count:
                partner, angle = placed[generator.integers(count)], 2.0 * np.pi * generator.random()
                far = partner[2] + radius + gap
                x, y = partner[0] + far * np.cos(angle), partner[1] + far * np.sin(angle)
            others = placed[:count]
            free = np.hypot(others[:, 0] - x, others[:, 1] - y) >= others[:, 2] + radius + gap - 1e-9
            inside = radius <= x <= columns - radius and radius <= y <= rows - radius
            if inside and bool(free.all()):
                placed[count] = x, y, radius
                count += 1
                break
    return [(float(x), float(y), float(r)) for x, y, r in placed[:count]]


def _thickness(
    placed: list[tuple[float, float, float]], shape: tuple[int, int]
) -> Float[np.ndarray, "rows columns"]:
    """Return the way through the dots at each pixel [px], as the mean over 3 x 3 points of the pixel."""
    thickness = np.zeros(shape)
    points = np.array([-1.0, 0.0, 1.0]) / 3.0
    for x, y, radius in placed:
        left, right = max(int(x - radius - 1), 0), min(int(x + radius + 3), shape[1])
        top, bottom = max(int(y - radius - 1), 0), min(int(y + radius + 3), shape[0])
        across = ((np.arange(left, right)[:, None] + points - x) ** 2)[None, :, None, :]
        down = ((np.arange(top, bottom)[:, None] + points - y) ** 2)[:, None, :, None]
        chords = 2.0 * np.sqrt(np.clip(radius**2 - across - down, 0.0, None))
        thickness[top:bottom, left:right] += chords.mean(axis=(2, 3))
    return thickness


def _film(microscope: Microscope) -> Float[np.ndarray, "rows columns"]:
    """Return the brightness of the bare film: it falls from one corner to the other, a little bent."""
    down, across = (np.linspace(-0.5, 0.5, length) for length in microscope.shape)
    slope = 0.5 * (across[None, :] + down[:, None]) + 0.4 * across[None, :] ** 2
    return np.asarray(1.0 + microscope.film * slope)


def _noise(
    seen: Float[np.ndarray, "rows columns"], microscope: Microscope, generator: np.random.Generator
) -> Float[np.ndarray, "rows columns"]:
    """Return noise that counts electrons and reads a camera: normal, its variance that of the counts."""
    white = generator.standard_normal(seen.shape)
    if microscope.grain_px > 0.0:
        white = gaussian_filter(white, microscope.grain_px, mode="wrap")
        white = white / white.std()
    return np.asarray(white * np.sqrt(seen / microscope.electrons_per_px + microscope.readout**2))
