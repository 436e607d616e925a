"""Rules and statements: what the field holds true, and what a paper says about it."""

from typing import Literal

from pydantic import Field

from aliquot.knowledge.document import Schema
from aliquot.knowledge.records.parents import Card, Constant, Facet, Parent


class Rule(Card, Parent):
    """A fact that a recipe, a route or a result can be held against."""

    topic: Literal["redox", "size", "dispersity", "clusters", "temperature", "hazard", "optics", "arithmetic"]
    statement: str
    """The rule in a sentence."""
    numbers: dict[str, Constant] = Field(default_factory=dict)
    """The numbers in it, by name."""
    applies: tuple[str, ...] = ()
    """Materials, classes of routes or reagents that it is about; empty for all."""
    check: str | None = None
    """Code of the check of a recipe that uses it, None where no recipe can be held against it."""
    contradicted: str | None = None
    """Printed statement that says otherwise, and why it is not believed."""
    errata: tuple[str, ...] = ()
    """Located errors behind it."""

    @property
    def label(self) -> str:
        """The rule itself."""
        return self.statement

    def facets(self) -> dict[str, Facet]:
        """Return what a query can ask for, by field."""
        return {
            "topic": (self.topic,),
            "applies": self.applies,
            "check": (self.check,) if self.check else (),
            "source": (self.source,) if self.source else (),
        }


class Figure(Schema):
    """A number that a statement prints."""

    of: str
    """What it belongs to, such as a material."""
    quantity: str
    value: str
    """The number with its unit, as printed."""
    reference: str | None = None
    """Entry of the source's list of references."""


class Statement(Card, Parent):
    """What a paper says, kept as its statement and not taken as our data."""

    source: str
    place: str
    statement: str
    figures: tuple[Figure, ...] = ()
    """The numbers in it."""
    shows: tuple[str, ...] = ()
    """Cells of the landscape that it tells as done without enough for a route, as 'class:material'."""
    errata: tuple[str, ...] = ()
    remark: str | None = None
    """Why it is no data of ours, or what to doubt."""

    @property
    def label(self) -> str:
        """The statement itself."""
        return self.statement

    def facets(self) -> dict[str, Facet]:
        """Return what a query can ask for, by field."""
        return {
            "source": (self.source,),
            "place": (self.place,),
            "of": tuple(dict.fromkeys(figure.of for figure in self.figures)),
            "quantity": tuple(dict.fromkeys(figure.quantity for figure in self.figures)),
        }


class Reference(Card, Parent):
    """An entry of a paper's own list of references, as it is printed there."""

    source: str
    """The paper whose list it is in."""
    number: str
    """Its number there."""
    authors: str
    container: str
    """Journal or book."""
    year: int
    volume: str | None = None
    pages: str | None = None
    title: str | None = None
    """Its title, where the list prints one."""

    @property
    def label(self) -> str:
        """The entry in a line."""
        rest = ", ".join(part for part in (self.volume, self.pages) if part)
        return f"{self.authors}, {self.container} {self.year}{', ' if rest else ''}{rest}"

    def facets(self) -> dict[str, Facet]:
        """Return what a query can ask for, by field."""
        return {"source": (self.source,), "number": (self.number,), "author": (self.authors,)}
