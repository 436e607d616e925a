"""Series: what changes together, and whether the base is among its recipes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from aliquot.knowledge.document import Document
from aliquot.recipe.batch import BatchRecipe, Feed, Heat, Hold, Inject
from aliquot.recipe.checks.case import minutes, mmol
from aliquot.recipe.concern import Concern, Severity
from aliquot.recipe.flow import FlowRecipe
from aliquot.recipe.grammar import SeriesFile
from aliquot.recipe.read import recipe_of, series_documents, series_of
from aliquot.recipe.record import Dose, Recipe
from aliquot.recipe.variation import VariedDocument
from aliquot.recipe.wording import celsius
from aliquot.units import to_float

SAME = 0.01
"""How far two doses may lie apart and count as one [1]: moles are printed to three digits."""
NONE = "none"
"""What a recipe has of a reagent that was left out."""


@dataclass(frozen=True, slots=True)
class Series:
    """The recipes of a series, and the one that they vary."""

    document: Document
    written: SeriesFile
    base: Recipe
    recipes: tuple[Recipe, ...]
    documents: tuple[VariedDocument, ...]
    """Those of the recipes, for the places."""

    def factors(self, recipe: Recipe) -> dict[str, str]:
        """Return what a recipe of the series, or its base, has of each factor."""
        return factors(recipe, frozenset(self.written.balance))


def read_series(path: Path) -> Series | None:
    """Read a series with all its recipes; None for a file of a single recipe.

    Args:
        path: The file.

    Raises:
        RecipeError: If the series, its base or one of its recipes can not be read.
    """
    found = series_of(path)
    if found is None:
        return None
    document, written = found
    documents = series_documents(path, document, written)
    recipes = tuple(recipe_of(one) for one in documents)
    return Series(document, written, recipe_of(documents[0].base), recipes, documents)


def factors(recipe: Recipe, balance: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return everything in a recipe that an experiment can vary, as text that tells values apart.

    Args:
        recipe: The recipe.
        balance: Reagents that only fill up the volume: what they are counts, how much of them does not.

    Returns:
        Values by factor: a key of a reagent, 'temperature', 'time', 'procedure', 'flow', 'tube'.
    """
    found = {
        dose.key: f"{dose.reagent}{'' if dose.key in balance else _amount(dose)}" for dose in recipe.doses
    }
    found |= {key: f"{card}, dose not reported" for key, card in recipe.undosed.items()}
    if isinstance(recipe, BatchRecipe):
        hot = [step for step in recipe.steps if isinstance(step, Heat | Inject | Feed | Hold)]
        kelvin = [step.to if isinstance(step, Heat) else step.at for step in hot]
        lasting = [step.duration for step in hot if not isinstance(step, Heat)]
        found["temperature"] = _listed("?" if value is None else celsius(value) for value in kelvin)
        found["time"] = _listed("?" if value is None else minutes(value) for value in lasting)
        found["procedure"] = ", ".join(step.verb for step in recipe.steps)
    if isinstance(recipe, FlowRecipe):
        found["temperature"] = ", ".join(celsius(t) for one in recipe.samples for t in one.temperatures)
        found["flow"] = ", ".join(f"{one.flow * 6e7:.4g} mL/min" for one in recipe.samples)
        found["tube"] = f"{recipe.tube.length:.4g} m of {recipe.tube.bore * 1e3:.4g} mm"
    return found


def _listed(values: Iterable[str]) -> str:
    """List values, each once where it follows itself."""
    return ", ".join(value for value, _ in groupby(values))


def _amount(dose: Dose) -> str:
    purity = f" at {dose.purity.text}" if dose.purity is not None else ""
    return f", {mmol(dose.dosed)}{purity}"


def concerns_of(series: Series) -> Iterator[Concern]:
    """Yield what a colleague would say about a series as a whole."""
    values = [series.factors(recipe) for recipe in series.recipes]
    base = series.factors(series.base)
    names = list(dict.fromkeys(name for each in (base, *values) for name in each))
    varied = [name for name in names if len({each.get(name, NONE) for each in values}) > 1]
    yield from _confounded(series, values, base, varied)
    yield from _without_base(series, values, base, names)


def _confounded(
    series: Series, values: list[dict[str, str]], base: Mapping[str, str], varied: list[str]
) -> Iterator[Concern]:
    usual = {name: _usual(name, values, base) for name in varied}
    for index, each in enumerate(values):
        changed = [name for name in varied if each.get(name, NONE) != usual[name]]
        if len(changed) > 1:
            told = "; ".join(f"{name}: {each.get(name, NONE)} instead of {usual[name]}" for name in changed)
            yield Concern(
                Severity.WARNING,
                "confounded",
                f"'{series.written.recipes[index].id}' changes {len(changed)} things at once: {told}",
                f"what comes of it can not be put down to {series.written.varies} alone",
                series.document.where(("recipes", index)),
            )


def _usual(name: str, values: list[dict[str, str]], base: Mapping[str, str]) -> str:
    """Return the base's value of a factor if a recipe of the series has it, else that which most have."""
    had = [each.get(name, NONE) for each in values]
    return base.get(name, NONE) if base.get(name, NONE) in had else Counter(had).most_common(1)[0][0]


def _without_base(
    series: Series, values: list[dict[str, str]], base: Mapping[str, str], names: list[str]
) -> Iterator[Concern]:
    for name in names:
        had = list(dict.fromkeys(each.get(name, NONE) for each in values))
        standard = base.get(name, NONE)
        if standard in had or any(_same_dose(series, name, recipe) for recipe in series.recipes):
            continue
        many = len(had) > 1
        doses = [_dose(recipe, name) for recipe in (series.base, *series.recipes)]
        if not many and None in doses:
            continue  # not a standard that was changed, but something that the base leaves open or out
        stated = _stated(series.base, name)
        also = f" (stated as {mmol(stated)})" if stated is not None else ""
        why = "what the base gave can not be compared with any recipe of the series"
        yield Concern(
            Severity.WARNING if many else Severity.NOTE,
            "series-without-base",
            f"no recipe has the base's {name}, {standard}{also}: {'they have' if many else 'all have'} "
            f"{' / '.join(had)}",
            why,
            series.document.where(("varies",) if many else ("change",)),
        )


def _same_dose(series: Series, name: str, recipe: Recipe) -> bool:
    """Tell whether a recipe doses as much of the same reagent as the base does, or is stated to."""
    own, other = _dose(recipe, name), _dose(series.base, name)
    if own is None or other is None or own.reagent != other.reagent:
        return False
    stated = _stated(series.base, name)
    standards = (other.dosed,) if stated is None else (other.dosed, stated)
    return any(abs(own.dosed - amount) <= SAME * amount for amount in standards)


def _dose(recipe: Recipe, key: str) -> Dose | None:
    return next((dose for dose in recipe.doses if dose.key == key), None)


def _stated(recipe: Recipe, key: str) -> float | None:
    """Return the amount that a recipe states of a dose [mol], None where it states none."""
    for check in recipe.checks:
        if check.kind == "amount" and check.what == f"amount of {key}":
            return to_float(f"{check.stated!r} {check.unit}", "mol")
    return None
