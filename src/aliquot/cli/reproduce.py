"""`aliquot reproduce`: the numbers of a paper, published and computed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.finding import Finding
    from aliquot.reproduce import Condition, Reproduction, Row

COLUMNS = [
    "condition",
    "time / min",
    "role",
    "published¹",
    "simulated¹",
    "recovered d / nm",
    "recovered RSD / %",
    "conversion / %",
    "mass error",
]


def reproduce(
    papers: Annotated[
        list[str] | None, typer.Argument(help="Papers to reproduce; all of them unless given.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write a self-contained HTML report into this folder.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the spectra's noise.")] = 2023,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema reproduce/1.")] = False,
) -> None:
    """Compute the published numbers of a paper: its recipe simulated, its spectra taken and read back.

    \b
    Examples:
      aliquot reproduce wang2023
      aliquot reproduce wang2023 --report demo
    """
    from aliquot.knowledge import store
    from aliquot.recipe import flow_recipe, read_recipe, recipe_book
    from aliquot.reproduce import reproduce as compute

    results = []
    for paper in papers or store.names("observations"):
        samples = len(flow_recipe(read_recipe(recipe_book(store.observations(paper).recipe))).samples)
        with output.progress(2 * samples, f"reproducing {paper}", quiet=json) as told:
            results.append(compute(paper, seed=seed, progress=told))
    written = [_report(result, report) for result in results] if report is not None else []
    if json:
        output.print_json("reproduce", {**as_json(results), "reports": [str(path) for path in written]})
        return
    for result in results:
        _show(result)
    for path in written:
        typer.echo(f"Report: {path}")


def as_json(results: "list[Reproduction]") -> dict[str, Any]:
    """Return reproductions as the contract writes them."""
    return {
        "papers": [
            {
                "paper": result.paper,
                "rows": [_row(row) for row in result.rows],
                "met": sum(row.met for row in result.rows),
                "of": len(result.rows),
                "conditions": _conditions(result),
                "balance": {"max_relative_error": result.run.mass_error},
                "citations": list(result.run.citations),
            }
            for result in results
        ]
    }


def _row(row: "Row") -> dict[str, Any]:
    return {
        "id": row.id,
        "condition": row.condition,
        "quantity": row.quantity,
        "unit": row.unit,
        "published": row.published,
        "computed": row.computed,
        "tolerance": row.tolerance,
        "role": str(row.role),
        "met": row.met,
        "source": row.source,
        "reading": row.reading,
        "errata": list(row.errata),
        "note": row.note,
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


def _show(result: "Reproduction") -> None:
    from aliquot.knowledge.records import Role

    counts = [f"{role}: {met} of {of} met" for role in Role for met, of in [result.counted(role)]]
    notes = [
        "¹ E1 / nm, diameter / nm, RSD / %: spheres of equal volume, by volume.",
        "; ".join(counts) + ".",
    ]
    notes += [_miss(row) for row in result.rows if not row.met]
    for condition in result.conditions:
        flags = (*condition.aliquot.flags, *condition.recovered.flags)
        notes += [f"{condition.aliquot.label}: {flag}" for flag in flags]
    title = f"{result.paper}, {result.run.chemistry}, noise seed {result.seed}"
    output.print_table(title, COLUMNS, [_line(result, condition) for condition in result.conditions], notes)


def _line(result: "Reproduction", condition: "Condition") -> list[str]:
    """Return one condition as a row of the table."""
    aliquot, sizes = condition.aliquot, condition.simulated
    published = result.published(aliquot.label)
    printed = [
        _published(published.get(name), digits) for name, digits in (("E1", 0), ("diameter", 1), ("RSD", 1))
    ]
    return [
        f"{(aliquot.temperature or 0) - 273.15:.0f} °C, {(aliquot.flow or 0) * 6e7:.2f} mL/min",
        f"{(aliquot.time_s or 0) / 60:.2f}",
        str(result.role(aliquot.label) or "not printed"),
        " / ".join(printed),
        f"{_value(condition.edge.e1)} / {sizes.mean:.2f} / {100 * sizes.rsd:.1f}",
        output.plus_minus(condition.recovered.mean, 2),
        output.plus_minus(condition.recovered.rsd, 1, 100.0),
        "–" if aliquot.conversion is None else f"{100 * aliquot.conversion:.1f}",
        f"{result.run.mass_error:.0e}",
    ]


def _published(row: "Row | None", digits: int) -> str:
    return "–" if row is None else f"{row.published:.{digits}f}"


def _value(finding: "Finding") -> str:
    return "–" if finding.value is None else f"{finding.value.value:.0f}"


def _miss(row: "Row") -> str:
    computed = "nothing" if row.computed is None else f"{row.computed:.4g} {row.unit}"
    missed = f"missed, {row.role}: {row.id} {row.published:.4g} {row.unit}, computed {computed}"
    return f"{missed}, tolerance {row.tolerance:.3g}. {row.note or 'No reason is known yet.'}"
