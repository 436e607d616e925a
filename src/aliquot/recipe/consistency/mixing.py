"""What is poured into what: every dose once, nothing lost, no mixture without a volume."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from aliquot.errors import CardError, RecipeError
from aliquot.knowledge import store
from aliquot.knowledge.document import Document
from aliquot.recipe.consistency.sayer import Key, Sayer
from aliquot.recipe.grammar import BatchFile, FlowFile, Solution
from aliquot.recipe.record import Solution as MadeSolution
from aliquot.units import Quantity

Use = tuple[Key, str, Quantity | None]
"""Where something is poured, what, and how much of it; None for all."""


def faults_of_mixing(recipe: FlowFile | BatchFile, say: Sayer) -> Iterator[RecipeError]:
    """Yield contradictions about mixtures and what becomes of them."""
    uses = list(_uses(recipe))
    yield from _unknown(recipe, uses, say)
    yield from _twice(uses, say)
    yield from _lost(recipe, uses, say)
    yield from _dry(recipe, say)


def overdrawn(
    recipe: FlowFile | BatchFile, solutions: Mapping[str, MadeSolution], document: Document
) -> Iterator[RecipeError]:
    """Yield a fault for every solution of which more is used than there is.

    Args:
        recipe: The file, as its grammar reads it.
        solutions: Its solutions as they are made.
        document: The same file, for the places.
    """
    say = Sayer(document)
    used: dict[str, float] = {}
    for path, part, volume in _uses(recipe):
        made = solutions.get(part)
        if made is None or volume is None or made.undosed:
            continue
        used[part] = used.get(part, 0.0) + volume.value
        if used[part] > made.volume * (1.0 + 1e-9):
            yield say(
                path,
                given=f"{used[part] * 1e6:.4g} mL of '{part}' in all",
                expected=f"at most the {made.volume * 1e6:.4g} mL that are made",
                why="nothing can be poured that is not there",
                remedy="Make more of it, or use less.",
            )


def poured(recipe: FlowFile | BatchFile, name: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the keys of the reagents in a solution, those of solutions in it included."""
    solution = recipe.solutions.get(name)
    if solution is None or name in seen:  # a circle is told as a solution that is not made before
        return frozenset()
    found: set[str] = set()
    for part, _ in _parts(solution):
        found |= poured(recipe, part, seen | {name}) if part in recipe.solutions else {part}
    return frozenset(found)


def _parts(solution: Solution) -> Iterator[tuple[str, Quantity | None]]:
    for item in solution.of:
        yield from [(item, None)] if isinstance(item, str) else item.items()


def _uses(recipe: FlowFile | BatchFile) -> Iterator[Use]:
    """Yield every place where something is poured."""
    for name, mixture in recipe.solutions.items():
        for index, (part, volume) in enumerate(_parts(mixture)):
            yield ("solutions", name, "of", index), part, volume
    if isinstance(recipe, FlowFile):
        yield ("flow", "feed"), recipe.flow.feed, None
        for index, zone in enumerate(recipe.tube.zones):
            if zone.inlet is not None:
                yield ("tube", "zones", index, "inlet"), zone.inlet, None
    else:
        for index, step in enumerate(recipe.steps):
            for place, (part, volume) in enumerate(step.moved):
                yield ("steps", index, step.told[0], "what", place), part, volume


def _unknown(recipe: FlowFile | BatchFile, uses: Iterable[Use], say: Sayer) -> Iterator[RecipeError]:
    earlier: dict[str, int] = {name: index for index, name in enumerate(recipe.solutions)}
    for path, part, volume in uses:
        mixed = path[0] == "solutions"
        known = {*recipe.reagents, *recipe.solutions}
        if mixed:
            known = {*recipe.reagents, *list(recipe.solutions)[: earlier[str(path[1])]]}
        if path[0] in {"flow", "tube"}:
            continue  # told with the tube
        if part not in known:
            yield say.unknown(path, part, "reagent of this recipe, or solution made before", known)
        elif volume is not None and part in recipe.reagents:
            yield say(
                path,
                given=f"'{volume}' of the dose '{part}'",
                expected="all of a dose, or a portion of a solution",
                why="a dose is what was measured out for one purpose",
                remedy="Give each portion its own key under 'reagents', or make a solution of it.",
            )


def _twice(uses: Iterable[Use], say: Sayer) -> Iterator[RecipeError]:
    places = Counter(part for _, part, _ in uses)
    whole = {part for _, part, volume in uses if volume is None}
    for path, part, _ in uses:
        if part in whole and places[part] > 1:
            yield say(
                path,
                given=f"'{part}' in {places[part]} places",
                expected="all of it in one place, once, or portions of a solution with their volumes",
                why="one dose can not be poured twice",
                remedy="Give each portion its own key under 'reagents', with its own dose, or its volume.",
            )


def _lost(recipe: FlowFile | BatchFile, uses: Iterable[Use], say: Sayer) -> Iterator[RecipeError]:
    used = {part for _, part, _ in uses}
    places = "solution" if isinstance(recipe, FlowFile) else "solution or step"
    if not used <= {*recipe.reagents, *recipe.solutions}:
        return  # a misspelt name is one fault, and has been told
    kinds = (("reagents", "reagent", recipe.reagents), ("solutions", "solution", recipe.solutions))
    for section, kind, names in kinds:
        for name in names:
            if name not in used:
                yield say(
                    (section, name),
                    given=f"the {kind} '{name}', in no {places}",
                    expected=f"every {kind} in a solution or in what is done",
                    why="what is dosed and not mixed would be silently lost",
                    remedy=f"Use '{name}', or remove it.",
                )


def _dry(recipe: FlowFile | BatchFile, say: Sayer) -> Iterator[RecipeError]:
    """Yield mixtures of solids alone without a stated volume."""
    for name, mixture in recipe.solutions.items():
        parts = [recipe.reagents.get(part) for part, _ in _parts(mixture)]
        try:
            solid = [
                part is not None
                and part.is_ is not None
                and part.dose is not None
                and part.dose.unit != "m3"
                and store.reagent(part.is_).state == "solid"
                for part in parts
            ]
        except CardError:
            continue  # told with the reagents
        if mixture.volume is None and all(solid):
            yield say(
                ("solutions", name),
                given=f"the solution '{name}' of solids alone",
                expected="a liquid in it, or its volume",
                why="without a volume there is no concentration",
                remedy="Add the solvent with its dose, or state 'volume: 48.1 mL' for the mixture.",
            )
