"""Observations: the numbers that papers print, as data."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from aliquot.knowledge.document import Schema
from aliquot.knowledge.records.parents import Card, Facet, Mark, Parent


class Role(StrEnum):
    """What a published observation is used for, fixed before any fit."""

    CALIBRATION = "calibration"
    PREDICTION = "prediction"
    ARITHMETIC = "arithmetic"


class Observation(Schema):
    """A number that a paper prints, or that follows from its doses by arithmetic."""

    id: str
    sample: str | None = None
    """Name of the sample in the recipe, None where the number belongs to the recipe as a whole."""
    quantity: Literal["diameter", "RSD", "E1", "conversion", "concentration", "ratio", "volume", "time"]
    of: str | None = None
    """What a concentration or ratio is of: a card of a reagent, or 'card/card'."""
    value: str
    """The number with its unit."""
    tolerance: str
    """How near a computed value has to come to count as met, with its unit."""
    tolerance_because: str
    """Why this near, and not nearer."""
    mark: Annotated[Mark, Field(strict=False)] = Mark.SEED
    """How the number is known: printed in the text (seed), read from it (reading), or computed from doses."""
    role: Annotated[Role, Field(strict=False)]
    place: str
    errata: tuple[str, ...] = ()
    reading: str | None = None
    """How an ambiguous text was read."""


class Observations(Card, Parent):
    """The published numbers of one paper."""

    source: str
    mark: Annotated[Mark, Field(strict=False)] = Mark.SEED
    recipe: str
    """The recipe of the book that they belong to."""
    chemistry: str
    observations: tuple[Observation, ...]

    def facets(self) -> dict[str, Facet]:
        """Return what a query can ask for, by field."""
        quantities = tuple(dict.fromkeys(observation.quantity for observation in self.observations))
        return {"source": (self.source,), "recipe": (self.recipe,), "quantity": quantities}
