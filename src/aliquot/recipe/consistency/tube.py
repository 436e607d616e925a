"""What the keys of a flow recipe say about each other."""

from collections.abc import Iterable, Iterator
from math import isclose

from aliquot.errors import RecipeError
from aliquot.recipe.consistency.sayer import Key, Sayer
from aliquot.recipe.grammar import FlowFile


def faults_of_flow(recipe: FlowFile, say: Sayer) -> Iterator[RecipeError]:
    """Yield contradictions about tube, flow and samples."""
    yield from _feed(recipe, say)
    yield from _tube(recipe, say)
    yield from _side(recipe, say)
    yield from _samples(recipe, say)


def _feed(recipe: FlowFile, say: Sayer) -> Iterator[RecipeError]:
    if recipe.flow.feed not in recipe.solutions:
        yield say.unknown(("flow", "feed"), recipe.flow.feed, "solution of this recipe", recipe.solutions)


def _side(recipe: FlowFile, say: Sayer) -> Iterator[RecipeError]:
    """Yield faults of what joins the stream on its way."""
    joining = {zone.inlet: index for index, zone in enumerate(recipe.tube.zones) if zone.inlet is not None}
    for name, index in joining.items():
        if name not in recipe.solutions:
            path = ("tube", "zones", index, "inlet")
            yield say.unknown(path, name, "solution of this recipe", recipe.solutions)
        for number, sample in enumerate(recipe.samples):
            if name not in recipe.flow.side and name not in sample.side:
                yield say(
                    ("samples", number),
                    given=f"the sample '{sample.name}' without a flow of '{name}'",
                    expected="a flow of every solution that joins the stream",
                    why="it decides how far the stream is diluted, and for how long it reacts",
                    remedy=f"Add 'side: {{{name}: 0.03 mL/min}}' to it, or under 'flow' for all.",
                )
    paths: list[tuple[Key, str]] = [(("flow", "side", name), name) for name in recipe.flow.side]
    for i, part in enumerate(recipe.samples):
        paths += [(("samples", i, "side", name), name) for name in part.side]
    for place, name in paths:
        if name not in joining:
            known = [key for key in joining if key]
            yield say.unknown(place, name, "solution that joins a zone of the tube", known)


def _tube(recipe: FlowFile, say: Sayer) -> Iterator[RecipeError]:
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


def _samples(recipe: FlowFile, say: Sayer) -> Iterator[RecipeError]:
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
