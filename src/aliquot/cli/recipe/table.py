"""`aliquot recipe table`: the bench sheet, what to weigh, pipette and set."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.recipe import Recipe
    from aliquot.recipe.bench import Weighing


COLUMNS = (
    "key",
    "reagent",
    "into",
    "weigh / g",
    "or pipette / mL",
    "dosed / mmol",
    "active / mmol",
    "purity",
)


def table(
    recipe: Annotated[str, typer.Argument(help="A recipe file, or the name of a recipe in the book.")],
    html: Annotated[Path | None, typer.Option(help="Write a page to print to this HTML file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, recipe-table/1.")] = False,
) -> None:
    """Print the bench sheet of a recipe: what to weigh and pipette, then what to do, step by step.

    \b
    Examples:
      aliquot recipe table cdte_mech2023_toluene
      aliquot recipe table my_recipe.yaml --html sheet.html
    """
    from aliquot.recipe import read_recipe
    from aliquot.recipe.bench import instructions, weighings

    read = read_recipe(recipe)
    if html is not None:
        _write(read, html)
    lines, steps = weighings(read), instructions(read)
    if json:
        content = {
            "recipe": read.id,
            "title": read.title,
            "weighings": [_as_json(line) for line in lines],
            "instructions": list(steps),
            "unreported": list(read.unreported),
            "assumed": dict(read.assumed),
            "citations": list(read.sources),
            "reports": [] if html is None else [str(html)],
        }
        output.print_json("recipe-table", content)
        return
    notes = [f"{number}. {step}" for number, step in enumerate(steps, start=1)]
    notes += [f"{line.key}: {'; '.join(line.hazards)}." for line in lines if line.hazards]
    notes.append("Hazards are a reminder: check the supplier's safety data sheet.")
    if read.unreported:
        notes.append(f"Not reported: {', '.join(read.unreported)}.")
    if html is not None:
        notes.append(f"To print: {html}")
    output.print_table(read.title, COLUMNS, [_row(line) for line in lines], notes, words=COLUMNS[:3])


def _write(read: "Recipe", html: Path) -> None:
    with output.needs("report", "--html"):
        from aliquot.report.bench_sheet import write_bench_sheet
    write_bench_sheet(read, html)


def _row(line: "Weighing") -> list[str]:
    numbers = [line.mass, line.volume, line.dosed, line.active]
    written = ["–" if number is None else f"{number:.4g}" for number in numbers]
    name = f"{line.name} ({line.note})" if line.note else line.name
    return [line.key, name, line.goes_into, *written, line.purity]


def _as_json(line: "Weighing") -> dict[str, Any]:
    return {
        "key": line.key,
        "name": line.name,
        "cas": line.cas,
        "into": line.goes_into,
        "mass_g": line.mass,
        "volume_mL": line.volume,
        "dosed_mmol": line.dosed,
        "active_mmol": line.active,
        "purity": line.purity,
        "hazards": list(line.hazards),
        "note": line.note,
    }
