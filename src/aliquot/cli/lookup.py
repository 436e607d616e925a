"""What the verbs that look things up share: their options, their tables, one card in full."""

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.knowledge.query import Query, Term
    from aliquot.knowledge.records import Line, Measure
    from aliquot.knowledge.search import Found

Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="QUERY", help="Words and conditions, such as: flow target:InP."),
]
QueryText = Annotated[str | None, typer.Option("--query", help="The same as one text, '-word' to leave out.")]
Sort = Annotated[str | None, typer.Option("--sort", help="Field to sort by; '-field' for falling.")]
Show = Annotated[
    str | None, typer.Option("--show", help="This one in full, with its sources, references and errata.")
]

WIDTH = 120
"""Columns of a table where the terminal does not say."""

SILENT = "not reported"
"""What is written where a source says nothing."""


# --- the user's own cards --------------------------------------------------------------------------------


def use_cards(folder: Path) -> None:
    """Have everything that follows read the user's own cards too."""
    from aliquot.knowledge.base import FOLDER_VARIABLE, base

    os.environ[FOLDER_VARIABLE] = str(folder)
    base.cache_clear()


@contextmanager
def own_cards() -> Iterator[None]:
    """Tell afterwards which shipped cards were not read, and forget a folder that the command line named."""
    variable = "ALIQUOT_CARDS"
    before = os.environ.get(variable)
    try:
        yield
    finally:
        if os.environ.get(variable):
            _tell_shadows()
        if os.environ.get(variable) != before:
            del os.environ[variable]
            if before is not None:
                os.environ[variable] = before
            sys.modules["aliquot.knowledge.base"].base.cache_clear()


def _tell_shadows() -> None:
    """Tell on standard error which of the user's cards stand in the place of shipped ones."""
    from aliquot.errors import CardError

    try:
        told = shadows()
    except CardError:  # the folder itself was refused, which has been told
        return
    for shadow in told:
        sys.stderr.write(f"aliquot: {shadow}\n")


# --- the query -------------------------------------------------------------------------------------------


def asked(given: Sequence[str] | None, query: str | None, sort: str | None, *terms: "Term | None") -> "Query":
    """Return the query of a command line: its words, its ``--query``, and the conditions of its options."""
    from aliquot.knowledge.query import parse

    text = " ".join([*(_requoted(word) for word in given or ()), query or ""])
    return parse(text).also(*(term for term in terms if term is not None), sort=sort)


def _requoted(word: str) -> str:
    """Give a value back the quotes that the shell took: the argument ``target:InP core`` is one condition."""
    match = re.fullmatch(r'(-?[^\W\d]\w*:)([^":]*\s[^":]*)', word)
    return word if match is None else f'{match[1]}"{match[2]}"'


def term(field: str, value: str | None) -> "Term | None":
    """Return the condition of an option; commas part several values, any of which is enough."""
    from aliquot.knowledge.query import Term

    if value is None:
        return None
    return Term(tuple(part.strip() for part in value.split(",") if part.strip()), field)


def named(kind: str, given: Sequence[str] | None, query: str | None, sort: str | None) -> "Found":
    """Find cards by a query, or the one card whose name the words are."""
    from aliquot.knowledge.base import base
    from aliquot.knowledge.query import Query, Term
    from aliquot.knowledge.search import find

    name = " ".join(given or ())
    card = card_named(kind, name) if name and not query else None
    if card is not None:
        return find(base(), kind, Query((Term((card.id,), "id"),)))
    return find(base(), kind, asked(given, query, sort))


def card_named(kind: str, name: str) -> Any:  # noqa: ANN401  any kind
    """Return the card of a name, whatever its case, spaces and hyphens; None where there is none."""
    from aliquot.knowledge.base import base

    cards = base().cards(kind)
    if name in cards:
        return cards[name]
    for squeeze in (str.casefold, _squeezed):
        for card in cards.values():
            if squeeze(name) in (squeeze(each) for each in card.names):
                return card
    return None


def _squeezed(name: str) -> str:
    """Return a name without case, spaces and hyphens: 'Tri-octyl phosphine' is 'trioctylphosphine'."""
    return re.sub(r"[\s\u2010-\u2015\u2212-]+", "", name).casefold()


