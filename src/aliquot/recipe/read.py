"""Read a recipe file: grammar, consistency, arithmetic, checks, in this order."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aliquot.errors import RecipeError
from aliquot.knowledge.document import Document, together
from aliquot.knowledge.store import reagent
from aliquot.recipe import arithmetic
from aliquot.recipe.checks import checks
from aliquot.recipe.consistency import faults
from aliquot.recipe.grammar import Observe, RecipeFile
from aliquot.recipe.record import Dose, Recipe, Sample, Solution, Tube, Zone
from aliquot.recipe.record import Observe as Observation


def read_recipe(path: str | Path) -> Recipe:
    """Read a recipe file.

    Args:
        path: The file.

    Returns:
        The recipe, in numbers.

    Raises:
        RecipeError: If the file can not be read, or the recipe contradicts itself; it names file, line and
            key of the first fault, and has the other faults as notes.

    Example:
        >>> read_recipe("nowhere.yaml")
        Traceback (most recent call last):
        ...
        aliquot.errors.RecipeError: nowhere.yaml: got the file 'nowhere.yaml'; expected a YAML file ...
    """
    return _recipe(Document.from_file(Path(path), RecipeError))


def parse_recipe(text: str, file: str = "recipe") -> Recipe:
    """Read a recipe from text.

    Args:
        text: What would stand in the file.
        file: Name for messages.

    Returns:
        The recipe, in numbers.

    Raises:
        RecipeError: As :func:`read_recipe`.

    Example:
        >>> recipe = parse_recipe('''
        ... format: aliquot-recipe/1
        ... id: small
        ... title: InP in a tube
        ... material: InP
        ... reagents:
        ...   indium: {is: InCl3, dose: 4 mmol, purity: null}
        ...   amine: {is: OAM, dose: 40 mL, purity: 80-90 %}
        ...   phosphine: {is: PDEA, dose: 4.4 mL, purity: 97 %}
        ... solutions: {stock: {of: [indium, amine, phosphine]}}
        ... tube: {bore: 1 mm, length: 4 m, inlet_temperature: 25 degC, zones: [{name: hot, length: 4 m}]}
        ... flow: {feed: stock, rate: 0.1 mL/min, temperatures: {hot: 200 degC}}
        ... samples: [{name: slow, flow: 0.05 mL/min}, {name: fast}]
        ... ''')
        >>> round(recipe.feed.concentrations["InCl3"], 1), recipe.unreported               # mol m-3
        (90.1, ('reagents.indium.purity',))
        >>> [round(sample.residence_time / 60, 1) for sample in recipe.samples]            # min
        [62.8, 31.4]
    """
    return _recipe(Document(text, file, RecipeError))


def _recipe(document: Document) -> Recipe:
    """Turn a document into a recipe."""
    written = document.read(RecipeFile)
    found = list(faults(written, document))
    if found:
        raise together(found)
    doses = _doses(written)
    solutions = _solutions(written, doses)
    tube = _tube(written)
    return Recipe(
        id=written.id,
        title=written.title,
        material=written.material,
        doses=tuple(doses.values()),
        solutions=tuple(solutions.values()),
        feed=solutions[written.flow.feed],
        tube=tube,
        samples=_samples(written, tube),
        observe=_observe(written.observe),
        checks=checks(written.checks, doses, solutions[written.flow.feed], tube, document),
        unreported=tuple(_nulls(document.tree)),
        assumed=dict(written.assumed),
        sources=written.source,
        errata=written.errata,
    )


def _doses(written: RecipeFile) -> dict[str, Dose]:
    return {
        key: arithmetic.dose(key, part.dose, part.purity, reagent(part.is_))
        for key, part in written.reagents.items()
    }


def _solutions(written: RecipeFile, doses: dict[str, Dose]) -> dict[str, Solution]:
    return {
        name: arithmetic.solution(
            name, [doses[key] for key in mixture.of], mixture.volume.value if mixture.volume else None
        )
        for name, mixture in written.solutions.items()
    }


def _tube(written: RecipeFile) -> Tube:
    tube = written.tube
    return Tube(
        bore=tube.bore.value,
        length=tube.length.value,
        inlet_temperature=tube.inlet_temperature.value,
        zones=tuple(Zone(zone.name, zone.length.value) for zone in tube.zones),
        coil_radius=tube.coil_radius.value if tube.coil_radius else None,
    )


def _samples(written: RecipeFile, tube: Tube) -> tuple[Sample, ...]:
    samples = []
    for part in written.samples:
        flow = part.flow or written.flow.rate
        temperatures = {**written.flow.temperatures, **part.temperatures}
        if flow is not None:  # consistency has made sure of it
            kelvin = [temperatures[zone.name].value for zone in tube.zones]
            samples.append(arithmetic.sample(part.name, flow.value, kelvin, tube))
    return tuple(samples)


def _observe(written: Observe | None) -> Observation | None:
    if written is None:
        return None
    low, high = written.window
    return Observation(
        window_nm=(low.value, high.value),
        step_nm=written.step.value,
        path_mm=written.path.value,
        dilution=written.dilution,
        medium=written.medium,
        noise=written.noise,
    )


def _nulls(node: Any, path: tuple[str, ...] = ()) -> Iterator[str]:  # noqa: ANN401  YAML may hold anything
    """Yield the dotted keys that are null."""
    if node is None:
        yield ".".join(path)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _nulls(value, (*path, str(key)))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _nulls(value, (*path, str(index)))
