"""Chemistries: calibrated constants of reaction systems."""

from typing import Annotated

from pydantic import Field

from aliquot.knowledge.document import Schema, Temperature
from aliquot.knowledge.records.parents import Card, Constant, Facet, Mark, Parent


class Rate(Parent):
    """k(T) = k exp(-E/R (1/T - 1/T_ref))."""

    value: str
    """k at the reference temperature, with its unit."""
    activation: str
    """Activation energy, or enthalpy of solution, per mole or per particle."""
    interval: tuple[str, str] | None = None
    """95 % interval of k, from the fit that gave it."""
    activation_interval: tuple[str, str] | None = None


class Reaction(Schema):
    """Precursors to one formula unit of monomer, of an order in each of ``orders``."""

    consumes: dict[str, float]
    """Moles of each precursor used per mole of formula units made."""
    orders: dict[str, float]
    """Reaction order in each precursor [1]."""
    rate: Rate


class SurfaceEnergy(Constant):
    """Surface energy of the landscape [J m-2]."""


class Attachment(Schema):
    """Rate of monomer attachment, a_n = k(T) n^(2/3) (n0/n)^(m/3)."""

    rate: Rate
    size_exponent: Constant
    """m: how fast the surface rate constant falls with radius, k(r) = k0 (r0/r)^m [1]."""
    reference_rung: int
    """n0 [1]."""


class Chemistry(Card, Parent):
    """Calibrated constants of one reaction system, named for its paper."""

    title: str
    version: int
    material: str
    source: str
    mark: Annotated[Mark, Field(strict=False)] = Mark.COMPUTED
    claims_not: str
    """What these constants do NOT claim."""
    calibration: str
    """How the constants were obtained."""
    reference_temperature: Temperature
    temperatures: tuple[Temperature, Temperature]
    """Range over which the constants are used."""
    precursors: dict[str, str]
    """Name of each precursor in the reactions, and the reagent that brings it."""
    reaction: Reaction
    surface_energy: SurfaceEnergy
    attachment: Attachment
    solubility: Rate
    dot_from: int
    """Smallest rung that counts as a dot."""
    remarks: dict[str, str] = Field(default_factory=dict)
    """Why a computed number differs from a published one as it does, by name of the observation."""

    @property
    def label(self) -> str:
        """Its title and version."""
        return f"{self.title}, version {self.version}"

    def facets(self) -> dict[str, Facet]:
        """Return what a query can ask for, by field."""
        return {
            "material": (self.material,),
            "source": (self.source,),
            "reagent": tuple(self.precursors.values()),
        }
