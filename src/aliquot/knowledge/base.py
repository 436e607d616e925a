"""The base: every card, shipped and the user's own, loaded by kind when first asked for.

A kind of card is a folder: ``cards/routes/*.yaml``. A file holds one card, or many under the key ``cards``. A
user's folder has the same layout; its cards join the shipped ones, and one of the same name stands in its
place, which is reported. So is a name of a shipped card that now leads to another. Whatever else is in that
folder and looks like a card is refused, because nobody would miss it; names that begin with a dot are left
alone.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError, create_model
from yaml import YAMLError

from aliquot.errors import CardError, Where, suggestion
from aliquot.knowledge import records
from aliquot.knowledge.document import Document, Schema
from aliquot.knowledge.folder import check_folder, read_file, twice
from aliquot.knowledge.quick import read_quickly

FOLDER_VARIABLE = "ALIQUOT_CARDS"
"""Environment variable with the folder of the user's own cards."""


class Entry(Protocol):
    """What every kind of card can do."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which it is found, its own first."""

    @property
    def label(self) -> str:
        """It in a few words."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of the bibliography that it stands on."""

    def facets(self) -> dict[str, records.Facet]:
        """Return what a query can ask for, by field."""


AnyCard = TypeVar("AnyCard", bound=Schema)

KINDS: Mapping[str, type[Schema]] = MappingProxyType(
    {
        "materials": records.Material,
        "solvents": records.Solvent,
        "structures": records.CrystalStructure,
        "standards": records.Standard,
        "reagents": records.Reagent,
        "routes": records.Route,
        "families": records.Family,
        "clusters": records.Cluster,
        "rules": records.Rule,
        "statements": records.Statement,
        "chemistries": records.Chemistry,
        "observations": records.Observations,
        "errata": records.Erratum,
        "references": records.Reference,
        "sources": records.Source,
    }
)
"""Kinds of cards, by the name of their folder."""


@dataclass(frozen=True, slots=True)
class Shadow:
    """A name under which a user's card is found where a shipped one was.

    Example:
        >>> print(Shadow("materials", "InP", Path("mine/materials/InP.yaml")))
        materials:InP is read from mine/materials/InP.yaml instead of the card shipped with Aliquot
        >>> print(Shadow("reagents", "trioctylphosphine", Path("mine/reagents/my.yaml"), "my", "TOP"))
        reagents:trioctylphosphine leads to 'my' of mine/reagents/my.yaml, no longer to the shipped card 'TOP'
    """

    kind: str
    name: str
    """Name of the card; or the alias, as the user's card writes it."""
    file: Path
    """The user's file."""
    card: str | None = None
    """The user's card, where it has another name than the shipped one."""
    shipped: str | None = None
    """The shipped card to which an alias leads no longer."""
    idle: bool = False
    """Whether it leads there still, because it is the name of that card, and to the user's card never."""

    def __str__(self) -> str:
        """Return it as a sentence."""
        if self.card is None:
            return (
                f"{self.kind}:{self.name} is read from {self.file} instead of the card shipped with Aliquot"
            )
        if self.idle:
            told = f"stays the shipped card '{self.shipped}': '{self.card}' of {self.file} claims it too"
        else:
            told = f"leads to '{self.card}' of {self.file}, no longer to the shipped card '{self.shipped}'"
        return f"{self.kind}:{self.name} {told}"


