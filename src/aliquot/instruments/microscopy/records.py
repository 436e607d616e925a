"""What an electron microscope saw: the picture with its scale, and the particles found on it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

from aliquot.errors import SignalError, Where
from aliquot.finding import Interval
from aliquot.population import SizeDistribution, Weighting

SMALLEST = 32
"""Fewest pixels along a side of a micrograph; less is a thumbnail."""


@dataclass(frozen=True, slots=True)
class Micrograph:
    """A picture in the electron microscope, with its scale.

    Attributes:
        pixels: Grey values, in whatever unit the camera has, shape (rows, columns).
        scale_nm_per_px: Length of the side of a pixel [nm].
        label: Name of the picture.
        flags: Doubts that came with the reading, whole sentences.
        where: File it came from.

    Raises:
        SignalError: If a value is not finite, nothing varies, or the scale is not positive.

    Example:
        >>> Micrograph(np.eye(64), 0.12, "A1").width_nm
        7.68
    """

    pixels: Float[np.ndarray, "rows columns"]
    scale_nm_per_px: float
    label: str
    flags: tuple[str, ...] = ()
    where: Where | None = None

    def __post_init__(self) -> None:
        """Refuse what no camera could have seen."""
        problem = _problem_of(self.pixels, self.scale_nm_per_px)
        if problem is not None:
            raise SignalError(
                given=f"'{self.label}', {problem}",
                expected=f"a grey picture of at least {SMALLEST} x {SMALLEST} finite pixels and a scale > 0",
                why="sizes are counted in pixels and told in nm",
                remedy="Export the picture again, and give its scale in nm per pixel.",
                where=self.where,
            )

    @property
    def width_nm(self) -> float:
        """Width of the field [nm]."""
        return float(self.pixels.shape[1] * self.scale_nm_per_px)


def _problem_of(pixels: np.ndarray, scale: float) -> str | None:
    if pixels.ndim != 2 or min(pixels.shape) < SMALLEST:
        return f"an array of shape {pixels.shape}"
    if not np.isfinite(pixels).all():
        return "with values that are not finite"
    if float(np.ptp(pixels)) == 0.0:
        return "in which all pixels are equal"
    if not (np.isfinite(scale) and scale > 0.0):
        return f"with a scale of {scale:g} nm per pixel"
    return None


@dataclass(frozen=True, slots=True)
class Particle:
    """One dot on a micrograph.

    Example:
        >>> Particle(10.0, 12.5, 3.4).touching
        False
    """

    x: float
    """Column of the centre [px], counted from 0."""
    y: float
    """Row of the centre [px], counted from 0."""
    diameter_nm: float
    """Diameter of the sphere whose projection fits [nm]."""
    contrast: float = 0.0
    """Share of the background's brightness that is missing at the centre [1]; 0 where not known."""
    touching: bool = False
    """Whether its outline meets that of a neighbour."""
    quality: float = 1.0
    """Share of the variance in its window that the sphere explains [1]; noise lowers it."""
    sd_nm: float = 0.0
    """Standard uncertainty of the diameter, from the noise [nm]; 0 where not known."""


