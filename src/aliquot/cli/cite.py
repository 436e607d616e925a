"""`aliquot cite`: what a recipe, a result or a card stands on."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output
from aliquot.cli.cited import Cited, is_file, looks_like_a_file, no_file, printed

if TYPE_CHECKING:
    from aliquot.knowledge.base import Base
    from aliquot.knowledge.citations import Citations
    from aliquot.recipe import Recipe


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

    Of a recipe that is its sources, those of the numbers behind its reagents and its material, and what the
    recipes stand on whose products it uses. A name that is several things cites them all; write KIND:NAME for
    one of them. A paper of the bibliography is found by its DOI too.

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
        *(note for one in cited for note in one.notes),
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
    if is_file(thing):
        return [printed(thing) or _recipe(cards, thing, thing)]
    kind, _, name = thing.partition(":")
    kinds = _kinds()
    if name and kind.casefold() in kinds:
        return [_named(cards, kinds[kind.casefold()], name, thing)]
    found = [_named(cards, kind, name, thing) for kind, name in _matches(cards, thing)]
    if not found:
        raise no_file(thing) if looks_like_a_file(thing) else _unknown(cards, thing)
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

    word = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)(?=10\.)", "", word, flags=re.IGNORECASE)
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


def _recipe(cards: "Base", name: str, given: str, above: tuple[str, ...] = ()) -> Cited:
    """Return what a recipe stands on: its sources, those of the numbers behind it, and those of its seeds."""
    from aliquot.knowledge.records import Constant
    from aliquot.recipe import read_recipe

    recipe = read_recipe(name)
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
    own = Cited(given, "recipes", recipe.id, tuple(dict.fromkeys(keys)), errata)
    return _together([own, *_seeds(cards, recipe, name, (*above, name))], recipe.id)


def _seeds(cards: "Base", recipe: "Recipe", name: str, above: tuple[str, ...]) -> Iterator[Cited]:
    """Yield what the recipes stand on whose products a recipe uses: beside its file, or in the book.

    Args:
        cards: The cards.
        recipe: The recipe.
        name: Its name, or its file.
        above: Names of the recipes that led here, itself included.
    """
    from aliquot.knowledge.store import find_reagent
    from aliquot.recipe import recipe_names

    made = [dose.product for dose in recipe.doses if dose.product is not None]
    made += [product for product in recipe.undosed.values() if find_reagent(product) is None]
    for product in dict.fromkeys(made):
        beside = str(Path(name).parent / product)
        if is_file(name) and is_file(beside):
            found = [beside]
        else:
            found = [one for one in recipe_names() if one == product or one.startswith(f"{product}:")]
        yield from (_recipe(cards, one, one, above) for one in found if one not in above)
        if not found:
            note = f"{recipe.id} uses the product of '{product}', which is no recipe of the book and no file "
            note += "beside it: what it stands on is not cited."
            yield Cited(name, "recipes", product, (), (), (note,))


def _together(recipes: list[Cited], name: str) -> Cited:
    """Return several recipes as one thing to cite, each key once, a single one as it is."""
    if len(recipes) == 1:
        return recipes[0]
    keys = dict.fromkeys(key for recipe in recipes for key in recipe.keys)
    errata = dict.fromkeys(key for recipe in recipes for key in recipe.errata)
    notes = dict.fromkeys(note for recipe in recipes for note in recipe.notes)
    return Cited(recipes[0].given, "recipes", name, tuple(keys), tuple(errata), tuple(notes))


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
