"""What follows from formulas and bulk constants: masses, charges, sizes of dots of a mass."""

from math import pi

from aliquot.instruments.mass.blocks import ClusterFormula, block
from aliquot.instruments.mass.size import diameter_of, mass_of, material_unit_mass
from aliquot.knowledge import store
from aliquot.knowledge.formula import composition
from aliquot.reproduce.arithmetic.asked import Answer, Asked
from aliquot.units import AVOGADRO


def of_formula(asked: Asked) -> Answer:
    """Return the average mass of a cluster's formula."""
    return ClusterFormula.parse(asked.of).mass, "Da"


def charge(asked: Asked) -> Answer:
    """Return the formal charge of a cluster's formula, in elementary charges."""
    return float(ClusterFormula.parse(asked.of).formal_charge), "1"


def of_amount(asked: Asked) -> Answer:
    """Return the mass of an amount of formula units of a material."""
    return asked.number("amount", "mol") * store.material(asked.of).molar_mass.to("g/mol"), "g"


def of_dot(asked: Asked) -> Answer:
    """Return the mass of a bare dot of a diameter, at the density of its card."""
    return mass_of(asked.number("diameter", "nm"), _density(asked)), "Da"


def density(asked: Asked) -> Answer:
    """Return the density at which a bare sphere of a diameter has a mass."""
    volume = pi / 6.0 * asked.number("diameter", "cm") ** 3
    return asked.number("mass", "Da") / AVOGADRO / volume, "g/cm3"


def diameter(asked: Asked) -> Answer:
    """Return the diameter of the sphere of equal volume of a mass, bare or under ligands."""
    given = asked.term.given
    cover = asked.number("cover", "nm-2") if "cover" in given else 0.0
    ligand = block(given["ligand"]).mass if "ligand" in given else 0.0
    return diameter_of(asked.number("mass", "Da"), _density(asked), cover, ligand), "nm"


def units(asked: Asked) -> Answer:
    """Return the formula units in a bare dot of a mass or diameter."""
    material = store.material(asked.of)
    if "diameter" in asked.term.given:
        return pi / 6.0 * asked.number("diameter", "nm") ** 3 / material.unit_volume, "1"
    return asked.number("mass", "Da") / material_unit_mass(material), "1"


def units_in(asked: Asked) -> Answer:
    """Return the formula units for which a cluster's formula has atoms of every element."""
    atoms = ClusterFormula.parse(asked.term.given["formula"]).composition
    needed = composition(asked.of)
    return float(min(atoms.get(element, 0) // count for element, count in needed.items())), "1"


def _density(asked: Asked) -> float:
    """Return the density that is given, else that of the card of the material [g/cm3]."""
    if "density" in asked.term.given:
        return asked.number("density", "g/cm3")
    return store.material(asked.of).density.to("g/cm3")
