"""`aliquot landscape`: which chemistry has been tried for which material, and which has not."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import lookup, output

if TYPE_CHECKING:
    from aliquot.knowledge.landscape import Cell, Landscape

GRAIN = "A gap is a cell of which no card of this base tells, not a proof that nobody tried."


def landscape(
    report: Annotated[
        Path | None, typer.Option(help="Write table, figure, gaps and statements to this HTML file.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema landscape/1.")] = False,
) -> None:
    """Count published routes by chemistry and material, with the gaps, and what the review says of the field.

    \b
    Examples:
      aliquot landscape
      aliquot landscape --report landscape.html
      aliquot landscape --json
    """
    from aliquot.knowledge.base import base
    from aliquot.knowledge.landscape import landscape as count

    counted = count(base())
    if report is not None:
        with output.needs("report", "--report"):
            from aliquot.report.landscape import write_landscape

        write_landscape(counted, report)
    if json:
        output.print_json("landscape", as_json(counted, report))
        return
    _show(counted)
    if report is not None:
        typer.echo(f"Report: {report}")


def as_json(counted: "Landscape", report: Path | None) -> dict[str, Any]:
    """Return a landscape as the contract writes it."""
    filled = [
        cell
        for class_ in counted.classes
        for material in counted.materials
        if (cell := counted.cell(class_, material)).routes
    ]
    return {
        "results": [_cell(cell) for cell in filled],
        "count": len(filled),
        "routes": counted.routes,
        "matrix": {
            "classes": list(counted.classes),
            "materials": list(counted.materials),
            "counts": [
                [len(counted.cell(class_, material).routes) for material in counted.materials]
                for class_ in counted.classes
            ],
        },
        "gaps": [{"class": cell.class_, "material": cell.material} for cell in counted.gaps],
        "told": [
            {"class": cell.class_, "material": cell.material, "by": list(cell.told)}
            for cell in _told(counted)
        ],
        "statements": [
            {"id": one.id, "statement": one.statement, "source": one.source, "place": one.place}
            for one in counted.statements
        ],
        "reports": [] if report is None else [str(report)],
        "flags": [GRAIN, *lookup.shadows()],
    }


def _told(counted: "Landscape") -> "list[Cell]":
    """Return the cells without a route of which another card tells."""
    return [cell for cell in counted.cells.values() if cell.told]


def _few(names: "tuple[str, ...]") -> str:
    """Write the first names of a list, and how many more there are."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _cell(cell: "Cell") -> dict[str, Any]:
    from aliquot.knowledge.base import base

    routes = [base().card("routes", name) for name in cell.routes]
    errata = [erratum.id for route in routes for erratum in base().errata_of("routes", route.id)]
    return {
        "id": f"{cell.class_}:{cell.material}",
        "class": cell.class_,
        "material": cell.material,
        "routes": list(cell.routes),
        "failed": list(cell.failed),
        "sources": list(dict.fromkeys(key for route in routes for key in route.sources)),
        "errata": list(dict.fromkeys(errata)),
    }


def mark(cell: "Cell") -> str:
    """Write a cell: its count, with those that failed; a plus, a ring for a gap, a dot for what is none."""
    if not cell.routes and cell.told:
        return "+"
    if not cell.routes:
        return "○" if cell.gap else "·"
    return f"{len(cell.routes)}{f' ({len(cell.failed)}✗)' if cell.failed else ''}"


def _show(counted: "Landscape") -> None:
    rows = [
        [class_, *(mark(counted.cell(class_, material)) for material in counted.materials)]
        for class_ in counted.classes
    ]
    by_class: dict[str, list[str]] = {}
    for cell in counted.gaps:
        by_class.setdefault(cell.class_, []).append(cell.material)
    notes = [
        "✗ failed among them; + no route, but another card tells of it; ○ nothing told, though the chemistry",
        "could bring the non-metal; · not for it.",
        "Shells count for their core. 'general': routes told for a family of materials.",
        f"Gaps: {len(counted.gaps)}. {GRAIN}",
        *(f"  {class_}: {', '.join(materials)}" for class_, materials in by_class.items()),
        "Told without a route of its own:",
        *(f"  {cell.class_}, {cell.material}: {_few(cell.told)}" for cell in _told(counted)),
        "What the review says (gazis2023), its statements and not our data:",
        *(f"  {one.place}: {one.statement}" for one in counted.statements),
    ]
    columns = ["chemistry", *(f"{material}>" for material in counted.materials)]
    lookup.table(f"{counted.routes} routes by chemistry and material", columns, rows, notes)
