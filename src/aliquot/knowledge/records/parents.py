"""What every card stands on: a parent for each number, a source in the bibliography for each parent."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, model_validator

from aliquot.knowledge.document import Schema
from aliquot.units import Quantity


class Mark(StrEnum):
    """How far a number has been checked."""

    VERIFIED = "verified"
    """Confirmed against the published source or a working copy of it."""
    COMPUTED = "computed"
    """Derived for this project from sourced numbers."""
    SEED = "seed"
    """Taken from one of the four papers of the ground."""
    READING = "reading"
    """Printed in such a paper, but assigned to its sample or meaning by us; ``reading`` says how."""
    TEXTBOOK = "textbook"
    """Common knowledge of the field, not traced to a page."""
    ESTIMATED = "estimated"
    """Our own estimate; ``because`` says on what grounds."""


class Parent(Schema):
    """Where a number comes from."""

    source: str | None = None
    """Key of the bibliography."""
    place: str | None = None
    """Page, section, equation, table or line in the source."""
    because: str | None = None
    """Grounds of an estimate, or how it was computed."""
    mark: Annotated[Mark, Field(strict=False)]
    """How far it has been checked."""

    @model_validator(mode="after")
    def _has_a_parent(self) -> "Parent":
        if not (self.source or self.because):
            message = "a number needs a 'source', or 'because' with the grounds of the estimate"
            raise ValueError(message)
        return self


class Constant(Parent):
    """A number with its unit and parent.

    Example:
        >>> gap = Constant(value="1.35 eV", source="wang2023", place="section 2.4", mark="seed")
        >>> gap.to("eV")
        1.35
    """

    value: str
    """The number with its unit."""
    sd: str | None = None
    """Standard uncertainty with its unit."""
    range: tuple[str, str] | None = None
    """Range within which the truth is believed to lie, or over which the number holds."""

    def to(self, unit: str) -> float:
        """Return the value [unit]; raises UnitError if the dimension is another."""
        return Quantity.parse(self.value, unit).value

    def between(self, unit: str) -> tuple[float, float]:
        """Return the range, or twice the value where there is none [unit]; raises UnitError as ``to``."""
        low, high = self.range or (self.value, self.value)
        return Quantity.parse(low, unit).value, Quantity.parse(high, unit).value


@dataclass(frozen=True, slots=True)
class Measure:
    """A number, or a range of numbers, that a query can compare.

    Example:
        >>> Measure(445.0, 450.0, "nm").overlaps(449.0, 449.0)
        True
    """

    low: float
    """Lower end [unit]."""
    high: float
    """Upper end, equal to the lower one for a single number [unit]."""
    unit: str
    """Unit of both."""

    def overlaps(self, low: float, high: float) -> bool:
        """Tell whether any number between the two lies in it."""
        return self.low <= high and low <= self.high


Facet = tuple[str, ...] | tuple[Measure, ...]
"""What a card says under one word of the query grammar: words, or numbers with a unit."""


class Card(Schema):
    """A document of the knowledge base: it has a name, and everything in it leads to a source.

    Example:
        >>> class Anecdote(Card):
        ...     text: str
        >>> Anecdote(id="told", text="It turned red.")
        Traceback (most recent call last):
        ...
        pydantic_core._pydantic_core.ValidationError: 1 validation error for Anecdote
          Value error, a card needs a 'source', or 'because' with the grounds ...
    """

    id: str

    @model_validator(mode="after")
    def _has_a_source(self) -> "Card":
        if not any(part.source or part.because for part in parents(self)):
            message = "a card needs a 'source', or 'because' with the grounds of an estimate, somewhere"
            raise ValueError(message)
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which the card is found, its own first."""
        return (self.id,)

    @property
    def label(self) -> str:
        """The card in a few words, for a list."""
        return self.id

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of the bibliography that anything on the card stands on, in the order of the card."""
        return tuple(dict.fromkeys(part.source for part in parents(self) if part.source))

    def facets(self) -> dict[str, Facet]:
        """Return what a query can ask for, by field."""
        return {}


class Note(Parent):
    """A sentence with its parent."""

    text: str


def parents(node: Any) -> Iterator[Parent]:  # noqa: ANN401  a card holds anything
    """Yield every part of a card that leads to a source, the card itself included."""
    if isinstance(node, Parent):
        yield node
    if isinstance(node, Schema):
        for name in type(node).model_fields:
            yield from parents(getattr(node, name))
    elif isinstance(node, dict):
        for value in node.values():
            yield from parents(value)
    elif isinstance(node, tuple):
        for value in node:
            yield from parents(value)


class Source(Schema):
    """An entry of the bibliography; a field that could not be verified is null.

    It is the end of the way from a number to its parent, so that it is no card that needs one.
    """

    id: str
    """Key under which cards, recipes and results cite it."""
    authors: str
    title: str | None = None
    container: str
    """Journal, book or data base."""
    year: int
    volume: str | None = None
    pages: str | None = None
    doi: str | None = None
    url: str | None = None
    note: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which it is found: its key, and its DOI."""
        return (self.id,) if self.doi is None else (self.id, self.doi)

    @property
    def sources(self) -> tuple[str, ...]:
        """Itself."""
        return (self.id,)

    @property
    def label(self) -> str:
        """Authors, journal and year in a line."""
        volume = f", {self.volume}" if self.volume else ""
        pages = f", {self.pages}" if self.pages else ""
        return f"{self.authors}, {self.container} {self.year}{volume}{pages}"

    def facets(self) -> dict[str, Facet]:
        """Return what a query can ask for, by field."""
        year = (Measure(float(self.year), float(self.year), "1"),)
        return {"author": (self.authors,), "journal": (self.container,), "year": year}
