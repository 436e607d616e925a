"""`aliquot emission`: spectra of fluorimeters in; peaks, widths, yields, colours, or which dots emit, out."""

from pathlib import Path
from typing import Annotated

import typer

from aliquot.cli import output
from aliquot.cli.emission_ask import (
    absorbances_of,
    cuvette_of,
    found_in,
    lacking,
    more_of,
    question_of,
    reference_of,
    signals_of,
)
from aliquot.cli.emission_told import as_json, show, show_excited, show_standards


def emission(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Emission or excitation spectra, one series.")
    ] = None,
    excitation: Annotated[float | None, typer.Option(help="Wavelength of excitation in nm.")] = None,
    kind: Annotated[
        str | None, typer.Option(help="emission or excitation; else what headings or file names say.")
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(help="Standard for the yield: quinine, rhodamine-6G, ...; see --reference list."),
    ] = None,
    reference_file: Annotated[
        Path | None, typer.Option(help="Emission of the standard, measured alike.")
    ] = None,
    absorbance: Annotated[
        float | None, typer.Option(help="Absorbance of the sample at the excitation.")
    ] = None,
    reference_absorbance: Annotated[
        float | None, typer.Option(help="Absorbance of the standard at the excitation.")
    ] = None,
    index: Annotated[
        float | None, typer.Option(help="Refractive index of the sample; else that of --medium.")
    ] = None,
    reference_index: Annotated[
        float | None, typer.Option(help="That of the standard; else its card's.")
    ] = None,
    medium: Annotated[str | None, typer.Option(help="Solvent of the sample, such as hexane.")] = None,
    absolute: Annotated[
        tuple[Path, Path, Path] | None,
        typer.Option(metavar="EMPTY OFF ON", help="Yield by three spectra in a sphere; give --excitation."),
    ] = None,
    split: Annotated[
        float | None, typer.Option(help="Wavelength between lamp and emission in nm; else 30 above.")
    ] = None,
    absorbance_file: Annotated[
        Path | None, typer.Option(help="Absorbance of the same liquids, for Stokes shift, vials, filter.")
    ] = None,
    inner_filter: Annotated[
        bool, typer.Option("--inner-filter", help="Correct for it; the absorbance is of the same dilution.")
    ] = False,
    material: Annotated[
        str | None, typer.Option(help="What the dots are made of, for the sizes that emit.")
    ] = None,
    temperature: Annotated[
        str | None, typer.Option(help="Temperature of a hot cell, such as '200 degC'.")
    ] = None,
    slit: Annotated[float, typer.Option(min=0.1, max=50.0, help="Spectral bandwidth in nm.")] = 5.0,
    power: Annotated[bool, typer.Option("--power", help="Intensities are power, not photons.")] = False,
    dilution: Annotated[float, typer.Option(min=1.0, help="Dilution in the vials of the report.")] = 1.0,
    report: Annotated[
        Path | None, typer.Option(help="Write spectra, colours and vials to this HTML.")
    ] = None,
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
    from aliquot.knowledge import store

    card = None if material is None else store.material(material)
    if medium is not None:
        store.solvent(medium)
    signals, sphere = signals_of(files, absolute, excitation, kind, medium, split, power)
    beside = absorbances_of(absorbance_file, signals)
    if all(str(signal.kind) == "excitation" for signal in signals):
        show_excited(signals, beside, card, json)
        return
    question = question_of(
        slit, power, beside, inner_filter,
        reference_of(reference, reference_file, reference_absorbance, reference_index, excitation),
        cuvette_of(reference, absorbance, index, medium),
    )  # fmt: skip
    notes: tuple[str, ...] = ()
    if reference is not None:
        known = index is not None or medium is not None
        notes = lacking(reference_file, (absorbance, reference_absorbance), known, len(signals))
    found = found_in(signals, question, sphere, notes, quiet=json)
    more = [more_of(one, card, temperature, slit) for one in found.aliquots]
    if report is not None:
        with output.needs("report", "--report"):
            from aliquot.report.emission import write_emission

        write_emission(found, question, report, dilution=dilution)
    if json:
        output.print_json("emission", as_json(found, more, report))
        return
    show(found, more)
    if report is not None:
        typer.echo(f"Report: {report}")
