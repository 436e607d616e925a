"""Routes: published ways to a material, with what came of them, failures included."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from aliquot.knowledge.document import Schema, Temperature
from aliquot.knowledge.records.parents import Card, Facet, Measure, Parent


class RouteClass(StrEnum):
    """The chemistry that makes the bond between metal and pnictogen or chalcogen."""

    ELEMENTAL = "elemental pnictogen"
    AQUEOUS = "aqueous"
    MOLTEN_METAL = "molten metal seeds"
    GAS = "in-situ gas"
    DEHALOSILYLATION = "dehalosilylation"
    CLEAVAGE = "P-C cleavage"
    GERMYL = "germyl"
    CO_REDUCTION = "co-reduction"
    AMINOPNICTOGEN = "aminopnictogen"
    SINGLE_SOURCE = "single source"
    AZIDE = "azide"
    UREA = "urea complex"
    NITRIDE = "nitridation and amides"
    EXCHANGE = "exchange"
    CLUSTER = "cluster"
    OVERGROWTH = "overgrowth"
    DESILYLATION = "desilylation"
    PHOSPHINE_CHALCOGENIDE = "phosphine chalcogenide"
    SHELL = "core-shell"
    ADDITIVE = "additive"
    PROCESS = "process"


class Outcome(StrEnum):
    """What came of a route, as its source tells it."""

    DOTS = "dots"
    """Particles that show confinement."""
    POOR = "poor"
    """Particles, but broad, impure, or not characterised."""
    CLUSTERS = "clusters"
    BULK = "bulk"
    """A bulk solid, or particles too large for confinement."""
    NEGATIVE = "negative"
    """It failed, or was no better than what it should better."""
    GENERAL = "general"
    """A statement about routes of this kind, not one experiment."""


class RouteSpecies(Schema):
    """A precursor or additive of a route."""

    text: str
    """As the source names it."""
    reagent: str | None = None
    """Card of the reagent, None where the source does not name one, or names a class of them."""


class Route(Card, Parent):
    """A published way to a material.

    What the source does not say is null; where it copies from the entry before, ``as_route`` names that.
    """

    source: str
    place: str
    targets: tuple[str, ...]
    """Formulas of the materials made, such as 'InP', 'InP/ZnS', or 'III-N' for a family."""
    class_: Annotated[RouteClass, Field(alias="class", strict=False)]
    """The chemistry of the bond."""
    detail: str | None = None
    """What distinguishes it within its class."""
    method: str
    """How it is done, in the source's words."""
    methods: tuple[str, ...]
    """The same in words that can be asked for: 'heat-up', 'hot injection', 'flow', ..."""
    cation: RouteSpecies | None
    """Precursor of the metal."""
    anion: RouteSpecies | None
    """Precursor of the pnictogen or chalcogen; null in a single source, which is the cation's."""
    additives: tuple[RouteSpecies, ...] = ()
    """Reductants, zinc salts, acids, amines, ..."""
    medium: tuple[RouteSpecies, ...] = ()
    """Solvents and ligands."""
    temperatures: tuple[Temperature, Temperature] | None = None
    """Lowest and highest temperature of the reaction."""
    conditions: str | None = None
    """Time, flow, atmosphere, concentration and temperatures as printed."""
    outcome: Annotated[Outcome, Field(strict=False)]
    result: str
    """What came of it, in the source's words."""
    references: tuple[str, ...] = ()
    """Entries of the source's list of references that it rests on, such as '75', or 'this work'."""
    as_route: str | None = None
    """Entry that this one shares its description with."""
    remark: str | None = None
    """What a reader should doubt."""

    @property
    def label(self) -> str:
        """The route in a few words."""
        precursors = " + ".join(part.text for part in (self.cation, self.anion) if part is not None)
        return f"{', '.join(self.targets)}: {precursors or self.class_}"

    @property
    def species(self) -> tuple[RouteSpecies, ...]:
        """Everything that goes in."""
        named = (part for part in (self.cation, self.anion) if part is not None)
        return (*named, *self.additives, *self.medium)

    def facets(self) -> dict[str, Facet]:
        """Return what a query can ask for, by field."""
        facets: dict[str, Facet] = {
            "target": self.targets,
            "class": (self.class_.value,),
            "method": self.methods,
            "outcome": (self.outcome.value,),
            "reagent": tuple(part.reagent or part.text for part in self.species),
            "cation": (self.cation.text,) if self.cation else (),
            "anion": (self.anion.text,) if self.anion else (),
            "additive": tuple(part.text for part in self.additives),
            "medium": tuple(part.text for part in self.medium),
            "source": (self.source,),
            "reference": self.references,
        }
        if self.temperatures is not None:
            low, high = (limit.value for limit in self.temperatures)
            facets["temperature"] = (Measure(low, high, "K"),)
        return facets
