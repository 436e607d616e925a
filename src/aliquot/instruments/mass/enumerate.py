"""All whole numbers of blocks that weigh what a peak weighs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from jaxtyping import Float, Int

from aliquot.errors import InputError, RangeError
from aliquot.instruments.mass.blocks import Family

HEAVIEST = 50_000.0
"""Mass [Da] above which nothing is enumerated: every mass has thousands of formulas there."""
_FOREIGN = {"O": 4, "H": 2}
_FOREIGN_OTHERS = 2
_MOST_ROWS = 40_000_000


@dataclass(frozen=True)
class Bounds:
    """How many of each block a cluster may hold.

    Example:
        >>> Bounds({"Cd": (1, 60), "P": (1, 40)}).of("P"), Bounds().of("O")
        ((1, 40), (0, 4))
    """

    counts: Mapping[str, tuple[int, int]] = field(default_factory=lambda: MappingProxyType({}))
    """Fewest and most by name of the block. Else at least one cation, anion and ligand, at most 4 oxide,
    2 protons and 2 of any other extra."""
    ratio: tuple[float, float] = (1.0, 3.0)
    """Least and most cations per anion: from a stoichiometric III-V core to a surface full of metal
    (estimated from the known clusters; 1.2 to 3 leaves out cores such as In21P20)."""

    def __post_init__(self) -> None:
        """Refuse bounds that leave nothing."""
        wrong = [name for name, (low, high) in self.counts.items() if not 0 <= low <= high]
        if wrong or not 0.0 < self.ratio[0] <= self.ratio[1]:
            raise InputError(
                given=f"bounds that leave nothing for {wrong[0] if wrong else 'the ratio'}",
                expected="a smallest number not above the largest, and a ratio above 0",
                why="no cluster lies between them",
                remedy="Write the smaller number first.",
            )

    def of(self, name: str, *, extra: bool = True) -> tuple[int, int | None]:
        """Return fewest and most of a block, None where its mass alone is the limit."""
        if name in self.counts:
            return self.counts[name]
        return (0, _FOREIGN.get(name, _FOREIGN_OTHERS)) if extra else (1, None)


@dataclass(frozen=True)
class Compositions:
    """Compositions of a family, in rising order of mass."""

    counts: Int[np.ndarray, "found blocks"]
    """Number of each block of the family, shape (found, blocks)."""
    masses: Float[np.ndarray, " found"]
    """Average mass of each composition [Da], shape (found,)."""


def compositions(low: float, high: float, family: Family, bounds: Bounds | None = None) -> Compositions:
    """Return every composition of a family between two masses.

    Args:
        low: Least average mass [Da].
        high: Largest average mass [Da].
        family: Blocks.
        bounds: How many of each; by default those of :class:`Bounds`.

    Raises:
        RangeError: If the masses lie above :data:`HEAVIEST`, or the bounds leave too many compositions.

    Example:
        >>> found = compositions(5622.0, 5625.0, Family("Cd", "P", "oleate", extras=()))
        >>> [20, 9, 11] in found.counts.tolist(), [32, 20, 5] in found.counts.tolist()
        (True, True)
    """
    bounds = Bounds() if bounds is None else bounds
    if not 0.0 < low <= high or high > HEAVIEST:
        raise RangeError(
            given=f"masses from {low:.1f} to {high:.1f} Da",
            expected=f"masses above 0 and below {HEAVIEST:.0f} Da",
            why="heavier dots have so many formulas that none means anything",
            remedy="Turn the mass into a diameter: aliquot mass-size.",
        )
    weights = np.array([part.mass for part in family.blocks])
    rest = _others(high, family, bounds, weights)
    least, most = bounds.of(family.blocks[0].name, extra=False)
    free = rest @ weights[1:]
    first = np.maximum(np.ceil((low - free) / weights[0]), least).astype(np.int64)
    spread = int((high - low) / weights[0]) + 1
    metal = first[:, None] + np.arange(spread)
    masses = free[:, None] + weights[0] * metal
    ratio = metal / np.maximum(rest[:, :1], 1)
    kept = (masses <= high) & (masses >= low) & (ratio >= bounds.ratio[0]) & (ratio <= bounds.ratio[1])
    if most is not None:
        kept &= metal <= most
    row, column = np.nonzero(kept)
    counts = np.column_stack([metal[row, column], rest[row]])
    order = np.argsort(masses[row, column], kind="stable")
    return Compositions(counts[order], masses[row, column][order])


def _others(
    high: float, family: Family, bounds: Bounds, weights: Float[np.ndarray, " blocks"]
) -> Int[np.ndarray, "rows others"]:
    """Return all numbers of anion, ligand and extras that leave room for the metal."""
    ranges = []
    for i, part in enumerate(family.blocks[1:], start=1):
        low, most = bounds.of(part.name, extra=i > 2)
        # An anion brings its share of metal along.
        each = weights[i] + (bounds.ratio[0] * weights[0] if i == 1 else 0.0)
        room = int(high / each)
        ranges.append(np.arange(low, (room if most is None else min(most, room)) + 1))
    rows = int(np.prod([float(values.size) for values in ranges]))
    if rows > _MOST_ROWS:
        raise RangeError(
            given=f"bounds with {rows:.1e} compositions of the light blocks",
            expected=f"at most {_MOST_ROWS:.0e}",
            why="they would not fit into memory",
            remedy="Narrow the bounds, or take fewer extras.",
        )
    grid = np.meshgrid(*ranges, indexing="ij")
    rest = np.stack([axis.ravel() for axis in grid], axis=1)
    return np.asarray(rest[rest @ weights[1:] < high])
