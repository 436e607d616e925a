"""`aliquot cite`: what a recipe, a result or a card stands on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.knowledge.base import Base
    from aliquot.knowledge.citations import Citations


def cite(
    things: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE|RUN|CARD",
            help="A recipe (a file, or its name in the book), what a command printed with --json, or a card.",
        ),
    ],
    bibtex: Annotated[bool, typer.Option("--bibtex", help="Print BibTeX alone.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema cite/1.")] = False,
) -> None:
    """Print what to cite: sentences, then BibTeX, with the errors located in each source.

    Of a recipe that is its sources and those of the numbers behind its reagents and its material. A name that
    is several things cites them all; write KIND:NAME for one of them.

    \b
    Examples:
      aliquot cite inp_wang2023
      aliquot cite my-recipe.yaml run.json --bibtex > cited.bib
      aliquot cite InAs reagents:TMSP E041 gazis2023:75 --json
    """
    from aliquot.knowledge.base import base
    from aliquot.knowledge.citations import citations

    cards = base()
    cited = [one for thing in dict.fromkeys(things) for one in _gather(cards, thing)]
    found = citations(
        cards,
        (key for one in cited for key in one.keys),
        (key for one in cited for key in one.errata),
    )
    notes = [
        *_doubles(cited),
        *_sourceless(cited),
        *(f"{key} is the same paper as {kept}." for key, kept in found.same.items()),
    ]
    if json:
        output.print_json("cite", as_json(cited, found, notes))
    elif bibtex:
        typer.echo(found.bibtex, nl=False)
        for note in notes:
            typer.echo(f"aliquot: {note}", err=True)
    else:
        _show(cited, found, notes)


@dataclass(frozen=True, slots=True)
class Cited:
    """One thing that was asked for, and what it stands on."""

    given: str
    """As it was asked for."""
    kind: str
    """'recipe', 'run', or the kind of the card."""
    name: str
    """Its name."""
    keys: tuple[str, ...]
    """Keys of the bibliography, or of a paper's own list."""
    errata: tuple[str, ...]
    """Located errors that it touches."""


def as_json(cited: list[Cited], found: "Citations", notes: list[str]) -> dict[str, Any]:
    """Return what is cited as the contract writes it."""
    from aliquot.knowledge.citations import bibtex, prose

    return {
        "of": [{"given": one.given, "kind": one.kind, "name": one.name} for one in cited],
        "citations": [
            {
                "key": source.id,
                "prose": prose(source),
                "bibtex": bibtex(source),
                "doi": source.doi,
                "located_errors": len(found.located.get(source.id, ())),
            }
            for source in found.sources
        ],
        "errata": [
            {
                "id": erratum.id,
                "source": erratum.source,
                "place": erratum.place,
                "printed": erratum.printed,
                "correction": erratum.correction,
            }
            for erratum in found.errata
        ],
        "notes": notes,
    }


def _gather(cards: "Base", thing: str) -> list[Cited]:
    """Return what a word names: a file, or every card and recipe of that name."""
    of_series = thing.rpartition(":")[0]  # 'file.yaml:name' is one recipe of a file of several
    if Path(thing).is_file() or (of_series and Path(of_series).is_file()):
        return [_file(cards, thing)]
    kind, _, name = thing.partition(":")
    kinds = _kinds()
    if name and kind.casefold() in kinds:
        return [_named(cards, kinds[kind.casefold()], name, thing)]
    found = [_named(cards, kind, name, thing) for kind, name in _matches(cards, thing)]
    if not found:
        raise _unknown(cards, thing)
    return found


def _kinds() -> dict[str, str]:
    """Return the kinds of cards by their plural and singular, and the recipes."""
    from aliquot.knowledge.base import KINDS

    kinds: dict[str, str] = {}
    for kind in (*KINDS, "recipes"):
        singular = f"{kind[:-3]}y" if kind.endswith("ies") else kind.removesuffix("s")
        kinds |= {kind: kind, singular: kind}
    return {**kinds, "erratum": "errata"}


