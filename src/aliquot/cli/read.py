"""`aliquot read`: what is this file? Format, axis, kind, metadata, and what is odd about it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.errors import AliquotError
    from aliquot.instruments.formats import Contents, Trace

SHOWN = 24
"""Most traces and most lines of metadata that are shown of one file."""


def read(
    files: Annotated[list[Path], typer.Argument(help="Files of any instrument, packed by gzip or not.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema read/1.")] = False,
) -> None:
    """Tell what files hold: format by content, axis, kind, points, metadata, and what is odd.

    \b
    Examples:
      aliquot read unknown.dat
      aliquot read spectra/* --json
      aliquot read "PbSe batch 1.txt" toluene.jdx survey_nm.txt.gz
    """
    from aliquot.errors import AliquotError
    from aliquot.instruments.formats import read_file

    found: list[tuple[Path, Contents | AliquotError]] = []
    for file in files:
        try:
            found.append((file, read_file(file)))
        except AliquotError as error:
            if len(files) == 1:
                raise
            found.append((file, error))
    if json:
        output.print_json("read", {"files": [as_json(file, what) for file, what in found]})
    elif len(found) == 1 and not isinstance(found[0][1], AliquotError):
        _show_one(found[0][1])
    else:
        _show_many(found)
    if any(isinstance(what, AliquotError) for _, what in found):
        raise typer.Exit(2)


def as_json(file: Path, what: "Contents | AliquotError") -> dict[str, Any]:
    """Return one file as the contract writes it: what it holds, or why it could not be read."""
    from aliquot.errors import AliquotError

    if isinstance(what, AliquotError):
        error = {"kind": type(what).__name__, "message": str(what), "where": str(what.where) or None}
        return {
            "file": str(file),
            "format": None,
            "traces": [],
            "metadata": {},
            "problems": [],
            "error": error,
        }
    return {
        "file": str(file),
        "format": what.format,
        "points": what.points,
        "traces": [_trace(trace) for trace in what.traces],
        "metadata": dict(what.metadata),
        "problems": list(what.problems),
        "error": None,
    }


def _trace(trace: "Trace") -> dict[str, Any]:
    conditions = trace.conditions
    return {
        "label": trace.label,
        "time_s": conditions.time_s,
        "path_mm": conditions.path_mm,
        "dilution": conditions.dilution,
        "medium": conditions.medium,
        "temperature_K": conditions.temperature,
        "excitation_nm": conditions.excitation_nm,
        "emission_nm": conditions.emission_nm,
        "axis": {"kind": str(trace.axis.kind), "unit": trace.axis.unit, "written": trace.axis.written},
        "quantity": {
            "kind": str(trace.quantity.kind),
            "unit": trace.quantity.unit,
            "written": trace.quantity.written,
        },
        "points": int(trace.x.size),
        "first": float(trace.x[0]),
        "last": float(trace.x[-1]),
        "lowest": float(trace.y.min()),
        "highest": float(trace.y.max()),
        "gaps": trace.gaps,
        "metadata": dict(trace.metadata),
    }


def _show_one(contents: "Contents") -> None:
    """Print one file: its traces, its metadata, its problems."""
    rows = [_row(trace) for trace in contents.traces[:SHOWN]]
    notes = []
    if len(contents.traces) > SHOWN:
        notes.append(f"{len(contents.traces) - SHOWN} more traces; --json tells all.")
    told = [(name, value) for name, value in contents.metadata.items() if value]
    if told:
        notes.append("Told: " + "; ".join(f"{name} = {_short(value)}" for name, value in told[:SHOWN]) + ".")
        if len(told) > SHOWN:
            notes.append(f"{len(told) - SHOWN} more lines of metadata; --json tells all.")
    notes += _problems(contents)
    columns = ["trace", "time / s", "points", "axis", "from", "to", "quantity", "lowest", "highest"]
    title = f"{Path(contents.file).name}: {contents.format}"
    output.print_table(title, columns, rows, notes, words=("axis", "quantity"))


def _row(trace: "Trace") -> list[str]:
    time_s = trace.conditions.time_s
    quantity = trace.quantity.told
    if trace.quantity.written and trace.quantity.kind in {"another quantity", "molar absorptivity"}:
        quantity = trace.quantity.written
    return [
        _short(trace.label.strip(), 40),
        "–" if time_s is None else f"{time_s:g}",
        str(trace.x.size),
        trace.axis.told,
        f"{trace.x[0]:g}",
        f"{trace.x[-1]:g}",
        quantity,
        f"{trace.y.min():.4g}",
        f"{trace.y.max():.4g}",
    ]


def _show_many(found: "list[tuple[Path, Contents | AliquotError]]") -> None:
    """Print one row for each file, then what is odd or wrong with each."""
    from aliquot.errors import AliquotError

    rows, notes = [], []
    for file, what in found:
        if isinstance(what, AliquotError):
            rows.append([file.name, "not read", *["–"] * 6])
            notes.append(f"{file.name}: {what}")
            continue
        kinds = list(dict.fromkeys(trace.quantity.told for trace in what.traces))
        axes = list(dict.fromkeys(trace.axis.told for trace in what.traces))
        low = min(float(trace.x.min()) for trace in what.traces)
        high = max(float(trace.x.max()) for trace in what.traces)
        span = f"{low:g} to {high:g}"
        counts = [str(len(what.traces)), str(what.points)]
        odd = str(len(what.problems)) if what.problems else "–"
        rows.append([file.name, what.format, *counts, ", ".join(axes), span, ", ".join(kinds), odd])
        notes += [f"{file.name}: {problem}" for problem in _problems(what)]
    columns = ["file", "format", "traces", "points", "axis", "span", "quantity", "problems"]
    output.print_table(
        f"{len(found)} files", columns, rows, notes, words=("format", "axis", "span", "quantity")
    )


def _problems(contents: "Contents") -> list[str]:
    return [f"Odd: {problem}" for problem in contents.problems]


def _short(text: str, most: int = 60) -> str:
    """Return a text in one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
