"""Mass and diameter of a dot: a sphere of the bulk's density, with or without its ligands.

M(d) = rho N_A pi d^3 / 6 + c pi d^2 m          cover c [nm-2], mass of a ligand m
"""

from dataclasses import dataclass

import numpy as np

from aliquot.errors import InputError
from aliquot.finding import Finding, Interval
from aliquot.instruments.mass.blocks import average_mass, block
from aliquot.knowledge.formula import composition
from aliquot.knowledge.records import Material
from aliquot.units import AVOGADRO, to_float

COVER = (1.0, 4.0)
"""Ligands per nm2 of surface, from sparse to dense: what is usually found for carboxylates (textbook)."""
DENSITY = 0.02
"""Relative standard uncertainty of the density of a dot [1], where the card tells none (estimated: handbook
densities of Cd3P2 alone run from 5.60 to 5.95 g/cm3)."""
_DA_PER_NM3 = AVOGADRO * 1e-21
_DEFINITION = "diameter of the sphere of equal volume of the core, at the density of the bulk"


@dataclass(frozen=True)
class Weight:
    """A mass for a diameter, without and with a shell of ligands."""

    diameter: float
    """Diameter of the core [nm]."""
    material: str
    """Name of the material."""
    ligand: str | None
    """Name of the ligand, None for bare dots."""
    bare: Finding
    """Mass of the core alone [Da]."""
    with_ligands: Finding | None
    """Mass of the core with its ligands; None without a ligand [Da]."""
    formula_units: float
    """Formula units of the material in the core [1]."""
    ligands: float | None
    """Number of ligands [1]."""


@dataclass(frozen=True)
class Size:
    """A diameter for a mass, without and with a shell of ligands."""

    mass: float
    """Mass of the dot [Da]."""
    material: str
    """Name of the material."""
    ligand: str | None
    """Name of the ligand, None for bare dots."""
    bare: Finding
    """Diameter if all the mass were core [nm]."""
    with_ligands: Finding | None
    """Diameter of the core if ligands cover it; None without a ligand [nm]."""
    formula_units: float
    """Formula units of the material in the bare core [1]."""
    formula_units_covered: float | None
    """Formula units of the core under its ligands [1]."""
    ligands: float | None
    """Number of ligands [1]."""


def mass_of(diameter: float, density: float, cover: float = 0.0, ligand: float = 0.0) -> float:
    """Return the mass of a dot [Da].

    Args:
        diameter: Diameter of the core [nm].
        density: Density of the core [g/cm3].
        cover: Ligands on its surface [nm-2].
        ligand: Mass of a ligand [Da].

    Raises:
        InputError: If the diameter or density is not above 0, or cover or ligand are below.

    Example:
        >>> round(mass_of(2.8, 5.64) / 1000.0, 1)
        39.0
    """
    _refuse(diameter, density, cover, ligand)
    return density * _DA_PER_NM3 * np.pi * diameter**3 / 6.0 + cover * np.pi * diameter**2 * ligand


def diameter_of(mass: float, density: float, cover: float = 0.0, ligand: float = 0.0) -> float:
    """Return the diameter of the core of a dot [nm].

    Args:
        mass: Mass of the dot with its ligands [Da].
        density: Density of the core [g/cm3].
        cover: Ligands on its surface [nm-2].
        ligand: Mass of a ligand [Da].

    Raises:
        InputError: If the mass or density is not above 0, or cover or ligand are below.

    Example:
        >>> round(diameter_of(38e3, 5.65), 2), round(diameter_of(38e3, 5.65, 2.0, 281.45), 2)
        (2.77, 2.48)
    """
    _refuse(mass, density, cover, ligand)
    cubic, square = density * _DA_PER_NM3 * np.pi / 6.0, cover * np.pi * ligand
    d = float(np.cbrt(mass / cubic))
    # The mass is convex in the diameter: from the bare diameter down, Newton's steps never pass the root.
    for _ in range(60):
        change = (cubic * d**3 + square * d**2 - mass) / (3.0 * cubic * d**2 + 2.0 * square * d)
        d -= change
        if abs(change) <= 1e-14 * d:
            break
    return d


def _refuse(size: float, density: float, cover: float, ligand: float) -> None:
    if not (np.isfinite([size, density, cover, ligand]).all() and size > 0.0 and density > 0.0):
        wrong = f"a mass or diameter of {size} and a density of {density} g/cm3"
    elif cover < 0.0 or ligand < 0.0:
        wrong = f"a cover of {cover} /nm2 of ligands of {ligand} Da"
    else:
        return
    raise InputError(
        given=wrong,
        expected="mass, diameter and density above 0, cover and ligand not below",
        why="no dot is like that",
        remedy="Correct the number.",
    )


