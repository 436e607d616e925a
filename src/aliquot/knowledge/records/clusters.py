"""Magic-sized clusters: reports of lines in spectra, grouped into families that share them."""

from typing import Literal

from pydantic import Field

from aliquot.knowledge.document import Nanometres, Schema, Temperature
from aliquot.knowledge.records.parents import Card, Facet, Measure, Parent


class Line(Schema):
    """A line of a spectrum, or the band within which it is reported."""

    range: tuple[Nanometres, Nanometres]
    """Shortest and longest wavelength; equal for one number."""
    as_printed: str | None = None
    """How the source writes it, where it is not a plain number: '~450', 'shoulder', 'broad'."""

    @property
    def measure(self) -> Measure:
        """The line as a number to compare."""
        low, high = (limit.value for limit in self.range)
        return Measure(low, high, "nm")


class Cluster(Card, Parent):
    """One report of a cluster."""

    source: str
    place: str
    material: str
    """Card or formula of the material."""
    family: str
    """Card of the family to which its lines belong."""
    kind: Literal["crystalline", "amorphous", "not told", "precursor complex"] = "not told"
    e1: Line | None
    """First excitonic transition in absorption."""
    e2: Line | None = None
    """Second transition, its partner line."""
    emission: Line | None = None
    emission_note: str | None = None
    """'non-emissive', 'of dots beside it', ..."""
    formula: str | None = None
    """As assigned, with the ligands."""
    cores: tuple[int, int] | None = None
    """Metal and non-metal atoms of the formula."""
    precursors: str | None = None
    conditions: str | None = None
    temperatures: tuple[Temperature, Temperature] | None = None
    """Lowest and highest temperature at which it is reported."""
    references: tuple[str, ...] = ()
    """Entries of the source's list of references, or 'this work'."""
    remark: str | None = None
    """What a reader should doubt."""

    @property
    def label(self) -> str:
        """The report in a few words."""
        line = "no line printed" if self.e1 is None else self.e1.as_printed or f"{self.e1.range[0]}"
        return f"{self.material} {line}"

    def facets(self) -> dict[str, Facet]:
        """Return what a query can ask for, by field."""
        facets: dict[str, Facet] = {
            "material": (self.material,),
            "family": (self.family,),
            "kind": (self.kind,),
            "formula": (self.formula,) if self.formula else (),
            "precursors": (self.precursors,) if self.precursors else (),
            "source": (self.source,),
            "reference": self.references,
        }
        for name, line in (("e1", self.e1), ("e2", self.e2), ("emission", self.emission)):
            facets[name] = () if line is None else (line.measure,)
        if self.temperatures is not None:
            low, high = (limit.value for limit in self.temperatures)
            facets["temperature"] = (Measure(low, high, "K"),)
        return facets


class Partner(Parent):
    """A further line of the same cluster, at shorter wavelength."""

    line: Nanometres
    """Its place [nm]."""
    ratio: float = Field(gt=0.0)
    """Height over that of the first line [1]."""
    width: str
    """Standard deviation of the line [energy]."""


class Absorption(Parent):
    """What the species of one family absorbs: first line, partners and tail, a single vector of fixed shape.

    Lines are Gaussians in photon energy; the tail is the edge of the continuum, written as that of dots
    (see :class:`~aliquot.knowledge.records.materials.Lineshape`).
    """

    kind: Literal["cluster", "complex"]
    """Whether it is made of the semiconductor, or is a complex of precursors that holds none."""
    line: Nanometres
    """Place of the first line [nm]."""
    width: str
    """Standard deviation of the first line [energy]."""
    partners: tuple[Partner, ...] = ()
    """Further lines, where they are known."""
    tail: float = Field(ge=0.0)
    """Height of the tail 1 eV above its onset, over that of the first line [1]."""
    tail_onset: str
    """Onset of the tail above the first line [energy]."""
    tail_exponent: float = Field(gt=0.0)
    """Exponent of the tail's rise [1]."""
    tail_width: str
    """Width over which the onset of the tail is smeared [energy]."""
    species: tuple[str, ...] = ()
    """Names under which chemistries hold a complex as a dissolved species."""


class Family(Card, Parent):
    """Clusters of one material that absorb alike, whoever made them."""

    material: str
    aliases: tuple[str, ...] = ()
    """Names in use: '449 nm', 'MSC-449', '(CdTe)34', ..."""
    e1: Line | None
    """Band in which the first lines of its members fall."""
    e2: Line | None = None
    """Band of the partner line, where it is known."""
    absorption: Absorption | None = None
    """What to look for in a spectrum; None where the place of the line is not known well enough for that."""
    note: str

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which the family is found, its own first."""
        return (self.id, *self.aliases)

    @property
    def label(self) -> str:
        """The family in a few words."""
        return f"{self.material}, {self.note}"

    def facets(self) -> dict[str, Facet]:
        """Return what a query can ask for, by field."""
        facets: dict[str, Facet] = {"material": (self.material,), "alias": self.aliases}
        for name, line in (("e1", self.e1), ("e2", self.e2)):
            facets[name] = () if line is None else (line.measure,)
        return facets
