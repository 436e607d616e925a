"""Pivots of coarse rungs: exact at the bottom, then spaced evenly in size, with rules that keep moments.

A dot of 20 000 units does not need a rung of its own. Above the exact rungs stand pivots whose distance is
constant in n^(1/3), which is to say in diameter. One monomer more or less is then a fraction of a step, and
is spread on neighbouring pivots so that the moments of the event are kept: with three neighbours number, mass
and variance, with five also the third and fourth moment (decision record 0010). The weights are the values
of Lagrange's polynomials of the neighbours at n +- 1. Some are negative: the scheme is central.
"""

from dataclasses import dataclass
from functools import cache
from itertools import permutations
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.interpolate import make_interp_spline

from aliquot.errors import InputError

GROWTH = 1.05
"""Largest ratio of neighbouring distances; because the rule takes the grid for smooth."""
GENTLY = 0.005
"""By how much that ratio may grow itself; because a kink in the grid shows as a dent in the population."""
LEAST_EXACT = 10
"""Fewest exact rungs; because five neighbours need room below, and critical nuclei stand there."""

Vector = Float[np.ndarray, " M"]
Weights = Float[np.ndarray, "M neighbours"]


class Spread(NamedTuple):
    """What one event adds to each neighbour of a pivot, and takes from itself."""

    up: Weights
    """When a unit attaches, shape (M, neighbours); neighbours in rising order, the pivot in the middle."""
    down: Weights
    """When a unit detaches, shape (M, neighbours)."""


@dataclass(frozen=True)
class Grid:
    """Where the pivots stand.

    Attributes:
        top: Size that the last pivot reaches at least [formula units].
        spacing: Distance of pivots in n^(1/3) [1]; 0.2 is 0.09 nm of InP.
        exact: Sizes up to which every rung is a pivot [formula units].

    Raises:
        InputError: If spacing is not positive, or there is no room for five neighbours.

    Example:
        >>> grid = Grid(40_000)
        >>> grid.pivots.size, round(float(np.diff(np.cbrt(grid.pivots))[-1]), 2)
        (306, 0.2)
    """

    top: int
    spacing: float = 0.2
    exact: int = 100

    def __post_init__(self) -> None:
        if not (self.spacing > 0.0 and self.exact >= LEAST_EXACT):
            raise InputError(
                given=f"coarse rungs {self.spacing:g} apart above {self.exact} exact ones",
                expected=f"a positive distance in n^(1/3) and at least {LEAST_EXACT} exact rungs",
                why="critical nuclei and closed shells need rungs of their own",
                remedy="Keep spacing=0.2 and exact=100 unless there is a reason.",
            )

    @property
    def pivots(self) -> Vector:
        """Size of each pivot [formula units], rising, not whole numbers above the exact ones, shape (M,)."""
        return _pivots(self.top, self.spacing, self.exact)

    @property
    def widths(self) -> Vector:
        """Sizes that each pivot stands for, dn/di [formula units], shape (M,)."""
        return np.asarray(np.gradient(self.pivots))

    def spread(self, neighbours: int) -> Spread:
        """Return the weights of unit events on three or five neighbours."""
        return _spread(self, neighbours)

    def gathered(self, rungs: Float[np.ndarray, " N"]) -> Vector:
        """Return a population of rungs 1..N on the pivots [mol m-3], moments 0 to 4 kept, shape (M,).

        Args:
            rungs: Concentration on each rung [mol m-3], shape (N,); the grid has to reach as far.

        Example:
            >>> grid, n = Grid(3000), np.arange(1.0, 2501.0)
            >>> rungs = np.exp(-0.5 * ((n - 900) / 150) ** 2)
            >>> bool(np.isclose(grid.gathered(rungs) @ grid.pivots, rungs @ n, rtol=1e-12))
            True
        """
        pivots, own = self.pivots, min(self.exact, rungs.size)
        n = np.arange(own + 1.0, rungs.size + 1.0)
        result = np.zeros(pivots.size)
        result[:own] = rungs[:own]
        first = np.clip(np.searchsorted(pivots, n) - 2, 0, pivots.size - 5)
        near = first[:, None] + np.arange(5)
        np.add.at(result, near, rungs[own:, None] * _lagrange(pivots[near] - n[:, None], 0.0))
        return result

    def expanded(self, amounts: Vector, size: int) -> Float[np.ndarray, " N"]:
        """Return a population of pivots on the rungs 1..size [mol m-3], shape (N,).

        Between pivots the density is a cubic spline. Its number, mass and second moment are then brought to
        those of the pivots by a factor that is quadratic in n and next to 1.

        Args:
            amounts: Concentration on each pivot [mol m-3], shape (M,).
            size: Rungs to make; nothing should stand above.
        """
        pivots, own = self.pivots, self.exact - 1  # the last exact rung already stands for more than itself
        result = np.zeros(size)
        result[: min(own, size)] = amounts[: min(own, size)]
        if size <= own:
            return result
        n = np.arange(own + 1.0, size + 1.0)
        density = make_interp_spline(pivots, amounts / self.widths, k=3)(np.minimum(n, pivots[-1]))
        coarse = np.where(n <= pivots[-1], density, 0.0)
        result[own:] = _with_moments(n, coarse, pivots[own:], amounts[own:])
        return result


