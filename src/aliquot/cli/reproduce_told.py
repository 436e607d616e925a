"""What `aliquot reproduce` prints: samples of a tube, every observation by role, misses and gaps in words."""

from typing import TYPE_CHECKING

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
ROWS = ["observation", "what", "published", "computed", "verdict"]
WORDS = ["what", "verdict"]
ARITHMETIC = "arithmetic"
"""The role that no chemistry stands behind."""
EVERYTHING = "fit to everything²"
"""Column of what constants give that saw the predictions too."""
FEW = 6
"""So many rows that share a reason are named."""


def show(result: "Reproduction") -> None:
    """Print a reproduction: samples, every observation in a table for its role, misses and gaps in words."""
    from aliquot.knowledge.records import Role

    if result.run is not None:
        _show_samples(result)
    for role in Role:
        rows = [row for row in result.rows if row.role is role]
        if rows:
            _show_rows(result, str(role), rows)
    missed = (*_misses(result), *_missed_by_fits(result))
    for note in (_counts(result), *_told(result), *missed, *_untried(result)):
        typer.echo(note)
    typer.echo()


def show_summary(results: "list[Reproduction]") -> None:
    """Print the counts of several papers in one table."""
    from aliquot.knowledge.records import Role

    columns = ["paper", *(f"{role}" for role in Role), "not computed", "fits to everything, sentences"]
    rows = []
    for result in results:
        counts = [result.counted(role) for role in Role]
        fits = [result.sentences_by(place) for place in range(len(result.everything))]
        rows.append(
            [
                result.paper,
                *(f"{met} of {of}" if of else "–" for met, of in counts),
                str(sum(result.untried(role) for role in Role)),
                ", ".join(f"{met} of {of}" for met, of in fits) or "–",
            ]
        )
    output.print_table("Rows met, by role", columns, rows)
    typer.echo()


def _show_rows(result: "Reproduction", title: str, rows: "list[Row]") -> None:
    """Print the observations of one role."""
    made = f", {result.chemistry}" if result.chemistry and title != ARITHMETIC else ""
    columns, cells = list(ROWS), [_cells(row) for row in rows]
    if result.everything and title != ARITHMETIC:
        columns.append(EVERYTHING)
        cells = [[*line, _fits(row)] for line, row in zip(cells, rows, strict=True)]
    output.print_table(f"{result.paper}, {title}{made}", columns, cells, (), WORDS)
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
            derived, corrected = result.derived(role), result.corrected(role)
            more = f", {derived} of them derived, not printed (*)" if derived else ""
            more += f", {corrected} printed otherwise, in error" if corrected else ""
            told.append(f"{role}: {met} of {of} met{more}" + (f", {untried} not computed" if untried else ""))
    return "; ".join(told) + "."


def _told(result: "Reproduction") -> "Iterator[str]":
    """Say how many sentences are met by role, and what each fit to everything meets."""
    from aliquot.knowledge.records import Role

    told = [(role, *result.sentences(role)) for role in (Role.CALIBRATION, Role.PREDICTION)]
    if any(of for _, _, of in told):
        counts = "; ".join(f"{role}: {met} of {of} met" for role, met, of in told if of)
        alone = sum(
            test.is_tried and not test.is_sentence and test.role is not Role.ARITHMETIC
            for test in result.tests
        )
        rest = f" {alone} further rows stand in no sentence." if alone else ""
        yield f"sentences, whose rows have to be met together: {counts}.{rest}"
    for place, name in enumerate(result.everything):
        (met, of), (told_met, told_of) = result.fitted(place), result.sentences_by(place)
        whole = f"{told_met} of {told_of} sentences, " if told_of else ""
        yield f"² {name}, fit to everything, no prediction: {whole}{met} of {of} rows met; ! is a miss."
    if result.checks:
        checks = f"{sum(row.met for row in result.checks)} of {len(result.checks)} met"
        yield f"checks, what a run has to satisfy though no paper prints it: {checks}."


def _fits(row: "Row") -> str:
    """Return what the fits to everything give, in the order of the card, in the unit of the row."""
    from aliquot.report.numbers import beside

    return " / ".join(
        "–" if fit.computed is None else beside(fit.computed, row.low, row.high) + ("" if fit.met else "!")
        for fit in row.everything
    )


def _misses(result: "Reproduction") -> "Iterator[str]":
    """Yield what is missed and why; rows that share a reason together."""
    from aliquot.report.numbers import sentence

    reasons: dict[tuple[str, str], list[str]] = {}
    for row in result.rows:
        if row.is_tried and not row.met:
            key = str(row.role), row.note or "No reason is known yet."
            told = f"{row.id}, {_published_text(row)}, computed {_number(row.computed, row)}"
            reasons.setdefault(key, []).append(told)
    for (role, reason), rows in reasons.items():
        yield f"missed, {role}: {'; '.join(rows)}. {sentence(reason)}"


def _missed_by_fits(result: "Reproduction") -> "Iterator[str]":
    """Yield why fits to everything miss rows, where that is not told of the row itself."""
    from aliquot.report.numbers import sentence

    for row in result.rows:
        by: dict[str, list[str]] = {}
        for fit in row.everything:
            if fit.note is not None and (row.met or fit.note != row.note):
                by.setdefault(fit.note, []).append(f"{fit.chemistry} ({_number(fit.computed, row)})")
        for note, fits in by.items():
            yield f"missed by {', '.join(fits)}: {row.id}, {_published_text(row)}. {sentence(note)}"


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
    computed = "–" if row.computed is None else _number(row.computed, row)
    what = row.quantity if row.condition is None else f"{row.condition}: {row.quantity}"
    return [row.id, what, _published_text(row), computed, verdict]


def _number(value: float | None, row: "Row") -> str:
    """Return a computed number with its unit, so that it is seen on which side of a bound it lies."""
    from aliquot.report.numbers import beside

    return "nothing" if value is None else f"{beside(value, row.low, row.high, 4)} {_unit(row)}".rstrip()


def _published_text(row: "Row") -> str:
    """Return what is asked for, with a mark where the paper does not print it like that."""
    mark = f", printed {row.printed}" if row.printed else " *" if row.derived else ""
    return f"{row.wanted} {_unit(row)}".rstrip() + mark


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
        f"{_or_dash(aliquot.temperature, 1.0, -273.15, 0)} °C, {_or_dash(aliquot.flow, 6e7)} mL/min",
        _or_dash(aliquot.time_s, 1.0 / 60.0),
        str(result.role(aliquot.label) or "not printed"),
        " / ".join(printed),
        f"{_value(condition.edge.e1)} / {sizes.mean:.2f} / {100 * sizes.rsd:.1f}",
        output.plus_minus(condition.recovered.mean, 2),
        output.plus_minus(condition.recovered.rsd, 1, 100.0),
        "–" if aliquot.conversion is None else f"{100 * aliquot.conversion:.1f}",
        "–" if aliquot.mass_error is None else f"{aliquot.mass_error:.0e}",
    ]


def _published(row: "Row | None", digits: int) -> str:
    return "–" if row is None else f"{row.published:.{digits}f}"


def _value(finding: "Finding") -> str:
    return "–" if finding.value is None else f"{finding.value.value:.0f}"


def _or_dash(value: float | None, unit: float, zero: float = 0.0, digits: int = 2) -> str:
    """Return a number in another unit, a dash where it is not known."""
    return "–" if value is None else f"{value * unit + zero:.{digits}f}"
