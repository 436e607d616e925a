"""Repeating units of a row of peaks: remainders of their masses by a unit, its halves and thirds.

A remainder is what is left of a mass when whole units are taken off, as in a Kendrick plot. Peaks of one
series share it. Where several interleave evenly, all share the remainder of a fraction of the unit: the six
cluster masses of tiwari2025 stand a third of Cd3P2, or of a cadmium with its oleate, apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError

FRACTIONS = (1, 2, 3, 4)
"""Into how many steps a unit is divided at most."""

_DRAWS = 4000
_ROUNDED = 0.29


@dataclass(frozen=True, slots=True)
class Repeat:
    """A unit, or a fraction of it, by which the masses of peaks step."""

    unit: str
    """Name of the unit, such as ``"Cd3P2"``."""
    mass: float
    """Its mass [Da]."""
    fraction: int
    """Into how many steps it is divided: that many series interleave."""
    remainder: float
    """What is left of each mass when whole steps are taken off, as the mean of all [Da]."""
    residuals: tuple[float, ...]
    """How far each mass lies from its place [Da], in the order of the masses."""
    rungs: tuple[int, ...]
    """Whole steps in each mass."""
    chance: float
    """Share of random rows that fit any of the units and fractions as well [1], 1/4001 at least."""

    @property
    def step(self) -> float:
        """Distance of neighbouring places [Da]."""
        return self.mass / self.fraction

    @property
    def rms(self) -> float:
        """Root mean square of the residuals [Da]."""
        return float(np.sqrt(np.mean(np.square(self.residuals))))

    @property
    def series(self) -> tuple[tuple[int, ...], ...]:
        """Places in the row of the peaks that differ by whole units, a tuple for each series."""
        classes = sorted({rung % self.fraction for rung in self.rungs})
        return tuple(
            tuple(i for i, rung in enumerate(self.rungs) if rung % self.fraction == found)
            for found in classes
        )


def remainders(masses: Float[np.ndarray, " n"], unit: float) -> Float[np.ndarray, " n"]:
    """Return what is left of masses when whole units are taken off [Da], shape (n,).

    Example:
        >>> remainders(np.array([5753.7, 5359.1]), 399.18).round(1)
        array([165.2, 169.8])
    """
    return np.asarray(np.mod(masses, unit))


def repeats(masses: Sequence[float], units: Mapping[str, float], seed: int = 1) -> tuple[Repeat, ...]:
    """Return how well each unit, and each of its fractions, explains the distances of peaks.

    A small step fits anything: what counts is how seldom random masses fit as well, all units and fractions
    that were tried included.

    Args:
        masses: Masses of at least 3 peaks [Da].
        units: Mass of each unit [Da] by name.
        seed: Seed of the random rows.

    Returns:
        All units and fractions, that with the least chance first.

    Raises:
        InputError: If there are fewer than 3 peaks, or a unit has no mass.

    Example:
        >>> six = [5753.7, 5623.4, 5487.9, 5359.1, 5224.8, 5093.9]
        >>> best = repeats(six, {"Cd3P2": 399.18, "Cd(oleate)": 393.87})[0]
        >>> best.fraction, len(best.series), best.chance < 0.01
        (3, 3, True)
    """
    row = np.asarray(masses, float)
    if row.size < 3 or not units or min(units.values()) <= 0.0:
        raise InputError(
            given=f"{row.size} peaks and {len(units)} units",
            expected="at least 3 peaks and a unit with a mass",
            why="any two peaks are some step apart",
            remedy="Pick more peaks, or lower the signal to noise that is asked for.",
        )
    steps = [(name, mass, fraction) for name, mass in units.items() for fraction in FRACTIONS]
    draws = np.random.default_rng(seed).uniform(row.min(), row.max(), (_DRAWS, row.size))
    # Spread over that of the uniform distribution, so that small and large steps compare.
    by_chance = [
        _spread(draws, mass / fraction) / (_ROUNDED * mass / fraction) for _, mass, fraction in steps
    ]
    best_by_chance = np.min(by_chance, axis=0)
    found = []
    for name, mass, fraction in steps:
        step = mass / fraction
        centre = _centre(row[None, :], step)[0]
        rungs = np.rint((row - centre) / step)
        rest = row - centre - rungs * step
        relative = float(_spread(row[None, :], step)[0]) / (_ROUNDED * step)
        chance = float(np.sum(best_by_chance <= relative) + 1) / (_DRAWS + 1)
        whole = tuple(int(rung) for rung in rungs)
        found.append(
            (relative, Repeat(name, mass, fraction, float(centre), tuple(rest.tolist()), whole, chance))
        )
    return tuple(repeat for _, repeat in sorted(found, key=lambda pair: pair[0]))


def _centre(rows: Float[np.ndarray, "k n"], step: float) -> Float[np.ndarray, " k"]:
    """Return the mean remainder of each row on the circle of a step [Da], shape (k,)."""
    angle = np.angle(np.exp(2j * np.pi * rows / step).mean(axis=1))
    return np.asarray(np.mod(angle / (2.0 * np.pi), 1.0) * step)


def _spread(rows: Float[np.ndarray, "k n"], step: float) -> Float[np.ndarray, " k"]:
    """Return the root mean square distance of each row from its places [Da], shape (k,)."""
    rest = rows - _centre(rows, step)[:, None]
    rest = rest - step * np.rint(rest / step)
    return np.asarray(np.sqrt(np.mean(rest**2, axis=1)))
