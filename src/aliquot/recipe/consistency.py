"""What the keys of a recipe say about each other: every contradiction, with its line."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import isclose

from aliquot.errors import CardError, RecipeError, suggestion
from aliquot.knowledge import store
from aliquot.knowledge.document import Document
from aliquot.recipe.arithmetic import needs_density
from aliquot.recipe.grammar import RecipeFile

Key = Sequence[str | int]
"""Path of a key in the file."""


def faults(recipe: RecipeFile, document: Document) -> Iterator[RecipeError]:
    """Yield every contradiction in a recipe that keeps to the grammar.

    Args:
        recipe: The file, as its grammar reads it.
        document: The same file, for the places.

    Yields:
        One error for each fault, with file, line and key.
    """
    say = Sayer(document)
    for rule in (_cards, _reagents, _solutions, _tube, _samples, _observe, _assumed, _checks):
        yield from rule(recipe, say)


class Sayer:
    """Words faults of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def __call__(self, path: Key, *, given: str, expected: str, why: str, remedy: str) -> RecipeError:
        """Return a fault at a place."""
        return RecipeError(
            given=given, expected=expected, why=why, remedy=remedy, where=self.document.where(path)
        )

    def unknown(self, path: Key, word: str, kind: str, known: Iterable[str]) -> RecipeError:
        """Return the fault of a name that nothing has."""
        return self(
            path,
            given=f"'{word}'",
            expected=f"the name of a {kind}",
            why=f"no {kind} has that name",
            remedy=suggestion(word, known),
        )

    def missing_card(self, path: Key, look_up: Callable[[str], object], word: str) -> Iterator[RecipeError]:
        """Yield a fault if the knowledge base has no card of that name."""
        try:
            look_up(word)
        except CardError as error:
            yield self(path, given=error.given, expected=error.expected, why=error.why, remedy=error.remedy)

    def repeated(self, words: Iterable[tuple[Key, str]], kind: str) -> Iterator[RecipeError]:
        """Yield a fault for every name after its first use."""
        seen: set[str] = set()
        for path, word in words:
            if word in seen:
                yield self(
                    path,
                    given=f"'{word}' for the second time",
                    expected=f"another name for every {kind}",
                    why="results are told apart by their names",
                    remedy=f"Rename this {kind}, or remove it if it is the same.",
                )
            seen.add(word)


def _cards(recipe: RecipeFile, say: Sayer) -> Iterator[RecipeError]:
    yield from say.missing_card(("material",), store.material, recipe.material)
    for index, key in enumerate(recipe.source):
        yield from say.missing_card(("source", index), store.source, key)
    for index, key in enumerate(recipe.errata):
        yield from say.missing_card(("errata", index), store.erratum, key)


def _reagents(recipe: RecipeFile, say: Sayer) -> Iterator[RecipeError]:
    for key, part in recipe.reagents.items():
        unknown = list(say.missing_card(("reagents", key, "is"), store.reagent, part.is_))
        yield from unknown
        if not unknown and needs_density(part.dose, store.reagent(part.is_)):
            yield say(
                ("reagents", key, "dose"),
                given=f"'{part.dose}' of {part.is_}",
                expected="a mass or moles, or a card with a density",
                why=f"the card of {part.is_} has no density, so moles do not follow from a volume",
                remedy="Give the mass that was dosed, or add the density to the card with its source.",
            )


def _solutions(recipe: RecipeFile, say: Sayer) -> Iterator[RecipeError]:
    uses = Counter(key for mixture in recipe.solutions.values() for key in mixture.of)
    for name, mixture in recipe.solutions.items():
        for index, key in enumerate(mixture.of):
            if key not in recipe.reagents:
                yield say.unknown(
                    ("solutions", name, "of", index), key, "reagent of this recipe", recipe.reagents
                )
            elif uses[key] > 1:
                yield say(
                    ("solutions", name, "of", index),
                    given=f"'{key}' in {uses[key]} places",
                    expected="every dose in one solution, once",
                    why="one dose can not be poured twice",
                    remedy="Give each portion its own key under 'reagents', with its own dose.",
                )
    for key in recipe.reagents:
        if key not in uses:
            yield say(
                ("reagents", key),
                given=f"the reagent '{key}', in no solution",
                expected="every reagent in a solution",
                why="what is dosed and not mixed would be silently lost",
                remedy=f"Add '{key}' to 'of' of a solution, or remove it.",
            )
    if recipe.flow.feed not in recipe.solutions:
        yield say.unknown(("flow", "feed"), recipe.flow.feed, "solution of this recipe", recipe.solutions)
    yield from _dry(recipe, say)


