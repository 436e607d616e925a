"""An index of all that the cards of a kind say: where each word stands, and what each field says.

It is built when it is first asked for and lives as long as the base.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from aliquot.knowledge.base import Base
from aliquot.knowledge.document import Schema
from aliquot.knowledge.query import words
from aliquot.knowledge.records import Facet, Measure
from aliquot.units import Quantity

Places = dict[int, tuple[float, str]]
"""Cards by number, with the weight of a word there and the field in which it stands."""

_NAME, _FACET, _TEXT, _AUTHOR, _CITED = 4.0, 2.0, 1.0, 0.5, 0.3
"""Weight of a word by where it stands; authors of what a card cites count least."""


class Index:
    """All words and facets of the cards of a kind."""

    def __init__(self, base: Base, kind: str) -> None:
        self.base, self.kind = base, kind
        self.cards = tuple(base.cards(kind).values())
        self.facets: list[dict[str, Facet]] = [{"id": (card.id,), **card.facets()} for card in self.cards]
        self.units: dict[str, str] = {}
        for facets in self.facets:
            for field, facet in facets.items():
                unit = facet[0].unit if facet and isinstance(facet[0], Measure) else ""
                self.units[field] = self.units.get(field) or unit
        self.places: dict[str, Places] = {}
        self.texts: list[str] = []
        for number, card in enumerate(self.cards):
            self._read(number, card)

    def _read(self, number: int, card: Any) -> None:  # noqa: ANN401  a card of any kind
        """Enter all that a card says."""
        parts = [self._enter(number, name, _NAME, "name") for name in card.names]
        for field, facet in self.facets[number].items():
            for value in facet:
                if isinstance(value, str):
                    self._enter(number, value, _FACET, field)
        for field, text in strings(card):
            parts.append(self._enter(number, text, _TEXT, field))
        sources = () if self.kind == "sources" else card.sources
        for key in sources:
            source = self.base.cards("sources").get(key)
            if source is not None:
                parts.append(self._enter(number, f"{source.authors} {source.year}", _AUTHOR, "source"))
        self.texts.append(" | ".join(f" {part} " for part in parts))

    def _enter(self, number: int, text: str, weight: float, field: str) -> str:
        """Enter the words of a text; return them, as they are searched for phrases."""
        said = words(text)
        for word in (*said, *_inner(said), *_elements(text)):
            held = self.places.setdefault(word, {})
            if held.get(number, (0.0, ""))[0] < weight:
                held[number] = (weight, field)
        return " ".join(said)

    @property
    def cited(self) -> Mapping[str, Places]:
        """Return words of the entries of the papers' own lists of references that cards rest on."""
        return _cited(self)

    def values(self, field: str) -> list[str]:
        """Return all words that the cards say under a field."""
        said = (value for facets in self.facets for value in facets.get(field, ()) if isinstance(value, str))
        return list(dict.fromkeys(said))


@cache
def index_of(base: Base, kind: str) -> Index:
    """Return the index of a kind, built once."""
    return Index(base, kind)


@cache
def _cited(index: Index) -> Mapping[str, Places]:
    """Read the references that the cards name: only asked where no card itself has a word."""
    places: dict[str, Places] = {}
    listed = {(entry.source, entry.number): entry for entry in index.base.cards("references").values()}
    for number, card in enumerate(index.cards):
        for key in getattr(card, "references", ()):
            entry = listed.get((getattr(card, "source", None), key))
            if entry is None:
                continue
            for word in words(f"{entry.authors} {entry.container} {entry.year} {entry.title or ''}"):
                places.setdefault(word, {})[number] = (_CITED, f"reference {key}")
    return places


def strings(node: Any, field: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401  a card holds anything
    """Yield every text on a card, with the key under which it stands.

    Example:
        >>> from aliquot.knowledge.records import Note
        >>> list(strings(Note(text="dry", because="seen", mark="estimated")))
        [('because', 'seen'), ('mark', 'estimated'), ('text', 'dry')]
    """
    if isinstance(node, Schema):
        for name in type(node).model_fields:
            yield from strings(getattr(node, name), field or name.rstrip("_"))
    elif isinstance(node, dict):
        for key, value in node.items():
            yield field, str(key)
            yield from strings(value, field)
    elif isinstance(node, tuple):
        for value in node:
            yield from strings(value, field)
    elif isinstance(node, Quantity):
        yield field, node.text
    elif isinstance(node, str | int) and not isinstance(node, bool):
        yield field, str(node)  # a word of an enumeration is its value


def _inner(said: tuple[str, ...]) -> Iterator[str]:
    """Yield the parts of words such as 'inp/zns', 'inp-386' and 'in:p'."""
    for word in said:
        for mark in "/-:+":
            if mark in word:
                yield from (part for part in word.split(mark) if len(part) > 1)


def _elements(text: str) -> Iterator[str]:
    """Yield the elements that are also English words, where they are written as elements."""
    for symbol in ("In", "As"):
        if symbol in text and symbol in text.replace("/", " ").replace(":", " ").replace("-", " ").split():
            yield symbol