@cache
def _pivots(top: int, spacing: float, exact: int) -> Vector:
    """Return the pivots of a grid; read-only, since it is kept."""
    sizes, distance, growth = [float(n) for n in range(1, exact + 1)], 1.0, 1.0
    while sizes[-1] < top:
        growth = min(GROWTH, growth + GENTLY)
        wanted = max(1.0, 3.0 * spacing * sizes[-1] ** (2.0 / 3.0))
        distance = min(wanted, growth * distance)
        sizes.append(sizes[-1] + distance)
    pivots = np.array(sizes)
    pivots.setflags(write=False)
    return pivots


@cache
def _spread(grid: Grid, neighbours: int) -> Spread:
    """Return the weights of unit events; near the ends of the grid, fewer neighbours."""
    pivots, half = grid.pivots, neighbours // 2
    size = pivots.size
    found = Spread(np.zeros((size, neighbours)), np.zeros((size, neighbours)))
    found.up[0, half : half + 2] = -1.0, 1.0  # two monomers make the dimer
    for i in range(1, size):
        reach = min(half, i, max(size - 1 - i, 1))
        low, high = i - reach, min(i + reach, size - 1)
        place = i - low
        for weights, step in ((found.up, 1.0), (found.down, -1.0)):
            if step > 0 and i == size - 1:
                continue  # the top has no way up
            share = _lagrange(pivots[low : high + 1] - pivots[i], step)
            share[place] = 0.0
            share[place] = -share.sum()  # what leaves is what arrives, to the last digit
            weights[i, half - place : half - place + share.size] = share
    for weights in found:
        weights.setflags(write=False)
    return found


def _lagrange(nodes: Float[np.ndarray, "... k"], x: float) -> Float[np.ndarray, "... k"]:
    """Return the values at ``x`` of Lagrange's polynomials on some nodes; they keep all moments they can."""
    values = np.ones(nodes.shape)
    for k, other in permutations(range(nodes.shape[-1]), 2):
        values[..., k] *= (x - nodes[..., other]) / (nodes[..., k] - nodes[..., other])
    return values


def _with_moments(
    n: Float[np.ndarray, " some"],
    amounts: Float[np.ndarray, " some"],
    pivots: Float[np.ndarray, " coarse"],
    wanted: Float[np.ndarray, " coarse"],
) -> Float[np.ndarray, " some"]:
    """Return amounts on sizes n, changed smoothly so that they have the moments 0 to 2 of those on pivots."""
    weight = np.abs(amounts)
    total = weight.sum()
    if total == 0.0 or n.size < 3:
        return amounts
    mean = (weight @ n) / total
    scale = np.sqrt(max((weight @ (n - mean) ** 2) / total, 1.0))
    powers = ((n - mean) / scale) ** np.arange(3)[:, None]
    missing = ((pivots - mean) / scale) ** np.arange(3)[:, None] @ wanted - powers @ amounts
    factors = np.linalg.lstsq((powers * weight) @ powers.T, missing, rcond=None)[0]
    return np.asarray(amounts + weight * (factors @ powers))
