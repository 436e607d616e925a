"""Reagents: chemicals as they stand on the shelf."""

from typing import Literal

from pydantic import Field

from aliquot.knowledge.records.parents import Card, Constant, Facet, Mark, Measure, Parent


class Structure(Parent):
    """What the molecule is."""

    smiles: str
    """SMILES; of the repeat unit or the ions where there is no molecule."""
    inchikey: str
    """InChIKey of that SMILES."""


class Boiling(Constant):
    """Boiling point at a pressure."""

    pressure: str | None = None
    """Pressure at which it is given, with its unit; None for one atmosphere."""


class Hazards(Parent):
    """A reminder of hazards: always check the supplier's safety data sheet."""

    statements: tuple[str, ...] = ()
    """Hazard statements of the GHS, such as 'H250'; a '?' behind one marks a doubt."""
    flags: tuple[str, ...] = ()
    """In words that can be asked for: 'pyrophoric', 'water-reactive', 'toxic gas', 'carcinogen', ..."""
    evolves: dict[str, str] = Field(default_factory=dict)
    """Gas that it frees, and with what: {PH3: 'water, alcohols, carboxylic acids'}."""


class Reagent(Card):
    """A chemical as it stands on the shelf."""

    name: str
    aliases: tuple[str, ...] = ()
    """Other names under which recipes may ask for it."""
    formula: str
    state: Literal["solid", "liquid", "gas"]
    """State at room temperature: in a mixture, liquids add their volumes, dissolved solids and gases none."""
    molar_mass: Constant
    """Mass of one mole of the pure reagent [g mol-1]."""
    density: Constant | None = None
    """Density at 25 degC, needed where it is dosed by volume [g m-3]."""
    melting: Constant | None = None
    """Melting point [K]."""
    boiling: Boiling | None = None
    """Boiling point [K]."""
    structure: Structure | None = None
    cas: str | None = None
    """Registry number of Chemical Abstracts; a '?' behind it marks a doubt."""
    grades: tuple[str, ...] = ()
    """Purities in which it is sold, or 'made in house'."""
    roles: tuple[str, ...] = ()
    """'cation source', 'anion source', 'reductant', 'ligand', 'solvent', 'amine', 'acid', ..."""
    hazards: Hazards | None = None
    oxidation: dict[str, int] = Field(default_factory=dict)
    """Oxidation state of each element that can become part of a dot."""
    donates: int = 0
    """Electrons that one formula unit gives as a reductant under the conditions of these syntheses."""
    takes_acid: int = 0
    """Equivalents of carboxylic acid that one formula unit takes up (2 for CdO)."""
    holds: dict[str, float] = Field(default_factory=dict)
    """Other reagents bound in it, mole per mole (TOPTe holds one TOP)."""
    uncertain: str | None = None
    """Which of these data are doubtful."""
    note: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which it is found, its own first."""
        return (self.id, self.name, *self.aliases)

    @property
    def label(self) -> str:
        """Name and formula."""
        return f"{self.name}, {self.formula}"

    def facets(self) -> dict[str, Facet]:
        """Return what a query can ask for, by field."""
        hazards = self.hazards or Hazards(because="none are known", mark=Mark.ESTIMATED)
        facets: dict[str, Facet] = {
            "name": self.names,
            "formula": (self.formula,),
            "state": (self.state,),
            "cas": (self.cas,) if self.cas else (),
            "role": self.roles,
            "hazard": (*hazards.flags, *hazards.statements),
            "evolves": tuple(hazards.evolves),
            "element": tuple(self.oxidation),
            "inchikey": (self.structure.inchikey,) if self.structure else (),
        }
        for name, constant, unit in (
            ("melting", self.melting, "K"),
            ("boiling", self.boiling, "K"),
            ("density", self.density, "g/mL"),
            ("molar_mass", self.molar_mass, "g/mol"),
        ):
            if constant is not None:
                low, high = constant.between(unit)
                facets[name] = (Measure(low, high, unit),)
        return facets
