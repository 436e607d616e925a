"""Located errors of the source: which concerns are known ones, and which no arithmetic finds."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from aliquot.knowledge.base import base
from aliquot.knowledge.records import Erratum
from aliquot.recipe.checks.case import Case, note
from aliquot.recipe.concern import Concern

CODE = "errata"
"""Code of a located error that no check has found."""


def linked(concerns: Iterable[Concern], names: frozenset[str]) -> tuple[Concern, ...]:
    """Return concerns with the located errors that they are.

    Args:
        concerns: Concerns about a recipe or series.
        names: Names of the recipe: its own, and that of its series.
    """
    known = [erratum for erratum in base().cards("errata").values() if erratum.found_by is not None]
    return tuple(_linked(concern, known, names) for concern in concerns)


def unfound(case: Case, concerns: Iterable[Concern], names: frozenset[str]) -> Iterator[Concern]:
    """Yield the located errors that a recipe touches and none of its concerns is.

    Args:
        case: The recipe.
        concerns: Its concerns, linked.
        names: Names of the recipe: its own, and that of its series.
    """
    found = {concern.erratum for concern in concerns}
    listed = list(case.recipe.errata)
    touching = [erratum.id for name in sorted(names) for erratum in base().errata_of("recipes", name)]
    for key in dict.fromkeys((*listed, *touching)):
        if key in found:
            continue
        erratum: Erratum = base().card("errata", key)
        place = case.where("errata", listed.index(key)) if key in listed else case.where("errata")
        concern = note(
            CODE,
            f"{erratum.id}, {erratum.source} {erratum.place}: {erratum.printed} → {erratum.correction}",
            f"this recipe touches a located error of its source ({erratum.severity}, {erratum.certainty})",
            place,
            f"errata:{erratum.id}",
        )
        yield replace(concern, erratum=erratum.id)


def _linked(concern: Concern, known: Iterable[Erratum], names: frozenset[str]) -> Concern:
    """Return a concern with the located error that it is, the most narrowly told one of several."""
    matching = [
        (len(erratum.found_by.key or ""), erratum.id)
        for erratum in known
        if erratum.found_by is not None
        and erratum.found_by.check == concern.code
        and names & {*erratum.found_by.recipes}
        and _below(concern.where.key or "", erratum.found_by.key)
    ]
    return replace(concern, erratum=max(matching)[1]) if matching else concern


def _below(key: str, above: str | None) -> bool:
    """Tell whether a dotted key is another one, or stands below it."""
    return above is None or key == above or key.startswith(f"{above}.")