def _matches(cards: "Base", word: str) -> list[tuple[str, str]]:
    """Return kind and name of everything that has a name; an exact name hides aliases of others."""
    from aliquot.knowledge.base import KINDS
    from aliquot.recipe import recipe_names, series_names

    exact = [("recipes", word)] if word in (*recipe_names(), *series_names()) else []
    exact += [(kind, word) for kind in KINDS if word in cards.cards(kind)]
    if exact:
        return exact
    return [
        (kind, card.id)
        for kind in KINDS
        for card in cards.cards(kind).values()
        if word.casefold() in (name.casefold() for name in card.names)
    ]


def _named(cards: "Base", kind: str, name: str, given: str) -> Cited:
    """Return what a card, or a recipe or series of the book, stands on."""
    from aliquot.recipe import recipe_book, recipe_names

    if kind == "recipes":
        recipe_book(name)  # a name that is none is told with the nearest
        series = [known for known in recipe_names() if known.startswith(f"{name}:")]
        return _together([_recipe(cards, one, given) for one in series or [name]], name)
    card = cards.card(kind, name)
    keys = (card.id,) if kind == "references" else (*card.sources, *_printed(cards, card))
    errata = (card.id,) if kind == "errata" else getattr(card, "errata", ())
    touching = (erratum.id for erratum in cards.errata_of(kind, card.id))
    return Cited(given, kind, card.id, keys, tuple(dict.fromkeys((*errata, *touching))))


def _printed(cards: "Base", card: Any) -> Iterator[str]:  # noqa: ANN401  a card of any kind
    """Yield the entries of its source's own list that a card rests on."""
    numbers = (*getattr(card, "references", ()), *(f.reference for f in getattr(card, "figures", ())))
    for number in dict.fromkeys(numbers):
        key = f"{getattr(card, 'source', None)}:{number}"
        if key in cards.cards("references"):
            yield key


def _file(cards: "Base", given: str) -> Cited:
    """Return what a recipe, or what a command printed, stands on; the content decides which it is."""
    path = Path(given)
    try:
        with path.open("rb") as file:
            start = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    except OSError:
        start = b""  # the reader of recipes will say why
    return _run(path, given) if start.startswith((b"{", b"[")) else _recipe(cards, given, given)


def _recipe(cards: "Base", name: str, given: str) -> Cited:
    """Return what a recipe stands on: its sources, and those of the numbers behind what is dosed and made."""
    from aliquot.knowledge.records import Constant
    from aliquot.recipe import open_recipe

    recipe = open_recipe(name)
    keys = list(recipe.sources)
    used = [("reagents", dose.reagent) for dose in recipe.doses] + [("materials", recipe.material)]
    for card in (cards.cards(kind).get(name) for kind, name in dict.fromkeys(used)):
        numbers = () if card is None else (getattr(card, field) for field in type(card).model_fields)
        keys += [number.source for number in numbers if isinstance(number, Constant) and number.source]
    # An error may touch all recipes of a series.
    touching = (
        erratum.id
        for target in dict.fromkeys((recipe.id, name.partition(":")[0]))
        for erratum in cards.errata_of("recipes", target)
    )
    errata = tuple(dict.fromkeys((*recipe.errata, *touching)))
    return Cited(given, "recipes", recipe.id, tuple(dict.fromkeys(keys)), errata)


def _together(recipes: list[Cited], name: str) -> Cited:
    """Return the recipes of a series as one thing to cite, a single one as it is."""
    if len(recipes) == 1:
        return recipes[0]
    keys = dict.fromkeys(key for recipe in recipes for key in recipe.keys)
    errata = dict.fromkeys(key for recipe in recipes for key in recipe.errata)
    return Cited(recipes[0].given, "recipes", name, tuple(keys), tuple(errata))