class Base:
    """All cards.

    Args:
        folder: The user's own cards, None for those shipped alone.

    Raises:
        CardError: If the folder does not exist, or holds a folder that is no kind of card, or a YAML file
            where none is read.

    Example:
        >>> base = Base()
        >>> base.card("materials", "indium phosphide").id
        'InP'
        >>> base.shadows
        ()
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._loaded: dict[str, Mapping[str, Any]] = {}
        self._names: dict[str, dict[str, str]] = {}
        self._shadows: list[Shadow] = []
        if folder is not None:
            check_folder(folder, KINDS)

    def cards(self, kind: str) -> Mapping[str, Any]:
        """Return all cards of a kind by name, in the order of their files.

        Args:
            kind: One of :data:`KINDS`.

        Raises:
            CardError: If a card is malformed, or stands in the user's folder twice; it names file, line and
                key.
        """
        if kind not in self._loaded:
            shipped = _shipped(kind)
            own: dict[str, tuple[Path, Any]] = {}
            for place, file, card in self._own(kind):
                if card.id in own:
                    raise twice(card.id, place, self._short(own[card.id][0]))
                own[card.id] = file, card
            cards = {**shipped, **{name: card for name, (_, card) in own.items()}}
            self._shadows += _shadows(kind, shipped, cards, own)
            self._loaded[kind] = MappingProxyType(cards)
        return self._loaded[kind]

    def card(self, kind: str, name: str) -> Any:  # noqa: ANN401  the kind decides
        """Return a card by its name or an alias, whatever its case; a name goes before an alias.

        Raises:
            CardError: If there is none; it suggests the nearest name.
        """
        cards = self.cards(kind)
        if name in cards:
            return cards[name]
        if kind not in self._names:
            self._names[kind] = _names(cards)
        known = self._names[kind]
        if name.casefold() in known:
            return cards[known[name.casefold()]]
        raise CardError(
            given=f"'{name}'",
            expected=f"a name among the {kind}",
            why="no card has that name",
            remedy=suggestion(name, cards if len(cards) < 40 else _near(name, known)),
            where=Where(kind),
        )

    @property
    def shadows(self) -> tuple[Shadow, ...]:
        """Names of shipped cards under which the user's are found, of the kinds looked at so far."""
        return tuple(self._shadows)

    @cached_property
    def touched(self) -> Mapping[str, tuple[str, ...]]:
        """Errata by what they touch, as 'kind:name'."""
        found: dict[str, list[str]] = {}
        for erratum in self.cards("errata").values():
            for target in erratum.touches:
                found.setdefault(target, []).append(erratum.id)
        return {target: tuple(ids) for target, ids in found.items()}

    def errata_of(self, kind: str, name: str) -> tuple[records.Erratum, ...]:
        """Return the located errors that touch a card or recipe."""
        return tuple(self.card("errata", key) for key in self.touched.get(f"{kind}:{name}", ()))

    def _own(self, kind: str) -> Iterator[tuple[Where, Path, Any]]:
        """Yield the user's cards of a kind with their places, read with care."""
        if self.folder is None:
            return
        for file in sorted((self.folder / kind).glob("*.yaml")):
            if file.name.startswith("."):
                continue
            document = read_file(file, self._short(file))
            listed = "cards" in document.tree
            for index, card in enumerate(_of(document, kind)):
                place = document.where(("cards", index, "id") if listed else ("id",))
                for key in () if kind == "sources" else card.sources:
                    if key not in self.cards("sources"):
                        raise CardError(
                            given=f"the source '{key}'",
                            expected="a key of the bibliography",
                            why="a number whose source can not be looked up has no parent",
                            remedy="Add it to sources/ of your folder. "
                            + suggestion(key, self.cards("sources")),
                            where=place,
                        )
                yield place, file, card

    def _short(self, file: Path) -> str:
        """Return a file of the user's folder as seen from there."""
        return file.relative_to(self.folder).as_posix() if self.folder is not None else file.name


@cache
def base() -> Base:
    """Return the base in use: shipped cards, and those of the folder in ``ALIQUOT_CARDS``.

    Raises:
        CardError: As :class:`Base`.

    Example:
        >>> base().card("errata", "E041").source
        'wang2023'
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    return Base(Path(folder).expanduser() if folder else None)


@cache
def _shipped(kind: str) -> Mapping[str, Any]:
    """Return the shipped cards of a kind; its files are known to be sound."""
    if kind not in KINDS:
        raise CardError(
            given=f"'{kind}'",
            expected="a kind of card",
            why="no folder has that name",
            remedy=suggestion(kind, KINDS),
        )
    folder = files("aliquot.knowledge") / "cards" / kind
    found: dict[str, Any] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            for card in _soundly(file.read_text(encoding="utf-8"), f"cards/{kind}/{file.name}", kind):
                found[card.id] = card
    return MappingProxyType(found)


def _soundly(text: str, name: str, kind: str) -> tuple[Any, ...]:
    """Read a shipped file fast; with care where that fails, to say where."""
    try:
        content = read_quickly(text)
        written = content.get("cards", (content,))
        return tuple(KINDS[kind].model_validate(card) for card in written)
    except (ValidationError, YAMLError, AttributeError):
        return _of(Document(text, name), kind)


def _of(document: Document, kind: str) -> tuple[Any, ...]:
    """Return the cards of a document, every fault told with its line."""
    schema = KINDS[kind]
    if "cards" not in document.tree:
        return (document.read(schema),)
    pages: Any = create_model("Pages", __base__=Schema, cards=(tuple[schema, ...], ...))  # type: ignore[valid-type]
    return tuple(document.read(pages).cards)


def _names(cards: Mapping[str, Any]) -> dict[str, str]:
    """Return the card behind every name and alias in small letters; a name goes before all aliases."""
    aliases = {alias.casefold(): card.id for card in cards.values() for alias in reversed(card.names)}
    return aliases | {name.casefold(): name for name in cards}


def _shadows(
    kind: str, shipped: Mapping[str, Any], cards: Mapping[str, Any], own: Mapping[str, tuple[Path, Any]]
) -> Iterator[Shadow]:
    """Yield what the user's cards change about the names of shipped ones."""
    if not own:
        return
    before, after = _names(shipped), _names(cards)
    for file, card in own.values():
        if card.id in shipped:
            yield Shadow(kind, card.id, file)
        for alias in dict.fromkeys(card.names):
            old, new = before.get(alias.casefold()), after[alias.casefold()]
            if old is None or old == card.id:
                continue
            if new == card.id:
                yield Shadow(kind, alias, file, card.id, old)
            elif new == old and old.casefold() == alias.casefold():
                yield Shadow(kind, alias, file, card.id, old, idle=True)


def _near(name: str, known: Mapping[str, str]) -> list[str]:
    """Return the few names that are nearest to one, for a suggestion that can be read."""
    from rapidfuzz import process  # noqa: PLC0415  only a miss needs it

    matches = process.extract(name.casefold(), list(known), limit=5)
    return list(dict.fromkeys(known[match] for match, _, _ in matches))