def is_name(given: Sequence[str] | None, query: str | None) -> bool:
    """Tell whether words are a name alone, with no condition among them."""
    from aliquot.knowledge.query import parse

    text = " ".join(given or ())
    return (
        bool(text) and not query and '"' not in text and all(term.field is None for term in parse(text).terms)
    )


def near_names(kind: str, name: str, limit: int = 5) -> list[Any]:
    """Return the cards whose names hold a name that none has, then those spelt most like it."""
    from rapidfuzz import fuzz, process

    from aliquot.knowledge.base import base

    wanted = _squeezed(name)
    owner = {_squeezed(each): card for card in base().cards(kind).values() for each in card.names}
    holding = [card for each, card in owner.items() if wanted in each]
    matches = process.extract(wanted, list(owner), scorer=fuzz.ratio, limit=3 * limit, score_cutoff=70.0)
    found = {card.id: card for card in (*holding, *(owner[match] for match, _, _ in matches))}
    return list(found.values())[:limit]


# --- what is printed -------------------------------------------------------------------------------------


def entry(kind: str, card: Any, fields: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401  any kind
    """Return a card as the contract writes it: what its kind says, its sources and the errata touching it."""
    from aliquot.knowledge.base import base

    touching = (erratum.id for erratum in base().errata_of(kind, card.id))
    own = getattr(card, "errata", ())
    return {
        "id": card.id,
        **fields,
        "sources": list(card.sources),
        "errata": list(dict.fromkeys((*own, *touching))),
    }


def answer(
    command: str,
    found: "Found",
    results: Sequence[Mapping[str, Any]],
    **more: Any,  # noqa: ANN401
) -> None:
    """Print what was found as the contract's JSON."""
    flags = [*found.notes, *more.pop("flags", ()), *shadows()]
    content = {"query": str(found.query), "results": list(results), "count": len(results), **more}
    output.print_json(command, {**content, "flags": flags})


def shadows() -> list[str]:
    """Return the shipped cards in whose place the user's stand, of the kinds that were looked at."""
    from aliquot.knowledge.base import base

    return [str(shadow) for shadow in base().shadows]


def table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str] = ()
) -> None:
    """Print a table whose texts wrap, and notes beneath it.

    Args:
        title: What it shows.
        columns: Headings; one that ends in '>' is aligned right, one that ends in '!' never wraps.
        rows: Cells.
        notes: Sentences beneath.
    """
    from rich.table import Table
    from rich.text import Text

    drawn = Table(
        title=title, title_justify="left", header_style="bold", box=None, pad_edge=False, padding=(0, 1, 0, 0)
    )
    for column in columns:
        drawn.add_column(
            column.rstrip(">!"),
            justify="right" if column.endswith(">") else "left",
            no_wrap=column.endswith((">", "!")),
            overflow="fold",
        )
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    if rows:
        _console().print(drawn)
    say(*(() if rows else (f"{title}: none.",)), *notes)


def say(*sentences: str) -> None:
    """Print sentences, wrapped as tables are."""
    from rich.text import Text

    console = _console()
    for sentence in sentences:
        console.print(Text(sentence))


def full(card: Any, kind: str) -> None:  # noqa: ANN401  any kind
    """Print one card in full, with the full text of its sources, references and errata."""
    from rich.text import Text

    console = _console()
    console.print(Text(f"{card.id}: {card.label}", style="bold"))
    for key, value in _lines(plain(card)):
        console.print(Text(f"  {key}: {value}"))
    for title, texts in whole(card, kind).items():
        if texts:
            console.print(Text(title.removesuffix("_texts").capitalize(), style="bold"))
        for each in texts:
            console.print(Text(f"  {each['id']}: {each['text']}"))


def show(command: str, kind: str, name: str, fields: Callable[[Any], Mapping[str, Any]], json: bool) -> None:
    """Answer ``--show``: one card in full."""
    from aliquot.knowledge.base import base

    card = card_named(kind, name) or base().card(kind, name)
    if not json:
        full(card, kind)
        return
    result = {**entry(kind, card, fields(card)), "card": plain(card), **whole(card, kind)}
    content = {"query": f"id:{card.id}", "results": [result], "count": 1, "flags": shadows()}
    output.print_json(command, content)


