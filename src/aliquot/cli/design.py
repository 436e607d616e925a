"""`aliquot design`: a target in; the recipe that meets it within all limits, and how sure it is, out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.inference.design.record import Bound, Compromise, Designed, Reached, Setting
    from aliquot.inference.design.study import Design


Asked = Annotated[str, typer.Argument(help="A design study, or the name of one in the book.")]
Out = Annotated[
    Path | None,
    typer.Option(
        help="Folder for recipe.yaml and result.json, or a file such as recipe.yaml; 'design-ID' if none."
    ),
]
Report = Annotated[
    Path | None, typer.Option(help="Write one page of HTML: recipe, spread, limits, trade-off.")
]
Fitted = Annotated[
    Path | None,
    typer.Option(help="Run folder of a fit: design with its constants, and draw the spread from it."),
]
Draws = Annotated[
    int | None, typer.Option(min=8, help="Sets of constants for the spread; as the study says if none.")
]
Starts = Annotated[
    int | None, typer.Option(min=1, help="Points to search from; as the study says unless given.")
]
Extrapolated = Annotated[
    bool, typer.Option("--extrapolate", help="Allow temperatures outside the chemistry's calibration.")
]


def design(
    study: Asked,
    out: Out = None,
    report: Report = None,
    fit: Fitted = None,
    draws: Draws = None,
    starts: Starts = None,
    extrapolate: Extrapolated = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema design/1.")] = False,
) -> None:
    """Design a recipe: knobs within hard limits, turned until the targets are met and the objective is best.

    What boils, overflows, leaves the calibration or the pump's range is never tried. Leaves with exit code 2
    where no recipe within the limits meets all targets; the nearest is then told and written as 'nearest'.

    \b
    Examples:
      aliquot design inp_design
      aliquot design my_design.yaml --out my_recipe.yaml --report page.html
      aliquot design inp_design --draws 200 --json
    """
    from aliquot.inference.design.design import design as found_by
    from aliquot.inference.design.study import Design, design_document

    document = design_document(study)
    asked = _changed(document.read(Design), fit, draws, starts, extrapolate=extrapolate)
    beside = Path(study).parent if Path(study).is_file() else None
    with output.counting(f"designing {asked.id}", quiet=json) as told:
        found = found_by(asked, folder=beside, told=told)
    place = _write(found, asked, out)
    if report is not None:
        with output.needs("report", "--report"):
            from aliquot.report.design import write_design

            write_design(found, asked, report)
    if json:
        from aliquot.inference.design.told import as_json

        output.print_json("design", {**as_json(found), "file": str(place)})
        if not found.feasible:
            raise typer.Exit(2)
        return
    _show(found, place)
    if not found.feasible:
        raise _refused(found, asked)


def _changed(
    asked: "Design", fit: Path | None, draws: int | None, starts: int | None, *, extrapolate: bool
) -> "Design":
    """Return a study with what the command line says otherwise."""
    from aliquot.errors import InputError, Where
    from aliquot.inference.design.study import Belief

    update: dict[str, object] = {} if starts is None else {"starts": starts}
    spread = asked.spread
    if fit is not None:
        spread = Belief(fit=str(fit.resolve()), draws=64 if spread is None else spread.draws)
    if draws is not None:
        if spread is None or spread.cards:
            raise InputError(
                given=f"{draws} draws",
                expected="a study whose spread is drawn from a fit",
                why="rival cards are counted, not drawn",
                remedy="Leave '--draws' out, or name a fit by '--fit FOLDER'.",
                where=Where(asked.id, key="--draws"),
            )
        spread = spread.model_copy(update={"draws": draws})
    update["spread"] = spread
    if extrapolate:
        update["limits"] = asked.limits.model_copy(update={"extrapolate": True})
    return asked.model_copy(update=update)


def _write(found: "Designed", asked: "Design", out: Path | None) -> Path:
    """Write recipe and result, each whole or not at all; return the recipe's file."""
    import json

    from aliquot.inference.design.told import as_json
    from aliquot.inference.design.written import write

    name = "recipe.yaml" if found.feasible else "nearest.yaml"
    if out is not None and out.suffix in {".yaml", ".yml"}:
        target = out if found.feasible else out.with_name(f"{out.stem}.nearest{out.suffix}")
        return write(found.recipe, target)
    folder = out if out is not None else Path(f"design-{asked.id}")
    result = json.dumps(as_json(found), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write(result, folder / "result.json")
    return write(found.recipe, folder / name)


def _refused(found: "Designed", asked: "Design") -> Exception:
    """Return the error of targets that can not be met, with the nearest that can."""
    from aliquot.errors import InputError, Where

    missed = [one for one in found.targets if not one.met]
    near = "; ".join(
        f"{one.name} {_number(one.simulated, one.unit)} in place of {one.text}" for one in missed
    )
    ways = "; ".join(
        f"{one.knob} at about {_number(one.to, one.unit)} (stopped by {', '.join(one.by)})"
        for one in found.blocked
        if one.to is not None
    )
    lacking = "" if found.failed is None else found.failed.remedy
    return InputError(
        given=" and ".join(f"{one.name} {one.text}" for one in found.targets),
        expected=f"targets that a recipe within the limits meets; the nearest gives {near}",
        why="no setting of the knobs that was found comes nearer"
        + ("" if found.failed is None else f", and {found.failed.recipes} could not be computed"),
        remedy="Move a target"
        + (f", or a limit: by a straight line it would take {ways}." if ways else ", or free another knob.")
        + lacking,
        where=Where(asked.id, key="targets"),
    )


# --- for people ------------------------------------------------------------------------------------------


def _show(found: "Designed", place: Path) -> None:
    head = found.title if found.feasible else f"{found.title}: the nearest that can be reached"
    columns = ["knob", "unit", "setting", "from", "to", "error of setting"]
    rows = [_setting(one) for one in found.settings]
    output.print_table(head, columns, rows, _of_limits(found), ["unit"])
    columns = ["aim", "asked", "simulated", "median, 95 %", "met with", "error of settings", "met"]
    rows = [_reached(one) for one in (found.objective, *found.targets)]
    output.print_table("What it gives", columns, rows, _of_numbers(found), ["asked", "met"])
    if found.front:
        _show_front(found)
    output.print_table("", ["Recipe" if found.feasible else "Nearest recipe"], [[str(place)]])


def _setting(one: "Setting") -> list[str]:
    error = "–" if one.error is None else f"± {one.error:.2g}"
    return [one.name, one.unit, f"{one.value:.4g}", f"{one.low:.4g}", f"{one.high:.4g}", error]


def _of_limits(found: "Designed") -> list[str]:
    notes = [f"Touched: {_bound(one)}." for one in found.bounds] or ["No limit is touched."]
    return [*notes, *(f"{one.told[0].upper()}{one.told[1:]}." for one in found.blocked)]


def _bound(one: "Bound") -> str:
    return f"{one.words} ({_number(one.value, one.unit)} of {_number(one.end, one.unit)})"


def _reached(one: "Reached") -> list[str]:
    unit = "" if one.unit == "1" else f" {one.unit}"
    spread = "–"
    if one.spread is not None:
        spread = f"{one.spread.value:.3g} [{one.spread.low:.3g}, {one.spread.high:.3g}]{unit}"
    return [
        one.name,
        one.text,
        f"{one.simulated:.4g}{unit}",
        spread,
        "–" if one.chance is None else f"{100.0 * one.chance:.0f} % of draws",
        "–" if one.by_settings is None else f"± {one.by_settings:.2g}{unit}",
        "" if one.met is None else "yes" if one.met else "NO",
    ]


def _of_numbers(found: "Designed") -> list[str]:
    notes = []
    if found.drawn is not None:
        failed = f", {found.drawn.failed} of which could not be computed" if found.drawn.failed else ""
        notes.append(
            f"All targets together are met by {100.0 * found.drawn.chance:.0f} % of the draws{failed}."
            f" Spread: {found.drawn.source}."
        )
    if found.failed is not None:
        notes.append(found.failed.told)
    notes.append(
        f"{found.looked_at} recipes computed, {found.with_slopes} of them with slopes, by "
        f"{len(found.searches)} searches; the written recipe was simulated anew."
    )
    return [*notes, *found.flags, "Cite: " + ", ".join(found.citations) + "."]


def _show_front(found: "Designed") -> None:
    objective = found.objective
    columns = [f"{found.front_target} asked", f"{objective.name} / {objective.unit}"]
    columns += [f"{one.name}{'' if one.unit == '1' else f' / {one.unit}'}" for one in found.targets]
    columns += [f"{one.name} / {one.unit}" for one in found.settings]
    rows = [_compromise(one) for one in found.front]
    output.print_table("The trade-off, before rounding", [*columns, "met"], rows, (), ["met"])


def _compromise(one: "Compromise") -> list[str]:
    numbers = (one.objective, *one.targets, *one.settings)
    return [f"{one.value:.4g}", *(f"{number:.4g}" for number in numbers), "yes" if one.feasible else "NO"]


def _number(value: float, unit: str) -> str:
    return f"{value:.4g}" if unit == "1" else f"{value:.4g} {unit}"
