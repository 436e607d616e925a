"""Read a recipe file: grammar, consistency, arithmetic, stated numbers, in this order."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from aliquot.errors import RecipeError, suggestion
from aliquot.knowledge.document import Document, together
from aliquot.knowledge.store import material, reagent
from aliquot.recipe import arithmetic
from aliquot.recipe.batch import Apparatus, BatchRecipe, Vessel
from aliquot.recipe.book import recipe_file, recipe_names, series_names
from aliquot.recipe.consistency import faults, overdrawn
from aliquot.recipe.flow import FlowRecipe, Sample, Tube, Zone, sample
from aliquot.recipe.grammar import (
    BatchFile,
    Dilution,
    FlowFile,
    Observe,
    SeriesFile,
    VariationFile,
)
from aliquot.recipe.grammar import (
    Solution as WrittenSolution,
)
from aliquot.recipe.override import GivenDocument, nulls
from aliquot.recipe.record import Dose, Recipe, Solution
from aliquot.recipe.record import Observe as Observation
from aliquot.recipe.stated import compare_all
from aliquot.recipe.steps import steps
from aliquot.recipe.variation import VariedDocument


def read_recipe(path: str | Path, values: Mapping[str, str] | None = None) -> Recipe:
    """Read a recipe from a file, or by its name in the book.

    Args:
        path: The file, or a name such as ``"inp_wang2023"``; for a recipe of a series ``"file.yaml:name"`` or
            ``"cdte_mech2023_top:5mmol"``.
        values: What stands otherwise than in the file: dotted key, and value as YAML.

    Returns:
        The recipe, in numbers: a :class:`FlowRecipe` or a :class:`BatchRecipe`.

    Raises:
        RecipeError: If the file can not be read, or the recipe contradicts itself; it names file, line and
            key of the first fault, and has the other faults as notes.

    Example:
        >>> read_recipe("inp_wang2023").title
        'InP dots from aminophosphine, premixed, in a heated tube'
        >>> read_recipe("nowhere.yaml")
        Traceback (most recent call last):
        ...
        aliquot.errors.RecipeError: nowhere.yaml: got the file 'nowhere.yaml'; expected a YAML file ...
        >>> read_recipe("cd3p2_tiwari2025_clusters", {"steps.4.hold.for": "20 min"}).steps[4].duration
        1200.0
    """
    return recipe_of(recipe_document(path, values))


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
    return recipe_of(Document(text, file, RecipeError))


def recipe_document(name: str | Path, values: Mapping[str, str] | None = None) -> Document:
    """Return the document of a recipe, with the changes of its series and of its user.

    Args:
        name: A name of the book, or a path; ``"series:recipe"`` for a recipe of a series.
        values: As for :func:`read_recipe`.

    Returns:
        The document: its tree can be edited and written back with its comments.

    Raises:
        RecipeError: If there is no such file, recipe or key.

    Example:
        >>> recipe_document("inp_wang2023").tree["material"]
        'InP'
    """
    document = _named(str(name))
    return GivenDocument(document, values) if values else document


def _named(text: str) -> Document:
    """Return the document of a name or path."""
    page, _, chosen = text.partition(":")
    if text in recipe_names() or page in (*recipe_names(), *series_names()):
        return _document(recipe_file(page), chosen or None)
    file, colon, variant = text.rpartition(":")
    if colon and "/" not in variant and is_file(file):
        return _document(Path(file), variant)
    if not is_file(text) and not Path(text).suffix and Path(text).name == text:
        recipe_file(text)  # no file, and it looks like a name: say which names there are
    return _document(Path(text), None)


def is_file(path: str | Path) -> bool:
    """Tell whether a file of that name exists; a name that no file can have is none.

    Example:
        >>> is_file("x" * 5000)
        False
    """
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def series_of(path: Path) -> tuple[Document, SeriesFile] | None:
    """Return the document of a series as its grammar reads it, None for a file of a single recipe.

    Raises:
        RecipeError: If the file can not be read, or is a malformed series.
    """
    document = Document.from_file(path, RecipeError)
    written = _series(document)
    return None if written is None else (document, written)


def series_documents(path: Path, document: Document, written: SeriesFile) -> tuple[VariedDocument, ...]:
    """Return the documents of all recipes of a series, from one reading of the series and of its base.

    Args:
        path: File of the series.
        document: Its document.
        written: The same, as its grammar reads it.

    Raises:
        RecipeError: If the base can not be read, or a change does not fit it.

    Example:
        >>> from aliquot.recipe import recipe_book
        >>> path = recipe_book("cdte_mech2023_ratio")
        >>> [one.tree["id"] for one in series_documents(path, *series_of(path))][:2]
        ['cdte_mech2023_ratio:0.6', 'cdte_mech2023_ratio:1.2']
    """
    base = _base(path, written.base, document)
    return tuple(VariedDocument(base, document, written, index) for index in range(len(written.recipes)))


def _series(document: Document) -> SeriesFile | None:
    return document.read(SeriesFile) if document.tree.get("format") == "aliquot-series/1" else None


def recipe_of(document: Document) -> Recipe:
    """Return the recipe that a document holds.

    Raises:
        RecipeError: As :func:`read_recipe`.
    """
    batch = "steps" in document.tree
    written: FlowFile | BatchFile = document.read(BatchFile) if batch else document.read(FlowFile)
    found = list(faults(written, document))
    if found:
        raise together(found)
    reading = _Reading(written, document)
    found = list(overdrawn(written, reading.solutions, document))
    if found:
        raise together(found)
    return reading.recipe()


def _document(path: Path, variant: str | None) -> Document:
    """Return the document of a file, or of one recipe of a series."""
    document = Document.from_file(path, RecipeError)
    if document.tree.get("format") == "aliquot-variation/1" and variant is None:
        variation = document.read(VariationFile)
        return VariedDocument(_base(path, variation.base, document), document, variation)
    written = _series(document)
    if written is None and variant is None:
        return document
    known = [] if written is None else [recipe.id for recipe in written.recipes]
    if written is None or variant not in known:
        raise RecipeError(
            given=f"'{path.name}'" if variant is None else f"'{path.name}:{variant}'",
            expected="one recipe" if written is None else f"one recipe of the series, as '{path.stem}:NAME'",
            why="the file holds a single recipe" if written is None else "the file holds several",
            remedy=f"Write '{path.name}' alone." if written is None else suggestion(variant or "", known),
            where=document.where(("recipes",)),
        )
    return VariedDocument(_base(path, written.base, document), document, written, known.index(variant))


def _base(path: Path, name: str, document: Document) -> Document:
    """Return the document of the recipe that a file varies: beside it, or in the book."""
    beside = path.parent / name
    if is_file(str(beside)):
        base, seen = beside, {path.resolve()}
        while base.resolve() not in seen:
            seen.add(base.resolve())
            below = Document.from_file(base, RecipeError).tree.get("base")
            if below is None or not is_file(str(base.parent / str(below))):
                return _document(beside, None)
            base = base.parent / str(below)
        raise RecipeError(
            given=f"'{name}', which varies this file in the end",
            expected="a base that stands for itself",
            why="recipes that vary each other never begin",
            remedy="Name a recipe that has reagents and steps of its own.",
            where=document.where(("base",)),
        )
    return recipe_document(name)


class _Reading:
    """Turns what is written into numbers."""

    def __init__(self, written: FlowFile | BatchFile, document: Document) -> None:
        self.written = written
        self.document = document
        self.doses = self._doses()
        self.solutions = self._solutions()

    def recipe(self) -> Recipe:
        """Return the recipe, its stated numbers compared."""
        written = self.written
        made = self._flow(written) if isinstance(written, FlowFile) else self._batch(written)
        return compare_all(made, written.checks, self.document)

    def _common(self) -> dict[str, Any]:
        written, document = self.written, self.document
        origin = document.written if isinstance(document, GivenDocument) else document
        return {
            "id": written.id,
            "title": written.title,
            "material": written.material,
            "shell": written.shell,
            "doses": tuple(self.doses.values()),
            "undosed": {
                key: part.is_ or part.product or "" for key, part in written.reagents.items() if not part.dose
            },
            "solutions": tuple(self.solutions.values()),
            "observe": _observe(written.observe),
            "unreported": tuple(nulls(document.tree)),
            "assumed": dict(written.assumed),
            "sources": written.source,
            "errata": written.errata,
            "base": origin.base.tree["id"] if isinstance(origin, VariedDocument) else None,
            "given": document.given if isinstance(document, GivenDocument) else {},
        }

    def _flow(self, written: FlowFile) -> FlowRecipe:
        tube = _tube(written)
        return FlowRecipe(
            **self._common(),
            feed=self.solutions[written.flow.feed],
            tube=tube,
            samples=_samples(written, tube),
            syringe=written.flow.syringe.value if written.flow.syringe else None,
            workup=tuple(steps(written.workup, "workup")),
        )

    def _batch(self, written: BatchFile) -> BatchRecipe:
        vessels = {
            name: Vessel(
                name=name,
                type=vessel.type,
                volume=vessel.volume.value if vessel.volume else None,
                pressure=vessel.pressure.value if vessel.pressure else None,
            )
            for name, vessel in written.vessels.items()
        }
        told = {key: value and value.value for key, value in written.apparatus}
        done = tuple(steps(written.steps, "steps"))
        return BatchRecipe(**self._common(), vessels=vessels, steps=done, apparatus=Apparatus(**told))

    def _doses(self) -> dict[str, Dose]:
        found = {}
        for key, part in self.written.reagents.items():
            if part.dose is None:
                continue
            if part.product is not None:
                found[key] = arithmetic.product(key, part.dose, part.product, material(self.written.material))
            elif part.is_ is not None:
                measured = arithmetic.Measured(
                    part.dose,
                    part.purity,
                    part.concentration.value if part.concentration else None,
                    reagent(part.in_) if part.in_ else None,
                )
                found[key] = arithmetic.dose(key, measured, reagent(part.is_))
        return found

    def _solutions(self) -> dict[str, Solution]:
        made: dict[str, Solution] = {}
        for name, mixture in self.written.solutions.items():
            stated = mixture.volume.value if mixture.volume else None
            mixed = arithmetic.solution(name, self._parts(mixture, made), stated)
            made[name] = replace(mixed, made_in=mixture.made_in, how=mixture.how)
        return made

    def _parts(self, mixture: WrittenSolution, made: Mapping[str, Solution]) -> list[Dose | arithmetic.Pour]:
        """Return what goes into a mixture: doses, and portions of earlier mixtures."""
        parts: list[Dose | arithmetic.Pour] = []
        for item in mixture.of:
            for key, volume in [(item, None)] if isinstance(item, str) else item.items():
                if key in made:
                    parts.append(arithmetic.portion(made[key], None if volume is None else volume.value))
                else:
                    parts.append(self.doses.get(key, arithmetic.Pour((), 0.0, (key,))))
        return parts


def _tube(written: FlowFile) -> Tube:
    tube = written.tube
    return Tube(
        bore=tube.bore.value,
        length=tube.length.value,
        inlet_temperature=tube.inlet_temperature.value,
        zones=tuple(Zone(zone.name, zone.length.value, zone.inlet) for zone in tube.zones),
        coil_radius=tube.coil_radius.value if tube.coil_radius else None,
        expansion=tube.expansion.value if tube.expansion else 0.0,
        units=tube.units,
    )


def _samples(written: FlowFile, tube: Tube) -> tuple[Sample, ...]:
    samples = []
    for part in written.samples:
        flow = part.flow or written.flow.rate
        temperatures = {**written.flow.temperatures, **part.temperatures}
        if flow is not None:  # consistency has made sure of it
            kelvin = [temperatures[zone.name].value for zone in tube.zones]
            side = {name: joined.value for name, joined in {**written.flow.side, **part.side}.items()}
            joining = [side[zone.inlet] if zone.inlet else 0.0 for zone in tube.zones] if side else []
            samples.append(sample(part.name, flow.value, kelvin, tube, joining))
    return tuple(samples)


def _observe(written: Observe | None) -> Observation | None:
    if written is None:
        return None
    low, high = written.window
    dilution = written.dilution
    if isinstance(dilution, Dilution):
        dilution = 1.0 + dilution.into.value / dilution.portion.value
    return Observation(
        window_nm=(low.value, high.value),
        step_nm=written.step.value,
        path_mm=written.path.value,
        dilution=dilution,
        medium=written.medium,
        noise=written.noise,
    )
