"""`aliquot convert`: any file of an instrument into JCAMP-DX, tidy CSV, Parquet or NeXus."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.instruments.formats import Contents


def convert(
    file: Annotated[Path, typer.Argument(help="File of any instrument, packed by gzip or not.")],
    to: Annotated[str, typer.Option(help="Format to write: jcamp, csv, parquet or nexus.")],
    out: Annotated[
        Path | None, typer.Option(help="File to write; else that of the original with another ending.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema convert/1.")] = False,
) -> None:
    """Write what a file holds in an open format: all numbers as they are, with names, units and times.

    \b
    Examples:
      aliquot convert "PbSe batch 1.txt" --to jcamp
      aliquot convert map.spc --to nexus --out map.nxs
      aliquot convert series.dx --to csv --out series.csv --force --json
    """
    from aliquot.instruments.formats import read_file, write_contents

    contents = read_file(file)
    target = _target(file, to, out)
    write_contents(contents, to, target, force=force)
    if json:
        output.print_json("convert", as_json(contents, to, target))
        return
    count = len(contents.traces)
    counted = f"{count} trace{'' if count == 1 else 's'} with {contents.points} points"
    typer.echo(f"{contents.format}, {counted}. Written: {target}")
    for problem in contents.problems:
        typer.echo(f"Odd: {problem}")


def _target(file: Path, to: str, out: Path | None) -> Path:
    """Return the file to write, which is never the original."""
    from aliquot.errors import InputError, Where
    from aliquot.instruments.formats.write import ENDINGS

    stem = file.name.removesuffix(".gz")
    target = out or file.with_name(stem).with_suffix(ENDINGS.get(to, ""))
    if target.resolve() != file.resolve():
        return target
    raise InputError(
        given=f"'{target}', which is the original",
        expected="another file",
        why="what the instrument wrote is never replaced",
        remedy="Name the new file by --out.",
        where=Where(key="--out"),
    )


def as_json(contents: "Contents", to: str, target: Path) -> dict[str, Any]:
    """Return what was written as the contract writes it."""
    return {
        "file": contents.file,
        "format": contents.format,
        "to": to,
        "out": str(target),
        "traces": len(contents.traces),
        "points": contents.points,
        "problems": list(contents.problems),
    }
