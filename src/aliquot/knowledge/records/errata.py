"""Located errors of printed texts."""

from typing import Annotated, Literal

from pydantic import Field

from aliquot.knowledge.document import Schema
from aliquot.knowledge.records.parents import Card, Facet, Mark, Parent


class FoundBy(Schema):
    """The check of a recipe that finds an error by computing."""

    check: str
    """Code of the check."""
    recipes: tuple[str, ...]
    """Recipes of the book in which it does; a series stands for all its recipes."""
    key: str | None = None
    """Dotted key of the recipe that it points at, None for any."""


class Erratum(Card, Parent):
    """A located error of a printed text: printed and corrected form are both kept."""

    source: str
    place: str
    """Section, page, table, or line of the extracted text."""
    mark: Annotated[Mark, Field(strict=False)] = Mark.SEED
    kind: str
    """What kind of error: value, amount, order, formula, reference, ..."""
    printed: str
    """As it is printed, or what the printed text does."""
    correction: str
    """As it has to read, or why it can not be right."""
    severity: Literal["low", "medium", "high"]
    """What it costs to be misled by it."""
    certainty: str
    """Whether the correction is certain (and why) or likely."""
    touches: tuple[str, ...] = ()
    """What it would spoil if believed, as 'kind:name': 'routes:R067', 'recipes:cdte_mech2023', ..."""
    found_by: FoundBy | None = None
    """How a recipe that repeats it is caught, None where arithmetic can not."""

    @property
    def label(self) -> str:
        """The error in a few words."""
        return f"{self.printed} → {self.correction}"

    def facets(self) -> dict[str, Facet]:
        """Return what a query can ask for, by field."""
        return {
            "source": (self.source,),
            "place": (self.place,),
            "kind": (self.kind,),
            "severity": (self.severity,),
            "certainty": (self.certainty.split(" ")[0],),
            "touches": self.touches,
        }
