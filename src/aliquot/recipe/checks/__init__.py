"""Checks that a careful colleague would make: hazards, limits, what is missing, what can not be.

A recipe that reaches them has no contradiction in its grammar; these are judgements, each with its numbers.
One file for each topic; every check is a small function in the table below.
"""

from pathlib import Path

from aliquot.knowledge.document import Document
from aliquot.recipe.checks import (
    conditions,
    errata,
    hazards,
    reporting,
    series,
    stated,
    stoichiometry,
    tube,
    vessels,
)
from aliquot.recipe.checks.case import Case, RecipeCheck
from aliquot.recipe.concern import Concern, Severity
from aliquot.recipe.record import Recipe

REGISTRY: tuple[RecipeCheck, ...] = (
    *stated.CHECKS,
    *reporting.CHECKS,
    *conditions.CHECKS,
    *hazards.CHECKS,
    *stoichiometry.CHECKS,
    *tube.CHECKS,
    *vessels.CHECKS,
)
"""Every question that is put to a recipe; located errors of its source are matched afterwards."""
SERIES_CODES = ("confounded", "series-without-base")
"""Codes of concerns about a series as a whole."""
CODES: tuple[str, ...] = (
    *(code for check in REGISTRY for code in check.codes),
    errata.CODE,
    *SERIES_CODES,
)
"""All codes of concerns."""
_ORDER = tuple(Severity)


def review(recipe: Recipe, document: Document | None = None) -> tuple[Concern, ...]:
    """Return what a careful colleague would say about a recipe.

    Args:
        recipe: The recipe.
        document: Its file, from :func:`aliquot.recipe.read.recipe_document`, for the lines; without it a
            concern has its key alone.

    Returns:
        Concerns, by severity and then by place; those that are a located error of the source name it.

    Example:
        >>> from aliquot.recipe import read_recipe
        >>> from aliquot.recipe.read import recipe_document
        >>> recipe = read_recipe("inp_wang2023")
        >>> found = review(recipe, recipe_document("inp_wang2023"))
        >>> [concern.text for concern in found if concern.code == "purity-ignored"]
        ["16 mmol of phosphine is the amount as dosed, 16.06 mmol; at the bottle's 97 % ..."]
    """
    case = Case(recipe, document)
    names = frozenset({recipe.id, recipe.id.partition(":")[0]})
    found = errata.linked((concern for check in REGISTRY for concern in check.find(case)), names)
    return _sorted((*found, *errata.unfound(case, found, names)))


def review_series(path: Path | series.Series) -> tuple[Concern, ...]:
    """Return what a careful colleague would say about a series as a whole, beside its single recipes.

    Args:
        path: Its file, or the series where it has been read.

    Returns:
        Concerns, empty for a file of a single recipe.

    Raises:
        RecipeError: If the series, its base or one of its recipes can not be read.

    Example:
        >>> from aliquot.recipe import recipe_book
        >>> review_series(recipe_book("inp_wang2023"))
        ()
    """
    read = path if isinstance(path, series.Series) else series.read_series(path)
    if read is None:
        return ()
    return _sorted(errata.linked(series.concerns_of(read), frozenset({read.written.id})))


def _sorted(concerns: tuple[Concern, ...]) -> tuple[Concern, ...]:
    """Sort by severity, then by place."""

    def place(concern: Concern) -> tuple[int, str, int, str, str, str]:
        where = concern.where
        return (
            _ORDER.index(concern.severity),
            where.file or "",
            where.line or 0,
            where.key or "",
            concern.code,
            concern.text,
        )

    return tuple(sorted(concerns, key=place))
