"""Crystal structures: lattice, space group, and the atoms of the cell."""

from typing import Literal

from pydantic import Field, model_validator

from aliquot.knowledge.document import Schema
from aliquot.knowledge.records.parents import Card, Facet, Measure, Note, Parent
from aliquot.units import Quantity


class Lattice(Parent):
    """The conventional cell."""

    system: Literal["cubic", "tetragonal", "hexagonal"]
    centring: Literal["P", "F", "I"] = "P"
    """Which translations repeat the atoms listed: none, faces, body."""
    a: str
    """Edge, with its unit."""
    c: str | None = None
    """Height of a tetragonal or hexagonal cell, with its unit."""

    @model_validator(mode="after")
    def _height_where_there_is_one(self) -> "Lattice":
        if (self.c is None) != (self.system == "cubic"):
            message = "a cubic cell has one constant 'a', the others have 'a' and 'c'"
            raise ValueError(message)
        return self

    @property
    def a_nm(self) -> float:
        """Edge [nm]."""
        return Quantity.parse(self.a, "nm").value

    @property
    def c_nm(self) -> float:
        """Height [nm]; the edge of a cubic cell."""
        return self.a_nm if self.c is None else Quantity.parse(self.c, "nm").value


class Sites(Schema):
    """Atoms of one element."""

    element: str
    """Symbol."""
    at: tuple[tuple[float, float, float], ...] = Field(min_length=1)
    """Fractional coordinates of each."""


class CrystalStructure(Card, Parent):
    """A crystal structure, from which patterns are computed.

    The parent of the card is that of the coordinates; the lattice has its own.

    Example:
        >>> from aliquot.knowledge.base import base
        >>> card = base().card("structures", "InP-zinc-blende")
        >>> card.lattice.a_nm, card.atoms_in_cell
        (0.5869, 8)
    """

    material: str
    """Formula, or card of the material."""
    phase: str
    """'zinc blende', 'wurtzite', 'rock salt', ..."""
    space_group: str
    """Symbol of Hermann and Mauguin."""
    lattice: Lattice
    sites: tuple[Sites, ...] = Field(min_length=1)
    """Atoms; the translations of the centring add the others."""
    notes: tuple[Note, ...] = ()

    @property
    def label(self) -> str:
        """It in a few words."""
        return f"{self.material}, {self.phase}"

    @property
    def atoms_in_cell(self) -> int:
        """Number of atoms in the conventional cell."""
        return {"P": 1, "I": 2, "F": 4}[self.lattice.centring] * sum(len(site.at) for site in self.sites)

    def facets(self) -> dict[str, Facet]:
        """Return what a query can ask for, by field."""
        edge = self.lattice.a_nm
        return {
            "material": (self.material,),
            "phase": (self.phase,),
            "group": (self.space_group,),
            "element": tuple(site.element for site in self.sites),
            "a": (Measure(edge, edge, "nm"),),
        }