def plain(card: Any) -> dict[str, Any]:  # noqa: ANN401  any kind
    """Return a card as its file has it, without what it leaves open."""
    told: dict[str, Any] = card.model_dump(mode="json", by_alias=True, exclude_none=True)
    last = ("source", "place", "because", "mark")
    order = sorted(told, key=lambda key: (key != "id", key in last))
    return {key: told[key] for key in order}


def whole(card: Any, kind: str) -> dict[str, list[dict[str, str]]]:  # noqa: ANN401  any kind
    """Return the full text of the sources, of the references and of the errata of a card."""
    from aliquot.knowledge.base import base

    cards = base()
    listed = {(one.source, one.number): one for one in cards.cards("references").values()}
    own = getattr(card, "source", None)
    cited = [listed[own, key] for key in getattr(card, "references", ()) if (own, key) in listed]
    errata = {one: cards.card("errata", one) for one in getattr(card, "errata", ())}
    errata |= {one.id: one for one in cards.errata_of(kind, card.id)}
    sources = [cards.card("sources", key) for key in card.sources]
    return {
        "source_texts": [{"id": one.id, "text": _cited(one)} for one in sources],
        "reference_texts": [{"id": one.id, "text": one.label} for one in cited],
        "errata_texts": [
            {"id": one.id, "text": f"{one.label} ({one.place}; {one.severity}; {one.certainty})"}
            for one in errata.values()
        ],
    }


def _cited(source: Any) -> str:  # noqa: ANN401  a Source; its module is not loaded with the command line
    title = f" {source.title}." if source.title else ""
    doi = f" doi:{source.doi}" if source.doi else ""
    return f"{source.label}.{title}{doi}"


def _lines(node: Any, key: str = "") -> list[tuple[str, str]]:  # noqa: ANN401  a card holds anything
    """Return the leaves of a card with their dotted keys; a list of words is one line."""
    if isinstance(node, Mapping):
        return [line for name, value in node.items() for line in _lines(value, f"{key}.{name}".lstrip("."))]
    if isinstance(node, list | tuple):
        if all(not isinstance(part, Mapping | list | tuple) for part in node):
            return [(key, ", ".join(str(part) for part in node))] if node else []
        return [line for i, part in enumerate(node, 1) for line in _lines(part, f"{key}[{i}]")]
    return [(key, str(node))]


def _console() -> Any:  # noqa: ANN401  rich is loaded with the first table
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)


# --- numbers ---------------------------------------------------------------------------------------------


def span(measure: "Measure | None") -> dict[str, float] | None:
    """Return a reported number or range as programs read it, in the unit of its key."""
    return None if measure is None else {"low": measure.low, "high": measure.high}


def line(reported: "Line | None") -> dict[str, Any] | None:
    """Return a line of a spectrum as programs read it [nm]."""
    if reported is None:
        return None
    low, high = (limit.value for limit in reported.range)
    return {"low": low, "high": high, "as_printed": reported.as_printed}


def nm(reported: "Line | None") -> str:
    """Write a line of a spectrum for people."""
    if reported is None:
        return SILENT
    low, high = (limit.value for limit in reported.range)
    number = f"{low:g} nm" if low == high else f"{low:g}–{high:g} nm"
    return f"{number} ({reported.as_printed})" if reported.as_printed else number


def measure_of(card: Any, field: str) -> "Measure | None":  # noqa: ANN401  any kind
    """Return what a card says under a field of numbers, None where it says nothing."""
    facet = card.facets().get(field, ())
    return facet[0] if facet else None


def celsius(measure: "Measure | None") -> str:
    """Write temperatures [K] for people."""
    if measure is None:
        return SILENT
    low, high = (f"{limit - 273.15:.4g}" for limit in (measure.low, measure.high))
    return f"{low} °C" if low == high else f"{low}–{high} °C"


def amount(constant: Any) -> str:  # noqa: ANN401  a Constant or None
    """Write a constant of a card for people, with its range and how far it has been checked."""
    if constant is None:
        return SILENT
    reach = f" ({constant.range[0]} to {constant.range[1]})" if constant.range else ""
    return f"{constant.value.replace('degC', '°C')}{reach.replace('degC', '°C')}"


def parent(constant: Any) -> str:  # noqa: ANN401  a Constant or None
    """Write where a constant comes from."""
    if constant is None:
        return ""
    place = f", {constant.place}" if constant.place else ""
    grounds = f"{constant.source}{place}" if constant.source else constant.because
    return f"{grounds} [{constant.mark}]"