def size_of(
    mass: float,
    material: Material,
    ligand: str | None = None,
    cover: tuple[float, float] = COVER,
    *,
    density: float | None = None,
    mass_sd: float = 0.0,
) -> Size:
    """Return the diameter of a dot of a given mass, with what density and cover leave open.

    Args:
        mass: Mass of the dot [Da].
        material: Card of its material.
        ligand: Name of the ligand, None for bare dots only.
        cover: Least and most ligands on the surface, all in between alike [nm-2].
        density: Density of the core [g/cm3]; by default that of the card.
        mass_sd: Standard error of the mass [Da].

    Raises:
        InputError: If mass, cover or density can not be.

    Example:
        >>> from aliquot.knowledge import store
        >>> found = size_of(38e3, store.material("Cd3P2"), "oleate")
        >>> round(found.bare.value.value, 2), round(found.with_ligands.value.value, 2)
        (2.77, 2.42)
    """
    rho, rho_sd = _density(material, density)
    shell = None if ligand is None else block(ligand)
    _refuse_cover(cover)
    bare = _diameter(mass, mass_sd, rho, rho_sd, (0.0, 0.0), 0.0)
    unit = material_unit_mass(material)
    if shell is None:
        return Size(mass, material.id, None, bare, None, mass / unit, None, None)
    covered = _diameter(mass, mass_sd, rho, rho_sd, cover, shell.mass)
    d = _value(covered)
    return Size(
        mass=mass,
        material=material.id,
        ligand=shell.name,
        bare=bare,
        with_ligands=covered,
        formula_units=mass / unit,
        formula_units_covered=mass_of(d, rho) / unit,
        ligands=sum(cover) / 2.0 * np.pi * d**2,
    )


def weight_of(
    diameter: float,
    material: Material,
    ligand: str | None = None,
    cover: tuple[float, float] = COVER,
    *,
    density: float | None = None,
) -> Weight:
    """Return the mass of a dot of a given diameter, with what density and cover leave open.

    Args:
        diameter: Diameter of the core [nm].
        material: Card of its material.
        ligand: Name of the ligand, None for bare dots only.
        cover: Least and most ligands on the surface, all in between alike [nm-2].
        density: Density of the core [g/cm3]; by default that of the card.

    Raises:
        InputError: If diameter, cover or density can not be.

    Example:
        >>> from aliquot.knowledge import store
        >>> found = weight_of(2.8, store.material("Cd3P2"), "oleate")
        >>> round(found.bare.value.value / 1e3, 1), round(found.with_ligands.value.value / 1e3, 1)
        (39.1, 56.4)
    """
    rho, rho_sd = _density(material, density)
    _refuse_cover(cover)
    core = mass_of(diameter, rho)
    spread = core * rho_sd / rho
    evidence = f"diameter of {diameter:g} nm, density {rho:.3g} g/cm3"
    bare = Finding("mass", "Da", Interval.normal(core, spread), budget={"density": spread}, evidence=evidence)
    units = core / material_unit_mass(material)
    if ligand is None:
        return Weight(diameter, material.id, None, bare, None, units, None)
    shell = block(ligand)
    number = sum(cover) / 2.0 * np.pi * diameter**2
    half = (cover[1] - cover[0]) / 2.0 * np.pi * diameter**2 * shell.mass
    whole, reach = core + number * shell.mass, float(np.hypot(0.95 * half, 1.959964 * spread))
    covered = Finding(
        "mass",
        "Da",
        Interval(whole, whole - reach, whole + reach),
        budget={"density": spread, "cover": half / float(np.sqrt(3.0))},
        evidence=f"{evidence}, {cover[0]:g} to {cover[1]:g} ligands per nm2",
    )
    return Weight(diameter, material.id, shell.name, bare, covered, units, number)


def material_unit_mass(material: Material) -> float:
    """Return the mass of a formula unit [Da], from the isotopes of its elements.

    Example:
        >>> from aliquot.knowledge import store
        >>> round(material_unit_mass(store.material("InP")), 2)
        145.79
    """
    return average_mass(composition(material.id))


def _value(finding: Finding) -> float:
    return finding.value.value if finding.value is not None else float("nan")


def _diameter(
    mass: float, mass_sd: float, rho: float, rho_sd: float, cover: tuple[float, float], ligand: float
) -> Finding:
    """Return the diameter with its budget: cover taken as uniform, mass and density as normal."""
    low, high = cover
    middle = (low + high) / 2.0
    best = diameter_of(mass, rho, middle, ligand)
    slope = (
        3.0 * (best**3) * rho * _DA_PER_NM3 * np.pi / 6.0 + 2.0 * middle * np.pi * ligand * best**2
    ) / best
    core = rho_sd * _DA_PER_NM3 * np.pi * best**3 / 6.0
    least, most = diameter_of(mass, rho, high, ligand), diameter_of(mass, rho, low, ligand)
    budget = {"density": core / slope, "mass": mass_sd / slope, "cover": (most - least) / np.sqrt(12.0)}
    spread = 1.959964 * np.hypot(budget["density"], budget["mass"])
    # 95 % of a uniform cover, with its own curvature on either side.
    down, up = 0.95 * (best - least), 0.95 * (most - best)
    return Finding(
        "diameter",
        "nm",
        Interval(best, best - float(np.hypot(down, spread)), best + float(np.hypot(up, spread))),
        budget={name: float(value) for name, value in budget.items() if value > 0.0},
        definition=_DEFINITION if ligand == 0.0 else f"{_DEFINITION}, under its ligands",
        evidence=f"mass of {mass / 1e3:.4g} kDa, density {rho:.3g} g/cm3"
        + (f", {low:g} to {high:g} ligands per nm2" if ligand else ", no ligands"),
    )


def _density(material: Material, given: float | None) -> tuple[float, float]:
    """Return density and its standard uncertainty [g/cm3]."""
    if given is not None:
        return given, DENSITY * given
    value = material.density.to("g/cm3")
    known = material.density.sd
    return value, DENSITY * value if known is None else to_float(known, "g/cm3")


def _refuse_cover(cover: tuple[float, float]) -> None:
    if not 0.0 <= cover[0] <= cover[1]:
        raise InputError(
            given=f"a cover from {cover[0]} to {cover[1]} ligands per nm2",
            expected="a rising pair, not below 0",
            why="a surface holds none or some ligands",
            remedy="Write the smaller number first.",
        )
