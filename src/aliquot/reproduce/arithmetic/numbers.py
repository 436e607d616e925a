"""What follows from printed numbers alone: quotients, dilutions, amounts of a liquid."""

from aliquot.knowledge import store
from aliquot.reproduce.arithmetic.asked import Answer, Asked
from aliquot.units import to_float


def quotient(asked: Asked) -> Answer:
    """Return one number over another of its dimension, to a power: (a/b)^p."""
    unit = asked.term.given["denominator"].partition(" ")[2] or "1"
    power = to_float(asked.term.given.get("power", "1"), "1")
    return (asked.number("numerator", unit) / asked.number("denominator", unit)) ** power, "1"


def dilution(asked: Asked) -> Answer:
    """Return the volume after per volume before, of a portion that is put into a solvent."""
    portion = asked.number("portion", "m3")
    return (portion + asked.number("into", "m3")) / portion, "1"


def amount(asked: Asked) -> Answer:
    """Return the amount in a volume of a liquid: n = V rho p / M, with its purity p."""
    mass = asked.number("volume", "m3") * asked.number("density", "g/m3") * asked.number("purity", "1")
    return mass / store.reagent(asked.of).molar_mass.to("g/mol"), "mol"


def volume_over_number(asked: Asked) -> Answer:
    """Return the mean diameter by volume over that by number: (1 + RSD^2)^3 of log-normal sizes."""
    return (1.0 + asked.number("RSD", "1") ** 2) ** 3, "1"
