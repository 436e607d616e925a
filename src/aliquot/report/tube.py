"""The page of a paper whose runs are samples of a tube: spectra taken and read back, recipe, sources."""

from collections.abc import Mapping

from aliquot.errors import InputError, Where
from aliquot.knowledge import store
from aliquot.recipe import FlowRecipe, flow_recipe
from aliquot.report import figures, provenance, tables
from aliquot.report.constants import constant_set
from aliquot.report.numbers import power
from aliquot.report.publish import filled
from aliquot.report.series import by_temperature, by_time
from aliquot.report.told import strengths
from aliquot.reproduce import Reproduction


def tube_page(result: Reproduction) -> str:
    """Return the reproduction of a campaign in a tube as one self-contained page of HTML.

    Args:
        result: What :func:`aliquot.reproduce.reproduce` returned, with the samples of a tube.

    Raises:
        InputError: If the run has no recipe, or no samples.
        CardError: If a card that the result names is gone.
    """
    recipe = _recipe(result)
    return filled("reproduction.html.j2", _figures(result), **_told(result, recipe))


def _recipe(result: Reproduction) -> FlowRecipe:
    """Return the recipe of a run; refuse one that has none, or no samples."""
    if result.run is None or result.run.recipe is None or not result.conditions:
        raise InputError(
            given=f"a reproduction of '{result.paper}' without recipe or samples",
            expected="a run with its recipe and at least one sample",
            why="the report says what was dosed, heated and seen",
            remedy="Make it with reproduce(), or add recipe and samples.",
            where=Where(result.paper),
        )
    return flow_recipe(result.run.recipe)


def _figures(result: Reproduction) -> dict[str, str]:
    """Return every figure by name."""
    hotter, longer = by_temperature(result), by_time(result)
    found = {
        "spectra_temperature": figures.absorbance(hotter),
        "spectra_time": figures.absorbance(longer),
        "sizes_temperature": figures.distributions(result, hotter),
        "sizes_time": figures.distributions(result, longer),
        "trend_temperature": figures.against_temperature(result),
        "trend_time": figures.against_time(result),
    }
    return found if result.told is None else {**found, "told": strengths(result.told)}


def _told(result: Reproduction, recipe: FlowRecipe) -> Mapping[str, object]:
    """Return everything that the template says, by name."""
    source = store.source(store.observations(result.paper).source)
    card = provenance.chemistry_of(result)
    return {
        "authors": provenance.short_authors(source.authors),
        "year": source.year,
        "recipe": recipe,
        "seed": result.seed,
        "paper": result.paper,
        "counts": tables.counts(result),
        "conditions": tables.conditions(result),
        "budgets": tables.budgets(result),
        "numbers": tables.numbers(result),
        "misses": [(row, tables.miss(row)) for row in result.rows if row.is_tried and not row.met],
        "sets": () if card is None else (constant_set(card),),
        "told": result.told,
        "doses": provenance.doses(recipe),
        "checks": provenance.checks(recipe),
        "tube": provenance.tube(recipe),
        "residence": [(c.aliquot.label, flag) for c in result.conditions for flag in c.aliquot.flags],
        "instrument": provenance.instrument(recipe, result.seed),
        "integration": provenance.integration(result),
        "mass_error": power(result.mass_error),
        "material": store.material(recipe.material),
        "flags": provenance.flags(result),
        "errata": provenance.errata(result, recipe),
        "citations": provenance.citations(result, recipe),
        "versions": provenance.versions(result, recipe.id),
    }
