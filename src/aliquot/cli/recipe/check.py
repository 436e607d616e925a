"""`aliquot recipe check`: what a careful colleague would say about a recipe."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import lookup, output

if TYPE_CHECKING:
    from aliquot.knowledge.document import Document
    from aliquot.recipe import Dose, Recipe
    from aliquot.recipe.concern import Concern

NOTHING = "–"
HAZARDOUS = ("hazard", "gas")
"""Codes beside which the reminder stands."""


class Least(StrEnum):
    """Least severity that is told, in the words of :class:`aliquot.recipe.concern.Severity`, worst first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A recipe and what is to be said about it."""

    recipe: "Recipe"
    concerns: "tuple[Concern, ...]"


def check(
    recipe: Annotated[
        str,
        typer.Argument(
            metavar="FILE|NAME", help="A file, or a name of the book; of a series one recipe, or all."
        ),
    ],
    severity: Annotated[Least, typer.Option("--severity", help="Least severity that is told.")] = Least.NOTE,
    strict: Annotated[
        bool, typer.Option("--strict", help="Leave with exit code 2 if anything of severity error is found.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object, schema recipe-check/1.")
    ] = False,
) -> None:
    """Check a recipe: amounts, stated against computed numbers, hazards, what is missing.

    A recipe that can be read leaves with exit code 0, whatever is found; --strict makes errors count.

    \b
    Examples:
      aliquot recipe check inp_wang2023
      aliquot recipe check my-recipe.yaml --severity warning
      aliquot recipe check cdte_mech2023_top:0mL --json
    """
    reviewed, together = _review(recipe)
    found = [*(concern for one in reviewed for concern in one.concerns), *together]
    told = [replace(one, concerns=_from(one.concerns, severity)) for one in reviewed]
    if strict and json:
        _refuse(found)
    if json:
        output.print_json("recipe-check", as_json(told, _from(together, severity)))
        return
    for one in told:
        _show(one)
    if together:
        _show_concerns("The series as a whole", _from(together, severity))
    if strict:
        _refuse(found)


def _review(name: str) -> "tuple[list[Reviewed], tuple[Concern, ...]]":
    """Review a recipe, or all of a series and the series itself."""
    from aliquot.recipe import recipe_book, series_names
    from aliquot.recipe.checks import errata, review, review_series
    from aliquot.recipe.checks.series import read_series
    from aliquot.recipe.read import is_file, recipe_document, recipe_of

    path = recipe_book(name) if name in series_names() else Path(name)
    series = read_series(path) if is_file(path) else None
    documents: Sequence["Document"] = [recipe_document(name)] if series is None else series.documents
    recipes = [recipe_of(documents[0])] if series is None else series.recipes
    together = () if series is None else review_series(series)
    known = {concern.erratum for concern in together}
    return [
        Reviewed(
            recipe,
            tuple(
                concern
                for concern in review(recipe, document)
                if concern.code != errata.CODE or concern.erratum not in known  # the series tells it
            ),
        )
        for recipe, document in zip(recipes, documents, strict=True)
    ], together


def _from(concerns: "Sequence[Concern]", least: Least) -> "tuple[Concern, ...]":
    order = list(Least)
    return tuple(one for one in concerns if order.index(Least(one.severity.value)) <= order.index(least))


def _refuse(concerns: "Sequence[Concern]") -> None:
    """Raise the first error, the others as its notes."""
    from aliquot.errors import RecipeError

    errors = [one for one in concerns if one.severity.value == Least.ERROR.value]
    if not errors:
        return
    first, *others = errors
    fault = RecipeError(
        given=f"{first.code}: {first.text}",
        expected="a recipe whose stated numbers follow from it, as --strict asks",
        why=first.why,
        remedy="Correct the dose or the stated number, or check without --strict.",
        where=first.where,
    )
    for other in others:
        fault.add_note(f"also: {other.where}: {other.code}: {other.text}")
    raise fault


# --- for programs ----------------------------------------------------------------------------------------


def as_json(reviewed: Sequence[Reviewed], together: "Sequence[Concern]") -> dict[str, Any]:
    """Return what was found as the contract writes it."""
    each = [_one_as_json(one) for one in reviewed]
    gathered = {key: [part for one in each for part in one[key]] for key in ("amounts", "findings", "checks")}
    gathered["findings"] += [_finding(concern, None) for concern in together]
    unreported = dict.fromkeys(key for one in reviewed for key in one.recipe.unreported)
    return {"recipes": [one["recipe"] for one in each], **gathered, "unreported": list(unreported)}


def _one_as_json(one: Reviewed) -> dict[str, Any]:
    recipe = one.recipe
    about = {"id": recipe.id, "title": recipe.title, "material": recipe.material}
    checks = [
        {
            "recipe": recipe.id,
            "kind": check.kind,
            "what": check.what,
            "stated": check.stated,
            "computed": check.computed,
            "unit": check.unit,
            "agrees": check.agrees,
            "note": check.note,
            "where": str(check.place),
        }
        for check in recipe.checks
    ]
    return {
        "recipe": {**about, "unreported": list(recipe.unreported), "citations": list(recipe.sources)},
        "amounts": [_amount(recipe, dose) for dose in recipe.doses],
        "findings": [_finding(concern, recipe.id) for concern in one.concerns],
        "checks": checks,
    }


def _amount(recipe: "Recipe", dose: "Dose") -> dict[str, Any]:
    return {
        "recipe": recipe.id,
        "key": dose.key,
        "reagent": dose.reagent,
        "dose": dose.text,
        "dosed_mmol": dose.dosed * 1e3,
        "active_mmol": dose.active * 1e3,
        "volume_mL": dose.volume * 1e6,
        "purity": None if dose.purity is None else dose.purity.text,
        "concentration_mol_m3": _concentration(recipe, dose),
    }


def _concentration(recipe: "Recipe", dose: "Dose") -> float | None:
    """Return what one dose makes in the solution that it is part of, else in all doses together [mol m-3]."""
    from aliquot.recipe import FlowRecipe

    pumped = (recipe.feed, *recipe.solutions) if isinstance(recipe, FlowRecipe) else ()
    for solution in pumped:
        within = [part.active for part in solution.doses if part.key == dose.key]
        if within:
            return sum(within) / solution.volume
    volume = sum(each.volume for each in recipe.doses)
    return dose.active / volume if volume > 0.0 and not recipe.undosed else None


def _finding(concern: "Concern", recipe: str | None) -> dict[str, Any]:
    return {
        "recipe": recipe,
        "severity": concern.severity.value,
        "code": concern.code,
        "text": concern.text,
        "why": concern.why,
        "where": str(concern.where),
        "source": concern.source,
        "erratum": concern.erratum,
    }


# --- for people ------------------------------------------------------------------------------------------


def _show(one: Reviewed) -> None:
    """Print amounts, stated numbers, concerns and what is not reported."""
    recipe = one.recipe
    rows = [_row(_amount(recipe, dose)) for dose in recipe.doses]
    rows += [[key, card, "not reported", *[NOTHING] * 5] for key, card in recipe.undosed.items()]
    columns = ["key", "reagent!", "dosed!", "dosed / mmol>", "active / mmol>", "mL>", "purity!", "mM active>"]
    lookup.table(f"{recipe.id}: {recipe.title}", columns, rows)
    if recipe.checks:
        stated = [
            [
                check.what,
                f"{check.stated:.4g}",
                f"{check.computed:.4g}",
                check.unit,
                "yes" if check.agrees else "NO",
                check.note or "",
            ]
            for check in recipe.checks
        ]
        columns = ["stated", "as stated>", "computed>", "unit!", "agrees!", "note"]
        lookup.table("Stated against computed", columns, stated)
    _show_concerns("Concerns", one.concerns)
    if recipe.unreported:
        lookup.table("Not reported", ["key"], [[key] for key in recipe.unreported])


def _row(amount: dict[str, Any]) -> list[str]:
    numbers = [amount["dosed_mmol"], amount["active_mmol"], amount["volume_mL"] or None]
    concentration = amount["concentration_mol_m3"]
    return [
        amount["key"],
        amount["reagent"],
        amount["dose"],
        *(NOTHING if number is None else f"{number:.4g}" for number in numbers),
        amount["purity"] or NOTHING,
        NOTHING if concentration is None else f"{concentration:.4g}",
    ]


def _show_concerns(title: str, concerns: "Sequence[Concern]") -> None:
    """Print concerns by severity; what is merely not reported stands in its own list."""
    from aliquot.recipe.checks.hazards import ADVICE

    several = len({one.where.file for one in concerns}) > 1
    for severity in Least:
        told = [
            one
            for one in concerns
            if one.severity.value == severity.value
            and not (one.code == "unreported" and severity is Least.NOTE)
        ]
        if not told:
            continue
        rows = [[_line(one, several), one.code, _sentences(one), one.erratum or NOTHING] for one in told]
        columns = ["line!", "check!", "what, and why it matters", "known as!"]
        reminder = any(one.code in HAZARDOUS for one in told)
        notes = [f"Hazards: {ADVICE}."] if reminder else []
        lookup.table(f"{title}: {severity.value}s", columns, rows, notes)


def _line(concern: "Concern", several: bool) -> str:
    """Write a line, with its file where a recipe is told by several."""
    where = concern.where
    if where.line is None:
        return NOTHING
    return f"{where.file}:{where.line}" if several else str(where.line)


def _sentences(concern: "Concern") -> str:
    """Write what is the matter and why; the reminder beside each hazard stands beneath the table."""
    why = "" if concern.code == "hazard" else f" Why: {concern.why}."
    return f"{concern.text}.{why}"