def _dry(recipe: RecipeFile, say: Sayer) -> Iterator[RecipeError]:
    """Yield mixtures of solids alone without a stated volume."""
    for name, mixture in recipe.solutions.items():
        try:
            parts = [
                (recipe.reagents[key].dose, store.reagent(recipe.reagents[key].is_)) for key in mixture.of
            ]
        except (KeyError, CardError):
            continue  # told above
        if mixture.volume is None and all(
            card.state == "solid" and dose.unit != "m3" for dose, card in parts
        ):
            yield say(
                ("solutions", name),
                given=f"the solution '{name}' of solids alone",
                expected="a liquid in it, or its volume",
                why="without a volume there is no concentration",
                remedy="Add the solvent with its dose, or state 'volume: 48.1 mL' for the mixture.",
            )


def _tube(recipe: RecipeFile, say: Sayer) -> Iterator[RecipeError]:
    tube = recipe.tube
    paths = [("tube", "zones", index, "name") for index in range(len(tube.zones))]
    yield from say.repeated(zip(paths, (zone.name for zone in tube.zones), strict=True), "zone")
    total = sum(zone.length.value for zone in tube.zones)
    if not isclose(total, tube.length.value, rel_tol=1e-6):
        yield say(
            ("tube", "length"),
            given=f"'{tube.length}', and zones of {total:.6g} m together",
            expected="zones that add up to the length of the tube",
            why="every stretch of the tube needs a temperature",
            remedy="Correct the length of the tube or of a zone; an unheated stretch is a zone, too.",
        )


def _samples(recipe: RecipeFile, say: Sayer) -> Iterator[RecipeError]:
    zones = [zone.name for zone in recipe.tube.zones]
    yield from _zones_known(recipe.flow.temperatures, ("flow", "temperatures"), zones, say)
    paths = [("samples", index, "name") for index in range(len(recipe.samples))]
    yield from say.repeated(zip(paths, (part.name for part in recipe.samples), strict=True), "sample")
    for index, part in enumerate(recipe.samples):
        yield from _zones_known(part.temperatures, ("samples", index, "temperatures"), zones, say)
        if part.flow is None and recipe.flow.rate is None:
            yield say(
                ("samples", index),
                given=f"the sample '{part.name}' without a flow",
                expected="'flow' of the sample, or 'rate' under 'flow' for all",
                why="the flow decides how long it reacts",
                remedy="Add 'flow: 0.1 mL/min'.",
            )
        for zone in zones:
            if zone not in part.temperatures and zone not in recipe.flow.temperatures:
                yield say(
                    ("samples", index),
                    given=f"the sample '{part.name}' without a temperature of zone '{zone}'",
                    expected="a temperature of every zone",
                    why="nothing may be assumed in its place",
                    remedy=f"Add 'temperatures: {{{zone}: 200 degC}}' to it, or under 'flow' for all.",
                )


def _zones_known(given: Iterable[str], path: Key, zones: list[str], say: Sayer) -> Iterator[RecipeError]:
    for zone in given:
        if zone not in zones:
            yield say.unknown((*path, zone), zone, "zone of the tube", zones)


def _observe(recipe: RecipeFile, say: Sayer) -> Iterator[RecipeError]:
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


def _assumed(recipe: RecipeFile, say: Sayer) -> Iterator[RecipeError]:
    for dotted in recipe.assumed:
        if say.document.where(dotted.split(".")).key != dotted:
            yield say(
                ("assumed", dotted),
                given=f"'{dotted}'",
                expected="the dotted key of a value in this file",
                why="nothing stands under that key",
                remedy="Write it as 'tube.inlet_temperature'.",
            )


def _checks(recipe: RecipeFile, say: Sayer) -> Iterator[RecipeError]:
    for key in recipe.checks.amounts:
        if key not in recipe.reagents:
            yield say.unknown(("checks", "amounts", key), key, "reagent of this recipe", recipe.reagents)
    fed = _fed(recipe)
    for name in recipe.checks.concentrations:
        yield from _in_feed(("checks", "concentrations", name), name, fed, say)
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
                yield from _in_feed(("checks", "ratios", pair), name.strip(), fed, say)


def _fed(recipe: RecipeFile) -> dict[str, str]:
    """Return name, alias and card of every reagent in the feed."""
    mixture = recipe.solutions.get(recipe.flow.feed)
    keys = mixture.of if mixture else ()
    fed: dict[str, str] = {}
    for key in keys:
        try:
            card = store.reagent(recipe.reagents[key].is_)
        except (KeyError, CardError):
            continue  # told above
        fed |= dict.fromkeys((card.id, *card.aliases), card.id)
    return fed


def _in_feed(path: Key, name: str, fed: dict[str, str], say: Sayer) -> Iterator[RecipeError]:
    if name not in fed:
        yield say.unknown(path, name, "reagent in the feed", fed)
