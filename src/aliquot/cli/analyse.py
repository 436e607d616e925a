"""`aliquot analyse`: measured spectra in, findings out."""

from pathlib import Path
from typing import Annotated

import typer

from aliquot.cli import output
from aliquot.cli.analyse_ask import question_of, signals_of
from aliquot.cli.analyse_told import as_json, show


def analyse(
    files: Annotated[list[Path], typer.Argument(help="Files of absorbance spectra, one series together.")],
    material: Annotated[str, typer.Option(help="What the dots are made of: InP, CdSe, CdTe, InAs, ...")],
    path: Annotated[str | None, typer.Option(help="Optical path, such as '1 mm'.")] = None,
    dilution: Annotated[
        float | None, typer.Option(min=1.0, help="Volume after dilution over that of the aliquot.")
    ] = None,
    medium: Annotated[str | None, typer.Option(help="Solvent around the dots, such as hexane.")] = None,
    clusters: Annotated[
        str, typer.Option(help="none; auto: those of the library that the series needs; or lines: 449,469.")
    ] = "none",
    lineshape: Annotated[
        str, typer.Option(help="learn: from the series; card: that of the material; or a file saved before.")
    ] = "learn",
    save_lineshape: Annotated[
        Path | None, typer.Option(help="Write the lineshape that the series taught to this file.")
    ] = None,
    blank: Annotated[Path | None, typer.Option(help="Spectrum of the blank, to be examined with.")] = None,
    precursors: Annotated[
        Path | None, typer.Option(help="Spectrum of what absorbs and is no dot, taken off amounts.")
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(help="Recipe of the book, or a file: yields against what it allows.")
    ] = None,
    flow: Annotated[
        str | None, typer.Option(help="Flow out of a reactor, such as '0.1 mL/min': production.")
    ] = None,
    recorded: Annotated[
        Path | None, typer.Option(help="Table of first excitons that somebody wrote down, to compare.")
    ] = None,
    transmission: Annotated[
        str, typer.Option(help="What to do with percent transmission: refuse or convert.")
    ] = "refuse",
    sizes: Annotated[
        bool, typer.Option("--sizes/--no-sizes", help="Whether size distributions are recovered.")
    ] = True,
    report: Annotated[Path | None, typer.Option(help="Write spectra, fits and tables to this HTML.")] = None,
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
    from aliquot.instruments.absorbance.analyse import analyse as find
    from aliquot.instruments.absorbance.learned import write_lineshape
    from aliquot.knowledge import store

    card = store.material(material)
    signals = signals_of(files, path, dilution, medium, transmission)
    question = question_of(
        card,
        files,
        clusters=clusters,
        lineshape=lineshape,
        sizes=sizes,
        blank=blank,
        precursors=precursors,
        recipe=recipe,
        flow=flow,
        recorded=recorded,
        path=path,
        dilution=dilution,
        medium=medium,
    )
    with output.progress(len(signals) + 2, f"reading {len(signals)} spectra", quiet=json) as told:
        found = find(signals, card, question, progress=told)
    if save_lineshape is not None and found.lineshape is not None:
        write_lineshape(found.lineshape, save_lineshape)
    if report is not None:
        with output.needs("report", "--report"):
            from aliquot.report.absorbance import write_series

            write_series(found, report)
    if json:
        output.print_json("analyse", as_json(found, card, report))
    else:
        show(found, report)
