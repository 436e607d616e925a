"""`aliquot reproduce`: the numbers of a paper, published and computed."""

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from collections.abc import Iterator

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
ROWS = ["observation", "condition", "what", "published", "computed", "role", "verdict"]
WORDS = ["condition", "what", "role", "verdict"]
EVERYTHING = "fit to everything²"
"""Column of what constants give that saw the predictions too."""
FEW = 6
"""So many rows that share a reason are named."""


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
    """Compute the published numbers of papers: of tubes by spectra taken and read back, of flasks by courses.

    \b
    Examples:
      aliquot reproduce wang2023
      aliquot reproduce wang2023 --report demo
      aliquot reproduce                            # all papers, in some three minutes
    """
    from aliquot.knowledge import store
    from aliquot.reproduce import reproduce as compute
    from aliquot.reproduce.paper import recipe_of

    results = []
    for paper in papers or store.names("observations"):
        card = store.observations(paper)
        recipe = recipe_of(card)
        steps = 1 + len(card.everything)
        if recipe is not None and card.chemistry is not None:
            steps = 2 * len(recipe.samples)
        with output.progress(steps, f"reproducing {paper}", quiet=json) as told:
            results.append(compute(paper, seed=seed, progress=told))
    written = [_report(result, report) for result in results if result.run] if report is not None else []
    if json:
        output.print_json("reproduce", {**as_json(results), "reports": [str(path) for path in written]})
        return
    for result in results:
        _show(result)
        if report is not None and result.run is None:
            typer.echo(f"No report of {result.paper}: a page shows the samples of a tube, and it has none.")
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
        "conditions": _conditions(result),
        "balance": {"max_relative_error": result.mass_error},
        "citations": list(result.run.citations) if result.run else [],
    }


def _fit(result: "Reproduction", place: int) -> dict[str, Any]:
    """Return what a fit to everything comes to; none of it is a prediction."""
    rows, sentences = result.fitted(place), _sentences(result, place)
    return {
        "chemistry": result.everything[place],
        "met": rows[0],
        "of": rows[1],
        "sentences_met": sentences[0],
        "sentences_of": sentences[1],
    }


def _sentences(result: "Reproduction", place: int) -> tuple[int, int]:
    """Return how many sentences of any role a fit to everything meets, and of how many."""
    from aliquot.knowledge.records import Role

    counts = [result.sentences(role, place) for role in (Role.CALIBRATION, Role.PREDICTION)]
    return sum(met for met, _ in counts), sum(of for _, of in counts)


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
        "met": row.met,
        "test": row.test,
        "says": row.says,
        "source": row.source,
        "printed": row.printed,
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


def _show(result: "Reproduction") -> None:
    if result.run is not None:
        _show_samples(result)
    title = f"{result.paper}, every observation" + (f", {result.chemistry}" if result.chemistry else "")
    columns, cells = list(ROWS), [_cells(row) for row in result.rows]
    if result.everything:
        columns.append(EVERYTHING)
        cells = [[*line, _fits(row)] for line, row in zip(cells, result.rows, strict=True)]
    notes = [_counts(result), *_told(result), *_misses(result), *_untried(result)]
    output.print_table(title, columns, cells, notes, WORDS)
    typer.echo()


def _show_samples(result: "Reproduction") -> None:
    """Print a line for each simulated sample: published, simulated, read back."""
    notes = ["¹ E1 / nm, diameter / nm, RSD / %: spheres of equal volume, by volume."]
    for condition in result.conditions:
        flags = (*condition.aliquot.flags, *condition.recovered.flags)
        notes += [f"{condition.aliquot.label}: {flag}" for flag in flags]
    title = f"{result.paper}, {result.chemistry}, noise seed {result.seed}"
    output.print_table(title, COLUMNS, [_line(result, condition) for condition in result.conditions], notes)
    typer.echo()


def _counts(result: "Reproduction") -> str:
    """Say how many rows of each role are met, and how many nothing has computed."""
    from aliquot.knowledge.records import Role

    told = []
    for role in Role:
        (met, of), untried = result.counted(role), result.untried(role)
        if of or untried:
            told.append(f"{role}: {met} of {of} met" + (f", {untried} not computed" if untried else ""))
    return "; ".join(told) + "."


def _told(result: "Reproduction") -> "Iterator[str]":
    """Say how many sentences are met by role, and what each fit to everything meets."""
    from aliquot.knowledge.records import Role

    told = [(role, *result.sentences(role)) for role in (Role.CALIBRATION, Role.PREDICTION)]
    if any(of for _, _, of in told):
        counts = "; ".join(f"{role}: {met} of {of} met" for role, met, of in told if of)
        yield f"sentences, whose rows have to be met together: {counts}."
    for place, name in enumerate(result.everything):
        (met, of), (told_met, told_of) = result.fitted(place), _sentences(result, place)
        sentences = f"{told_met} of {told_of} sentences, " if told_of else ""
        yield f"² {name}, fit to everything, no prediction: {sentences}{met} of {of} rows met; ! is a miss."


def _fits(row: "Row") -> str:
    """Return what the fits to everything give, in the order of the card, in the unit of the row."""
    return " / ".join(
        "–" if fit.computed is None else f"{fit.computed:.3g}" + ("" if fit.met else "!")
        for fit in row.everything
    )


def _misses(result: "Reproduction") -> "Iterator[str]":
    for row in result.rows:
        if row.is_tried and not row.met:
            computed = "nothing" if row.computed is None else f"{row.computed:.4g} {_unit(row)}".rstrip()
            reason = row.note or "No reason is known yet."
            yield f"missed, {row.role}: {row.id}, {_published_text(row)}, computed {computed}. {reason}"


def _untried(result: "Reproduction") -> "Iterator[str]":
    """Yield each reason for which rows are not computed, with their names."""
    reasons: dict[str, list[str]] = {}
    for row in result.rows:
        if row.beyond:
            reasons.setdefault(row.beyond, []).append(row.id)
    for reason, names in reasons.items():
        shown = ", ".join(names) if len(names) <= FEW else f"{len(names)} rows"
        yield f"not computed: {shown}. {reason}"


def _cells(row: "Row") -> list[str]:
    """Return one observation as a row of the table."""
    verdict = ("met" if row.met else "missed") if row.is_tried else "not computed"
    computed = "–" if row.computed is None else f"{row.computed:.4g} {_unit(row)}".rstrip()
    return [
        row.id,
        row.condition or "–",
        row.quantity,
        _published_text(row),
        computed,
        str(row.role),
        verdict,
    ]


def _published_text(row: "Row") -> str:
    return f"{row.wanted} {_unit(row)}".rstrip()


def _unit(row: "Row") -> str:
    return "" if row.unit == "1" else row.unit


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
        "–" if result.mass_error is None else f"{result.mass_error:.0e}",
    ]


def _published(row: "Row | None", digits: int) -> str:
    return "–" if row is None else f"{row.published:.{digits}f}"


def _value(finding: "Finding") -> str:
    return "–" if finding.value is None else f"{finding.value.value:.0f}"
