"""The cards of the package, loaded once and looked up by name."""

from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from aliquot.errors import CardError, Where, suggestion
from aliquot.knowledge.document import Document, Schema
from aliquot.knowledge.records import (
    Chemistry,
    Erratum,
    Material,
    Observations,
    Reagent,
    Solvent,
    Source,
)

Card = TypeVar("Card", bound=Schema)


def material(name: str) -> Material:
    """Return the card of a material, such as ``"InP"``.

    Raises:
        CardError: If there is no such card.

    Example:
        >>> round(material("InP").unit_volume, 4)
        0.0503
    """
    return _card("materials", name, Material)


def solvent(name: str) -> Solvent:
    """Return the card of a solvent, such as ``"hexane"``; raises CardError if there is none."""
    return _card("solvents", name, Solvent)


def chemistry(name: str) -> Chemistry:
    """Return the card of a chemistry, such as ``"inp_wang2023"``; raises CardError if there is none."""
    return _card("chemistries", name, Chemistry)


def observations(name: str) -> Observations:
    """Return the published observations of a paper, such as ``"wang2023"``; raises CardError if none."""
    return _card("observations", name, Observations)


def reagent(name: str) -> Reagent:
    """Return the card of a reagent by key or alias, such as ``"PDEA"``; raises CardError if none."""
    return _entry("reagents", name, _reagents())


def source(key: str) -> Source:
    """Return an entry of the bibliography; raises CardError if there is none."""
    return _entry("bibliography", key, _bibliography())


def erratum(key: str) -> Erratum:
    """Return a located error of a seed paper, such as ``"E041"``; raises CardError if there is none."""
    return _entry("errata", key, _errata())


def names(kind: str) -> tuple[str, ...]:
    """Return the names of all cards of a kind (``"materials"``, ``"chemistries"``, ...), sorted."""
    folder = files("aliquot.knowledge") / "cards" / kind
    return tuple(
        sorted(card.name.removesuffix(".yaml") for card in folder.iterdir() if card.name.endswith(".yaml"))
    )


class _Bibliography(Schema):
    sources: dict[str, Source]


class _Reagents(Schema):
    reagents: tuple[Reagent, ...]


class _Errata(Schema):
    errata: tuple[Erratum, ...]


@cache
def _bibliography() -> dict[str, Source]:
    return _load("bibliography.yaml", _Bibliography).sources


@cache
def _reagents() -> dict[str, Reagent]:
    cards = _load("reagents.yaml", _Reagents).reagents
    return {name: card for card in cards for name in (*card.aliases, card.id)}


@cache
def _errata() -> dict[str, Erratum]:
    return {erratum.id: erratum for erratum in _load("errata.yaml", _Errata).errata}


def _card(kind: str, name: str, schema: type[Card]) -> Card:
    known = names(kind)
    if name not in known:
        raise _missing(kind, name, known)
    return _load(f"{kind}/{name}.yaml", schema)


def _entry(kind: str, key: str, entries: dict[str, Card]) -> Card:
    if key not in entries:
        raise _missing(kind, key, tuple(entries))
    return entries[key]


def _load(name: str, schema: type[Card]) -> Card:
    card: Card = _read(name, schema)
    return card


@cache
def _read(name: str, schema: type[Schema]) -> Any:  # noqa: ANN401  a cache forgets which schema gave which card
    path = files("aliquot.knowledge") / "cards" / name
    return Document(path.read_text(encoding="utf-8"), f"cards/{name}").read(schema)


def _missing(kind: str, name: str, known: tuple[str, ...]) -> CardError:
    return CardError(
        given=f"'{name}'",
        expected=f"a name among the {kind}",
        why="no card has that name",
        remedy=suggestion(name, known),
        where=Where(kind),
    )
