"""`aliquot recipe import`: tables of syntheses from the literature, with their doubts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import lookup, output

if TYPE_CHECKING:
    from aliquot.recipe.exchange.literature import LiteratureRow, LiteratureTable


def import_(
    file: Annotated[Path, typer.Argument(help="A published table of InP or CdSe syntheses, as CSV.")],
    yaml: Annotated[
        Path | None, typer.Option("--yaml", help="Folder in which to begin a recipe from --row.")
    ] = None,
    row: Annotated[
        int | None, typer.Option("--row", min=1, help="The row to begin from, counted from 1.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, recipe-import/1.")] = False,
) -> None:
    """Read a literature table of syntheses: every row with what is doubtful about it; nothing is corrected.

    With --yaml and --row a row becomes the beginning of a recipe file, null where the table is silent.

    \b
    Examples:
      aliquot recipe import InP_hao_dataset.csv
      aliquot recipe import CdSe_Raw.csv --yaml mine --row 12
      aliquot recipe import CdSe_Raw.csv --json
    """
    from aliquot.recipe.exchange.literature import read_table

    _check_options(yaml, row)
    table = read_table(file, sizes)
    written: Path | None = None
    notes: tuple[str, ...] = ()
    if yaml is not None and row is not None:
        written, notes = _begin(table, row, yaml)
    if json:
        content = {
            "file": table.file,
            "table": table.form,
            "material": table.material,
            "count": len(table.rows),
            "flags": [{"code": code, "rows": rows} for code, rows in table.histogram.items()],
            "rows": [as_json(each) for each in table.rows],
            "written": None if written is None else str(written),
            "notes": list(notes),
        }
        output.print_json("recipe-import", content)
        return
    rows = [[code, str(count), _example(table, code)] for code, count in table.histogram.items()]
    title = f"{table.file}: {len(table.rows)} rows of {table.form}"
    lookup.table(title, ["doubt", "rows>", "first of them"], rows, notes)
    if written is not None:
        typer.echo(f"Written: {written}")


def sizes(material: str, e1_nm: float) -> tuple[float, float] | None:
    """Return the diameters that a first exciton allows, by the curves of the card within their range.

    Where the card does not know how far sizes from absorbance are off against TEM, the number of CdSe stands
    in.

    Args:
        material: Card of the material.
        e1_nm: First exciton [nm].

    Returns:
        Lowest and highest diameter at 95 % [nm], None where no curve holds.
    """
    from math import hypot, pi, sqrt

    from aliquot.finding import Finding, Interval
    from aliquot.instruments.absorbance.sizing import size_from_edge
    from aliquot.knowledge import store

    card = store.material(material)
    line = Finding("E1", "nm", Interval.normal(e1_nm, 1.0), budget={"reading": 1.0})
    found = size_from_edge(card, line).value
    if found is None:
        return None
    half = (found.high - found.low) / 2.0
    floor = store.material("CdSe").sizing_floor
    if card.sizing_floor is None and floor is not None:
        half = hypot(half, 1.96 * floor.to("nm") * sqrt(pi / 2.0))
    return found.value - half, found.value + half


def as_json(row: "LiteratureRow") -> dict[str, Any]:
    """Return a row as the contract writes it."""
    return {
        "row": row.number,
        "line": row.line,
        "source": row.source,
        "species": [
            {
                "role": species.role,
                "name": species.name,
                "amount_mol": species.amount,
                "mass_g": species.mass,
                "volume_m3": species.volume,
            }
            for species in row.species
        ],
        "injection_temperature_K": row.injection_temperature,
        "temperature_K": row.temperature,
        "time_s": row.time,
        "total_volume_m3": row.total_volume,
        "total_mass_g": row.total_mass,
        "diameter_nm": row.diameter_nm,
        "diameter_by": row.diameter_by,
        "absorbance_nm": row.absorbance_nm,
        "emission_nm": row.emission_nm,
        "flags": [{"code": flag.code, "text": flag.text} for flag in row.flags],
    }


def _example(table: "LiteratureTable", code: str) -> str:
    """Return the first doubt of a kind."""
    return next(
        f"row {row.number}: {flag.text}" for row in table.rows for flag in row.flags if flag.code == code
    )


def _begin(table: "LiteratureTable", row: int, folder: Path) -> tuple[Path, tuple[str, ...]]:
    """Write the beginning of a recipe from a row.

    Raises:
        InputError: If there is no such row, the folder can not be made, or the file exists.
    """
    from aliquot.cli.recipe.book import write_new
    from aliquot.errors import InputError, Where
    from aliquot.recipe.exchange.skeleton import skeleton

    begun = skeleton(table.row(row))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        in_the_way = isinstance(fault, FileExistsError | NotADirectoryError)
        raise InputError(
            given=f"'{folder}'{', where a file is in the way' if in_the_way else ''}",
            expected="a folder, or the name of a new one",
            why="the recipe gets a name of its own in it" if in_the_way else str(fault.strerror),
            remedy="Name another folder.",
            where=Where(str(folder), key="--yaml"),
        ) from None
    path = folder / f"{begun.id}.yaml"
    write_new(path, begun.text, "--yaml")
    return path, begun.notes


def _check_options(yaml: Path | None, row: int | None) -> None:
    """Refuse one of two options without the other.

    Raises:
        InputError: If only one is given.
    """
    from aliquot.errors import InputError

    if (yaml is None) != (row is None):
        given, missing = ("--yaml", "--row") if row is None else ("--row", "--yaml")
        raise InputError(
            given=f"{given} without {missing}",
            expected="both, or neither",
            why="a recipe is begun from one row, in a folder",
            remedy=f"Add {missing}.",
        )
