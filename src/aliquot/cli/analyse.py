"""`aliquot analyse`: measured spectra in, findings out."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aliquot.cli import analyse_ask as ask
from aliquot.cli import output
from aliquot.cli.analyse_told import as_json, show

if TYPE_CHECKING:
    from aliquot.instruments.absorbance.findings import SeriesFindings
    from aliquot.knowledge.records import Material


def analyse(
    files: ask.Files,
    material: ask.MaterialName,
    path: ask.PathLength = None,
    dilution: ask.Dilution = None,
    medium: ask.Medium = None,
    clusters: ask.ClusterWords = "none",
    lineshape: ask.Lineshape = "learn",
    save_lineshape: ask.SaveLineshape = None,
    blank: ask.Blank = None,
    precursors: ask.Precursors = None,
    recipe: ask.RecipeName = None,
    flow: ask.Flow = None,
    recorded: ask.Recorded = None,
    transmission: ask.Transmission = "refuse",
    sizes: ask.Sizes = True,
    report: ask.Report = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema analyse/1.")] = False,
) -> None:
    """Find what is in each aliquot of a series: first exciton, sizes, clusters, amounts, with intervals.

    \b
    Examples:
      aliquot analyse "Run 9 UV-Vis.csv" --material CdSe
      aliquot analyse inp.csv --material InP --path "1 mm" --dilution 101 --medium hexane --report out.html
      aliquot analyse run.csv --material CdTe --clusters auto --json
      aliquot analyse "run 8 uv-vis.csv" --material CdSe --recorded "UV-Vis Peak Values.csv"
      aliquot analyse flow.csv --material InP --path "1 mm" --dilution 20 --medium hexane \\
          --recipe inp_wang2023 --flow "0.1 mL/min"
    """
    from aliquot.knowledge import store

    card = store.material(material)
    cell = ask.Cell(path, dilution, medium)
    asked = ask.Asked(clusters, lineshape, sizes, blank, precursors, recipe, flow, recorded)
    found = _found(files, card, cell, asked, transmission, quiet=json)
    _write(found, save_lineshape, report)
    if json:
        output.print_json("analyse", as_json(found, card, report))
    else:
        show(found, report)


def _found(
    files: list[Path], card: "Material", cell: ask.Cell, asked: ask.Asked, transmission: str, *, quiet: bool
) -> "SeriesFindings":
    """Return the findings of a series; what its spectra were converted from is told among the flags."""
    from aliquot.instruments.absorbance.analyse import analyse as find

    heard: list[str] = []
    signals = ask.signals_of(files, cell, transmission, heard.append)
    question = ask.question_of(asked, card, files, cell, heard.append)
    with output.progress(len(signals) + 2, f"reading {len(signals)} spectra", quiet=quiet) as told:
        found = find(signals, card, question, progress=told)
    return replace(found, flags=(*ask.together(heard), *found.flags))


def _write(found: "SeriesFindings", lineshape: Path | None, report: Path | None) -> None:
    """Write the lineshape and the page where they were asked for."""
    from aliquot.instruments.absorbance.learned import write_lineshape

    if lineshape is not None and found.lineshape is not None:
        write_lineshape(found.lineshape, lineshape)
    if report is not None:
        with output.needs("report", "--report"):
            from aliquot.report.absorbance import write_series

            write_series(found, report)
