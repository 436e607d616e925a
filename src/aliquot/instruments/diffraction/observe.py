"""What a diffractometer sees of a population: the patterns of its sizes, added by volume."""

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, RangeError, Where
from aliquot.instruments.diffraction.model import DIAMETERS_NM, seen, sphere_table
from aliquot.instruments.diffraction.pattern import CU_KA1_NM, Pattern, to_q
from aliquot.instruments.diffraction.profile import Diffractometer
from aliquot.instruments.diffraction.structure import Cell
from aliquot.population import Population
from aliquot.units import AVOGADRO

_STEP_NM = 0.05  # classes in which a population is gathered; each rung lies between two


def scattering(
    population: Population,
    cell: Cell,
    two_theta: Float[np.ndarray, " n"],
    *,
    wavelength_nm: float = CU_KA1_NM,
    instrument: Diffractometer | None = None,
) -> Float[np.ndarray, " n"]:
    """Return the intensity that the dots of a population scatter [electrons squared per nm3], shape (n,).

    It is linear in the concentrations of the rungs: each rung adds its volume times the pattern of its size.

    Args:
        population: Concentration of every rung; those below its smallest dot are left out.
        cell: The crystal of the dots.
        two_theta: Angles [deg], rising, shape (n,).
        wavelength_nm: Wavelength [nm].
        instrument: The diffractometer; None for that of a usual laboratory.

    Raises:
        RangeError: If dots are smaller or larger than the tables reach.

    Example:
        >>> from aliquot.instruments.diffraction.structure import crystal
        >>> rungs = np.zeros(300); rungs[204] = 0.2
        >>> population, angles = Population("InP", 0.0503, rungs), np.linspace(20.0, 35.0, 151)
        >>> seen = scattering(population, crystal("InP-zinc-blende"), angles)
        >>> bool(25.5 < angles[seen.argmax()] < 26.5)
        True
    """
    first = population.dot_from - 1
    volumes = population.rungs[first:] * population.n[first:] * population.unit_volume * AVOGADRO * 1e-27
    diameters = population.diameters[first:]
    held = np.flatnonzero(volumes)
    if held.size == 0:
        return np.zeros_like(two_theta)
    low, high = float(diameters[held[0]]), float(diameters[held[-1]])
    if low < DIAMETERS_NM[0] or high > DIAMETERS_NM[1] - _STEP_NM:
        raise RangeError(
            given=f"dots of {low:.2f} to {high:.2f} nm",
            expected=f"dots of {DIAMETERS_NM[0]:g} to {DIAMETERS_NM[1] - _STEP_NM:g} nm",
            why="patterns are tabulated for these",
            remedy="Cut the population to its dots, or use another way for coarse powders.",
            where=Where(population.material),
        )
    classes = np.arange(int(low / _STEP_NM), int(high / _STEP_NM) + 2)
    place = diameters[held] / _STEP_NM - classes[0]
    below: np.ndarray = np.floor(place).astype(int)
    amounts = np.zeros(classes.size)
    np.add.at(amounts, below, volumes[held] * (1.0 - (place - below)))
    np.add.at(amounts, below + 1, volumes[held] * (place - below))
    used = instrument if instrument is not None else Diffractometer()
    q = to_q(two_theta, wavelength_nm)
    table = sphere_table(cell, float(q[0]), float(q[-1]))
    total = np.zeros_like(two_theta)
    for number, amount in zip(classes[amounts != 0.0], amounts[amounts != 0.0], strict=True):
        diameter = float(np.clip(number * _STEP_NM, *DIAMETERS_NM))
        total += amount * seen(table, two_theta, wavelength_nm, used, (diameter, 0.0, 0.0))
    return np.asarray(total / cell.atom_volume)


def observe(
    population: Population,
    cell: Cell,
    two_theta: Float[np.ndarray, " n"],
    *,
    label: str,
    counts: float = 10000.0,
    background: float = 0.2,
    seed: int | None,
) -> Pattern:
    """Return the pattern of a population as a usual laboratory would measure it.

    Args:
        population: Concentration of every rung.
        cell: The crystal of the dots.
        two_theta: Angles [deg], rising, shape (n,).
        label: Name of the sample.
        counts: Counts at the strongest line, without the background.
        background: Background, flat, as a share of those counts [1].
        seed: Seed of the counting noise; None for a pattern without noise.

    Raises:
        InputError: If the population has no dots.
        RangeError: As :func:`scattering`.

    Example:
        >>> from aliquot.instruments.diffraction.structure import crystal
        >>> rungs = np.zeros(300); rungs[204] = 0.2
        >>> angles, inp = np.linspace(20.0, 35.0, 151), crystal("InP-zinc-blende")
        >>> seen = observe(Population("InP", 0.0503, rungs), inp, angles, label="A", seed=1)
        >>> bool(10000 < seen.intensities.max() < 13000)
        True
    """
    pattern = scattering(population, cell, two_theta)
    if not pattern.max() > 0.0:
        raise InputError(
            given=f"a population of {population.material} without dots",
            expected="dots",
            why="nothing scatters",
            remedy="Check that any particle was formed.",
            where=Where(label),
        )
    expected = counts * (pattern / pattern.max() + background)
    if seed is not None:
        expected = np.random.default_rng(seed).poisson(np.maximum(expected, 0.0)).astype(float)
    return Pattern(np.asarray(two_theta), np.maximum(expected, 0.0), CU_KA1_NM, label)
