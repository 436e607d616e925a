"""`aliquot emission`: spectra of fluorimeters in; peaks, widths, yields, colours, or which dots emit, out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aliquot.cli import emission_ask as ask
from aliquot.cli import output
from aliquot.cli.emission_told import as_json, show, show_excited, show_standards

if TYPE_CHECKING:
    from aliquot.instruments.emission.analyse import EmissionSeries, Question


def emission(
    files: ask.Files = None,
    excitation: ask.Excitation = None,
    kind: ask.KindName = None,
    reference: ask.StandardName = None,
    reference_file: ask.StandardFile = None,
    absorbance: ask.Absorbance = None,
    reference_absorbance: ask.StandardAbsorbance = None,
    index: ask.Index = None,
    reference_index: ask.StandardIndex = None,
    medium: ask.Medium = None,
    absolute: ask.Absolute = None,
    split: ask.Split = None,
    absorbance_file: ask.AbsorbanceFile = None,
    inner_filter: ask.InnerFilter = False,
    material: ask.MaterialName = None,
    temperature: ask.Temperature = None,
    slit: ask.Slit = 5.0,
    power: ask.Power = False,
    dilution: ask.Dilution = 1.0,
    report: ask.Report = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema emission/1.")] = False,
) -> None:
    """Find peaks and widths in nm and eV, quantum yield, colour or infrared band; or which dots emit.

    \b
    Examples:
      aliquot emission pl.csv --excitation 405
      aliquot emission pl.csv --excitation 370 --reference quinine --reference-file quinine.csv
          --absorbance 0.06 --reference-absorbance 0.05 --medium hexane
      aliquot emission --absolute empty.csv off.csv on.csv --excitation 405
      aliquot emission "Run 8 FL emission.csv" --absorbance-file "run 8 uv-vis.csv" --report run8.html
      aliquot emission "Run 8 FL excitation.csv" --kind excitation --material CdSe --json
    """
    if reference == "list":
        show_standards(json)
        return
    lamp = ask.Lamp(excitation, absolute, split, power, slit)
    beside = ask.Beside(
        reference, reference_file, absorbance, reference_absorbance, index, reference_index, medium
    )
    more = ask.More(absorbance_file, inner_filter, material, temperature)
    _answer(files, kind, lamp, beside, more, ask.Page(report, dilution), json)


def _answer(
    files: list[Path] | None,
    kind: str | None,
    lamp: ask.Lamp,
    beside: ask.Beside,
    more: ask.More,
    page: ask.Page,
    json: bool,
) -> None:
    """Read the spectra and tell what is in them."""
    from aliquot.knowledge import store

    card = None if more.material is None else store.material(more.material)
    if beside.medium is not None:
        store.solvent(beside.medium)
    signals, sphere = ask.signals_of(files, kind, beside.medium, lamp)
    absorbances = ask.absorbances_of(more.absorbances, signals)
    if all(str(signal.kind) == "excitation" for signal in signals):
        show_excited(signals, absorbances, card, json)
        return
    question = ask.question_of(lamp, absorbances, more.inner_filter, beside)
    found = ask.found_in(signals, question, sphere, ask.lacking(beside, len(signals)), quiet=json)
    added = [ask.more_of(one, card, more.temperature, lamp.slit) for one in found.aliquots]
    _write(found, question, page)
    if json:
        output.print_json("emission", as_json(found, added, page.file))
        return
    show(found, added)
    if page.file is not None:
        typer.echo(f"Report: {page.file}")


def _write(found: "EmissionSeries", question: "Question", page: ask.Page) -> None:
    """Write the page where one was asked for."""
    if page.file is None:
        return
    with output.needs("report", "--report"):
        from aliquot.report.emission import write_emission

    write_emission(found, question, page.file, dilution=page.dilution)
