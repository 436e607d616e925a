"""`aliquot reproduce`: the numbers of a paper, published and computed."""

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output
from aliquot.cli.reproduce_told import show, show_summary

if TYPE_CHECKING:
    from aliquot.reproduce import Reproduction, Row, Told


def reproduce(
    papers: Annotated[
        list[str] | None, typer.Argument(help="Papers to reproduce; all of them unless given.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write a page of HTML for each paper into this folder.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the spectra's noise.")] = 2023,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema reproduce/1.")] = False,
) -> None:
    """Compute the published numbers of papers: of tubes by spectra taken and read back, of flasks by courses.

    \b
    Examples:
      aliquot reproduce wang2023
      aliquot reproduce wang2023 --report demo
      aliquot reproduce                            # all papers, in a minute or two
      aliquot reproduce --report papers            # and a page for each of them
    """
    from aliquot.knowledge import store
    from aliquot.reproduce import reproduce as compute
    from aliquot.reproduce.paper import steps_of

    if report is not None:
        with output.needs("report", "--report"):
            from aliquot.report.publish import room
        room(report)  # before anything is computed
    results, closely = [], report is not None
    for paper in papers or store.names("observations"):
        steps = steps_of(store.observations(paper), closely=closely)
        with output.progress(steps, f"reproducing {paper}", quiet=json) as told:
            results.append(compute(paper, seed=seed, closely=closely, progress=told))
    written = [] if report is None else [_report(result, report) for result in results]
    if json:
        output.print_json("reproduce", {**as_json(results), "reports": [str(path) for path in written]})
        return
    for result in results:
        show(result)
    if len(results) > 1:
        show_summary(results)
    for path in written:
        typer.echo(f"Report: {path}")


def as_json(results: "list[Reproduction]") -> dict[str, Any]:
    """Return reproductions as the contract writes them."""
    return {"papers": [_paper(result) for result in results]}


def _paper(result: "Reproduction") -> dict[str, Any]:
    tried = [row for row in result.rows if row.is_tried]
    return {
        "paper": result.paper,
        "rows": [_row(row) for row in result.rows],
        "met": sum(row.met for row in tried),
        "of": len(tried),
        "not_computed": len(result.rows) - len(tried),
        "tests": [
            {"name": test.name, "role": str(test.role), "met": test.met if test.is_tried else None}
            for test in result.tests
        ],
        "everything": [_fit(result, place) for place in range(len(result.everything))],
        "checks": [_row(row) for row in result.checks],
        "told": None if result.told is None else _told(result.told),
        "conditions": _conditions(result),
        "balance": {"max_relative_error": result.mass_error},
        "citations": list(result.run.citations) if result.run else [],
    }


def _fit(result: "Reproduction", place: int) -> dict[str, Any]:
    """Return what a fit to everything comes to; none of it is a prediction."""
    rows, whole = result.fitted(place), result.sentences_by(place)
    return {
        "chemistry": result.everything[place],
        "met": rows[0],
        "of": rows[1],
        "sentences_met": whole[0],
        "sentences_of": whole[1],
    }


def _told(told: "Told") -> dict[str, Any]:
    """Return what the rows tell of the constants."""
    return {
        "study": told.study,
        "chemistry": told.chemistry,
        "constants": list(told.free),
        "rows": told.rows,
        "bounds": told.bounds,
        "determined": told.determined,
        "at_bound": list(told.at_bound),
        "directions": [
            {
                "strength": one.strength,
                "determined": one.determined,
                "words": one.words,
                "weights": list(one.weights),
            }
            for one in told.directions
        ],
    }


def _row(row: "Row") -> dict[str, Any]:
    return {
        "id": row.id,
        "condition": row.condition,
        "quantity": row.quantity,
        "unit": row.unit,
        "published": row.value,
        "low": row.low if isfinite(row.low) else None,
        "high": row.high if isfinite(row.high) else None,
        "text": row.text,
        "computed": row.computed,
        "tolerance": None if row.value is None else row.tolerance,
        "role": str(row.role),
        "met": row.met if row.is_tried else None,
        "test": row.test,
        "says": row.says,
        "source": row.source,
        "printed": row.printed,
        "derived": row.derived,
        "reading": row.reading,
        "errata": list(row.errata),
        "note": row.note,
        "not_computed_because": row.beyond,
        "everything": [
            {
                "chemistry": fit.chemistry,
                "computed": fit.computed,
                "met": fit.met,
                "not_computed_because": fit.why,
                "note": fit.note,
            }
            for fit in row.everything
        ],
    }


def _conditions(result: "Reproduction") -> list[dict[str, Any]]:
    return [
        {
            "label": condition.aliquot.label,
            "temperature_K": condition.aliquot.temperature,
            "time_s": condition.aliquot.time_s,
            "flow_m3_s": condition.aliquot.flow,
            "simulated": {
                "mean_nm": condition.simulated.mean,
                "rsd": condition.simulated.rsd,
                "weighting": "volume",
            },
            "e1_nm": output.interval(condition.edge.e1.value),
            "recovered": {
                "mean_nm": output.interval(condition.recovered.mean.value),
                "rsd": output.interval(condition.recovered.rsd.value),
                "weighting": "volume",
            },
            "conversion": condition.aliquot.conversion,
            "flags": [*condition.aliquot.flags, *condition.recovered.flags],
        }
        for condition in result.conditions
    ]


def _report(result: "Reproduction", folder: Path) -> Path:
    with output.needs("report", "--report"):
        from aliquot.report import write_page
    return write_page(result, folder / f"{result.paper}.html")
