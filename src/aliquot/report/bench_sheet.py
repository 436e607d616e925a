"""The bench sheet as a page to print: what to weigh, pipette and set, with room to write."""

from pathlib import Path

from aliquot.knowledge import store
from aliquot.recipe import FlowRecipe, Recipe
from aliquot.recipe.bench import instructions, weighings
from aliquot.report.publish import filled, write


def bench_sheet(recipe: Recipe) -> str:
    """Return the bench sheet of a recipe as one page of HTML.

    Args:
        recipe: The recipe.

    Example:
        >>> from aliquot.recipe import read_recipe
        >>> "0.8847 g" in bench_sheet(read_recipe("inp_wang2023"))
        True
    """
    return filled(
        "bench_sheet.html.j2",
        {},
        recipe=recipe,
        weighings=weighings(recipe),
        instructions=instructions(recipe),
        sources=[store.source(key) for key in recipe.sources],
        errata=[store.erratum(key) for key in recipe.errata],
        disagreeing=[check for check in recipe.checks if not check.agrees],
        kind="flow" if isinstance(recipe, FlowRecipe) else "batch",
    )


def write_bench_sheet(recipe: Recipe, path: Path) -> Path:
    """Write the bench sheet of a recipe into a file.

    Args:
        recipe: The recipe.
        path: File to write.

    Returns:
        The path.

    Raises:
        InputError: If the file can not be written there.
    """
    return write(bench_sheet(recipe), path)
