"""Distributions of particle size, each with the weighting under which its shares are meant."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError


class Weighting(StrEnum):
    """What a share of a distribution is a share of."""

    NUMBER = "number"
    """Share of the particles, q0."""
    VOLUME = "volume"
    """Share of their volume, q3: what absorbance sees."""

    @property
    def power(self) -> int:
        """Power of the diameter by which one particle counts."""
        return 0 if self is Weighting.NUMBER else 3


@dataclass(frozen=True, slots=True)
class SizeDistribution:
    """Shares of particles by diameter, with their weighting.

    The shares belong to classes of size, they are no density; :meth:`density` divides by the class widths.

    Attributes:
        diameters: Diameter of the sphere of equal volume [nm], rising, shape (n,).
        shares: Share of each class, at least 0, summing to 1, shape (n,).
        weighting: What the shares are shares of.

    Raises:
        InputError: If diameters do not rise, or nothing is in any class.

    Example:
        >>> two = SizeDistribution.of(np.array([2.0, 4.0]), np.array([1.0, 1.0]), Weighting.NUMBER)
        >>> two.mean, two.reweighted(Weighting.VOLUME).mean
        (3.0, 3.777...)
    """

    diameters: Float[np.ndarray, " n"]
    shares: Float[np.ndarray, " n"]
    weighting: Weighting

    @classmethod
    def of(
        cls, diameters: Float[np.ndarray, " n"], amounts: Float[np.ndarray, " n"], weighting: Weighting | str
    ) -> "SizeDistribution":
        """Make a distribution from unnormalised amounts in each class of diameter [nm]."""
        total = float(np.sum(amounts))
        if not (np.all(np.diff(diameters) > 0) and np.isfinite(total) and total > 0):
            raise InputError(
                given=f"{len(diameters)} classes of size with a total amount of {total:.3g}",
                expected="rising diameters and a positive total",
                why="a distribution of nothing has no mean",
                remedy="Check that any particle was formed, or found.",
            )
        return cls(np.asarray(diameters, float), np.asarray(amounts, float) / total, Weighting(weighting))

    @property
    def mean(self) -> float:
        """Mean diameter under this weighting [nm]; with volume weighting x_1,3 of wang2023, eq 1."""
        return float(self.shares @ self.diameters)

    @property
    def sd(self) -> float:
        """Standard deviation of the diameter under this weighting [nm]; wang2023, eq 2."""
        variance = float(self.shares @ (self.diameters - self.mean) ** 2)
        return float(np.sqrt(max(variance, 0.0)))

    @property
    def rsd(self) -> float:
        """Standard deviation over mean [1]; wang2023, eq 3."""
        return self.sd / self.mean

    def moment(self, order: float) -> float:
        """Raw moment of the diameter under this weighting [nm^order]."""
        return float(self.shares @ self.diameters**order)

    def quantile(self, probability: float) -> float:
        """Diameter [nm] below which a share ``probability`` [1] lies."""
        return float(np.interp(probability, np.cumsum(self.shares), self.diameters))

    def reweighted(self, weighting: Weighting | str) -> "SizeDistribution":
        """Return the same particles, counted under another weighting."""
        power = Weighting(weighting).power - self.weighting.power
        return SizeDistribution.of(self.diameters, self.shares * self.diameters**power, weighting)

    def density(self) -> Float[np.ndarray, " n"]:
        """Share per length [nm-1], shape (n,): q0 or q3 by the weighting."""
        edges = np.concatenate(
            [
                [1.5 * self.diameters[0] - 0.5 * self.diameters[1]],
                0.5 * (self.diameters[1:] + self.diameters[:-1]),
                [1.5 * self.diameters[-1] - 0.5 * self.diameters[-2]],
            ]
        )
        return np.asarray(self.shares / np.diff(edges))

    def rebinned(self, step_nm: float) -> "SizeDistribution":
        """Return the distribution gathered in equal classes of ``step_nm`` [nm], the mean kept exactly.

        Each share is split between its two neighbouring classes in proportion to nearness.
        """
        place = np.asarray(self.diameters / step_nm)
        low: np.ndarray = np.floor(np.asarray(place)).astype(int)
        up = place - low
        grid = np.arange(low.min(), low.max() + 2)
        shares = np.zeros(grid.size)
        np.add.at(shares, low - grid[0], self.shares * (1 - up))
        np.add.at(shares, low - grid[0] + 1, self.shares * up)
        kept = np.clip(np.flatnonzero(shares)[[0, -1]] + [-1, 1], 0, grid.size - 1)
        window = slice(max(kept[0], int(grid[0] == 0)), kept[1] + 1)
        return SizeDistribution.of(grid[window] * step_nm, shares[window], self.weighting)