@dataclass(frozen=True)
class ParticleList:
    """The particles of one or more pictures of a sample, counted by number.

    Attributes:
        particles: The particles.
        label: Name of the sample.

    Raises:
        SignalError: If there is none, or a diameter is not positive.

    Example:
        >>> both = ParticleList.of_diameters([3.0, 4.0, 5.0], "A1")
        >>> both.mean, both.sd, both.median, round(both.d32, 3), round(both.volume_mean, 3)
        (4.0, 1.0, 4.0, 4.32, 4.454)
    """

    particles: tuple[Particle, ...]
    label: str

    def __post_init__(self) -> None:
        """Refuse an empty list and impossible sizes."""
        sizes = np.array([particle.diameter_nm for particle in self.particles])
        if sizes.size == 0 or not (np.isfinite(sizes).all() and bool((sizes > 0.0).all())):
            raise SignalError(
                given=f"'{self.label}', {sizes.size} particles, not all with a diameter above 0",
                expected="at least one particle, each with a diameter > 0",
                why="a mean is taken over particles",
                remedy="Look at the picture or the list: is there a particle, and is each size a number?",
                where=Where(self.label),
            )

    @classmethod
    def of_diameters(cls, diameters_nm: list[float] | np.ndarray, label: str) -> "ParticleList":
        """Return particles of which only the diameters [nm] are known."""
        sizes = (float(diameter) for diameter in diameters_nm)
        return cls(tuple(Particle(float("nan"), float("nan"), size) for size in sizes), label)

    @cached_property
    def diameters(self) -> Float[np.ndarray, " n"]:
        """Diameters [nm], in the order of the list, shape (n,)."""
        return np.array([particle.diameter_nm for particle in self.particles])

    @property
    def n(self) -> int:
        """Number of particles."""
        return len(self.particles)

    @property
    def mean(self) -> float:
        """Number mean of the diameter [nm]."""
        return float(self.diameters.mean())

    @property
    def sd(self) -> float:
        """Standard deviation of the diameter in the sample, with n - 1 [nm]; 0 for a single particle."""
        return float(self.diameters.std(ddof=1)) if self.n > 1 else 0.0

    @property
    def median(self) -> float:
        """Median of the diameter by number [nm]."""
        return float(np.median(self.diameters))

    @property
    def d32(self) -> float:
        """Sauter mean, volume over surface [nm]."""
        return float((self.diameters**3).sum() / (self.diameters**2).sum())

    @property
    def volume_mean(self) -> float:
        """Mean diameter by volume, x(1,3) [nm]: what to hold against absorbance."""
        return mean_of(self.diameters, Weighting.VOLUME)

    def distribution(self, weighting: Weighting | str = Weighting.NUMBER) -> SizeDistribution:
        """Return the distribution of the diameters: a class for each size that occurs.

        Example:
            >>> ParticleList.of_diameters([2.0, 4.0], "A1").distribution("volume").mean
            3.777...
        """
        sizes, counts = np.unique(self.diameters, return_counts=True)
        by_number = SizeDistribution.of(sizes, counts.astype(float), Weighting.NUMBER)
        return by_number.reweighted(weighting)

    def bootstrap(
        self, weighting: Weighting | str = Weighting.NUMBER, *, seed: int = 1, draws: int = 2000
    ) -> tuple[Interval, Interval] | None:
        """Return mean [nm] and RSD [1] with 95 % intervals, by drawing the particles anew.

        Args:
            weighting: By number or by volume.
            seed: Seed of the draws; equal seeds give equal intervals.
            draws: How many samples are drawn.

        Returns:
            Mean and RSD, or None for fewer than three particles.

        Example:
            >>> mean, rsd = ParticleList.of_diameters([3.0, 4.0, 5.0, 4.0], "A1").bootstrap()
            >>> mean.low < 4.0 < mean.high
            True
        """
        if self.n < 3:
            return None
        generator = np.random.default_rng(seed)
        drawn = self.diameters[generator.integers(0, self.n, (draws, self.n))]
        kind = Weighting(weighting)
        means, spreads = _moments(drawn, kind)
        mean, spread = _moments(self.diameters[None, :], kind)
        return _interval(float(mean[0]), means), _interval(float(spread[0]), spreads)


def mean_of(diameters: Float[np.ndarray, " n"], weighting: Weighting) -> float:
    """Return the mean of diameters [nm] under a weighting."""
    return float(_moments(diameters[None, :], weighting)[0][0])


def _moments(
    drawn: Float[np.ndarray, "draws n"], weighting: Weighting
) -> tuple[Float[np.ndarray, " draws"], Float[np.ndarray, " draws"]]:
    """Return mean [nm] and RSD [1] of each row, its variance with n - 1."""
    weights = drawn ** float(weighting.power)
    weights = weights / weights.sum(axis=1, keepdims=True)
    mean = (weights * drawn).sum(axis=1)
    variance = (weights * (drawn - mean[:, None]) ** 2).sum(axis=1)
    n = drawn.shape[1]
    return mean, np.sqrt(variance * n / (n - 1)) / mean


def _interval(value: float, drawn: Float[np.ndarray, " draws"]) -> Interval:
    low, high = (float(bound) for bound in np.quantile(drawn, [0.025, 0.975]))
    return Interval(value, min(low, value), max(high, value))
