"""What the keys of any recipe say about each other: cards, checks, assumptions."""

from collections.abc import Iterator

from aliquot.errors import CardError, RecipeError
from aliquot.knowledge import store
from aliquot.recipe.arithmetic import needs_density
from aliquot.recipe.consistency.mixing import poured
from aliquot.recipe.consistency.sayer import Key, Sayer
from aliquot.recipe.grammar import BatchFile, FlowFile


def faults_of_any(recipe: FlowFile | BatchFile, say: Sayer) -> Iterator[RecipeError]:
    """Yield contradictions that any recipe can have."""
    for rule in (_cards, _reagents, _observe, _assumed, _checks):
        yield from rule(recipe, say)


def _cards(recipe: FlowFile | BatchFile, say: Sayer) -> Iterator[RecipeError]:
    yield from say.missing_card(("material",), store.material, recipe.material)
    if recipe.shell is not None:
        yield from say.missing_card(("shell",), store.material, recipe.shell)
    for index, key in enumerate(recipe.source):
        yield from say.missing_card(("source", index), store.source, key)
    for index, key in enumerate(recipe.errata):
        yield from say.missing_card(("errata", index), store.erratum, key)


def _reagents(recipe: FlowFile | BatchFile, say: Sayer) -> Iterator[RecipeError]:
    for key, part in recipe.reagents.items():
        if part.in_ is not None:
            yield from say.missing_card(("reagents", key, "in"), store.reagent, part.in_)
        if part.is_ is None:
            continue
        unknown = list(say.missing_card(("reagents", key, "is"), store.reagent, part.is_))
        yield from unknown
        if unknown or part.dose is None or part.concentration is not None:
            continue
        if needs_density(part.dose, store.reagent(part.is_)):
            yield say(
                ("reagents", key, "dose"),
                given=f"'{part.dose}' of {part.is_}",
                expected="a mass or moles, or a card with a density",
                why=f"the card of {part.is_} has no density, so moles do not follow from a volume",
                remedy="Give the mass that was dosed, or add the density to the card with its source.",
            )


def _observe(recipe: FlowFile | BatchFile, say: Sayer) -> Iterator[RecipeError]:
    if recipe.observe is None:
        return
    yield from say.missing_card(("observe", "medium"), store.solvent, recipe.observe.medium)
    low, high = recipe.observe.window
    if not 0.0 < low.value < high.value:
        yield say(
            ("observe", "window"),
            given=f"[{low}, {high}]",
            expected="the shorter wavelength, then the longer",
            why="a spectrum needs a width",
            remedy="Write 'window: [400 nm, 900 nm]'.",
        )


def _assumed(recipe: FlowFile | BatchFile, say: Sayer) -> Iterator[RecipeError]:
    for dotted in recipe.assumed:
        if say.document.where(dotted.split(".")).key != dotted:
            yield say(
                ("assumed", dotted),
                given=f"'{dotted}'",
                expected="the dotted key of a value in this file",
                why="nothing stands under that key",
                remedy="Write it as 'tube.inlet_temperature'.",
            )


def _checks(recipe: FlowFile | BatchFile, say: Sayer) -> Iterator[RecipeError]:
    present = _present(recipe)
    for key in recipe.checks.amounts:
        if key not in recipe.reagents and next(say.missing_card((), store.reagent, key), None) is not None:
            yield say.unknown(("checks", "amounts", key), key, "reagent of this recipe", recipe.reagents)
    for name in recipe.checks.concentrations:
        yield from _in_mixture(("checks", "concentrations", name), name, present, say)
    for pair in recipe.checks.ratios:
        names = pair.split("/")
        if len(names) != 2:
            yield say(
                ("checks", "ratios", pair),
                given=f"'{pair}'",
                expected="two reagents, such as 'PDEA/InCl3'",
                why="a ratio has a numerator and a denominator",
                remedy="Separate two cards or aliases by '/'.",
            )
        else:
            for name in names:
                yield from _in_mixture(("checks", "ratios", pair), name.strip(), present, say)


def _present(recipe: FlowFile | BatchFile) -> dict[str, str]:
    """Return name, alias and card of every dosed reagent in the feed, or in the flask."""
    keys = poured(recipe, recipe.flow.feed) if isinstance(recipe, FlowFile) else frozenset(recipe.reagents)
    present: dict[str, str] = {}
    for key in keys:
        part = recipe.reagents.get(key)
        if part is None or part.is_ is None or part.dose is None:
            continue
        try:
            card = store.reagent(part.is_)
        except CardError:
            continue  # told above
        present |= dict.fromkeys(card.names, card.id)
    return present


def _in_mixture(path: Key, name: str, present: dict[str, str], say: Sayer) -> Iterator[RecipeError]:
    if name not in present:
        yield say.unknown(path, name, "reagent in the feed or flask", present)