def _run(path: Path, given: str) -> Cited:
    """Return what is cited in the JSON that a command printed."""
    import json

    from aliquot.errors import InputError, Where

    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, OSError) as fault:
        raise InputError(
            given=f"the file '{path}'",
            expected="what a command printed with --json",
            why=f"it can not be read ({fault})",
            remedy="Write it anew, such as with: aliquot simulate RECIPE --json > run.json",
            where=Where(path.name),
        ) from None
    keys = tuple(dict.fromkeys(_listed(content, "citations", "key")))
    if not keys:
        failed = isinstance(content, dict) and "error" in content
        raise InputError(
            given="a command that failed" if failed else "JSON without 'citations'",
            expected="what a command printed with --json",
            why="only 'citations' tells what a result stands on",
            remedy="Run the command again and keep what it prints.",
            where=Where(path.name),
        )
    schema = str(content.get("schema", "")) if isinstance(content, dict) else ""
    name = f"{path.name} ({schema})" if schema else path.name
    return Cited(given, "run", name, keys, tuple(dict.fromkeys(_listed(content, "errata", "id"))))


def _listed(node: Any, field: str, key: str) -> Iterator[str]:  # noqa: ANN401  JSON holds anything
    """Yield the names in every list of a field, wherever it stands."""
    if isinstance(node, list):
        for inner in node:
            yield from _listed(inner, field, key)
    elif isinstance(node, dict):
        for name, inner in node.items():
            if name == field and isinstance(inner, list):
                named = (part.get(key) if isinstance(part, dict) else part for part in inner)
                yield from (word for word in named if isinstance(word, str))
            else:
                yield from _listed(inner, field, key)


def _unknown(cards: "Base", thing: str) -> Exception:
    """Return the error for a word that names nothing, with the nearest names."""
    from rapidfuzz import process

    from aliquot.errors import InputError, Where, suggestion
    from aliquot.knowledge.base import KINDS
    from aliquot.recipe import recipe_names

    known = [
        *recipe_names(),
        *(name for kind in KINDS for c in cards.cards(kind).values() for name in c.names),
    ]
    lower = {name.casefold(): name for name in reversed(known)}
    close = process.extract(thing.casefold(), lower.keys(), limit=5, score_cutoff=60)
    near = [lower[match] for match, _, _ in close]
    return InputError(
        given=f"'{thing}'",
        expected="a recipe, a file that a command printed with --json, or a card",
        why="no file, recipe or card has that name",
        remedy=suggestion(thing, near) if near else "Check the name; a file needs its folder too.",
        where=Where("command line"),
    )


def _doubles(cited: list[Cited]) -> Iterator[str]:
    """Yield a sentence for each word that named several things."""
    for given in dict.fromkeys(one.given for one in cited):
        kinds = [f"{one.kind}:{one.name}" for one in cited if one.given == given]
        if len(kinds) > 1:
            yield f"'{given}' is {' and '.join(kinds)}; all are cited. Name one to cite it alone."


def _sourceless(cited: list[Cited]) -> Iterator[str]:
    """Yield a sentence for each thing that stands on nothing printed."""
    for one in cited:
        if not one.keys:
            yield f"{one.kind}:{one.name} names no source: its numbers are common knowledge or our estimates."


def _show(cited: list[Cited], found: "Citations", notes: list[str]) -> None:
    """Print sentences, doubts, then BibTeX."""
    from aliquot.knowledge.citations import prose

    one_of = {"recipes": "this recipe", "run": "this result"}
    what = one_of.get(cited[0].kind, "this card") if len(cited) == 1 else "what you asked for"
    for source in found.sources:
        typer.echo(f"[{source.id}] {prose(source)}")
        warning = found.warning(source.id, what)
        if warning is not None:
            typer.echo(f"    {warning}.")
    for note in notes:
        typer.echo(f"Note: {note}")
    if found.sources:
        typer.echo(f"\n{found.bibtex}", nl=False)
