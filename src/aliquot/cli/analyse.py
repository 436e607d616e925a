"""`aliquot analyse`: measured spectra in, findings out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.finding import Finding
    from aliquot.instruments.absorbance.analyse import AliquotFindings, SeriesFindings
    from aliquot.knowledge.records import Material


def analyse(
    files: Annotated[list[Path], typer.Argument(help="Files of absorbance spectra, one series together.")],
    material: Annotated[str, typer.Option(help="What the dots are made of: InP, CdSe.")],
    path: Annotated[str | None, typer.Option(help="Optical path, such as '1 mm'.")] = None,
    dilution: Annotated[
        float | None, typer.Option(min=1.0, help="Volume after dilution over that of the aliquot.")
    ] = None,
    medium: Annotated[str | None, typer.Option(help="Solvent around the dots, such as hexane.")] = None,
    transmission: Annotated[
        str, typer.Option(help="What to do with percent transmission: refuse or convert.")
    ] = "refuse",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema analyse/1.")] = False,
) -> None:
    """Find first exciton, width, size and its interval in each aliquot of a series.

    \b
    Examples:
      aliquot analyse "Run 9 UV-Vis.csv" --material CdSe
      aliquot analyse inp.csv --material InP --path "1 mm" --dilution 20 --medium hexane --json
    """
    from aliquot.instruments.absorbance.analyse import analyse as find
    from aliquot.instruments.formats import read_spectra
    from aliquot.knowledge import store
    from aliquot.units import to_float

    card = store.material(material)
    if medium is not None:
        store.solvent(medium)
    path_mm = None if path is None else to_float(path, "mm")
    signals = [
        signal
        for file in files
        for signal in read_spectra(
            file, path_mm=path_mm, dilution=dilution, medium=medium, transmission=_choice(transmission)
        )
    ]
    with output.progress(len(signals), f"reading {len(signals)} spectra", quiet=json) as told:
        found = find(signals, card, progress=told)
    if json:
        output.print_json("analyse", as_json(found, card))
    else:
        _show(found)


def as_json(found: "SeriesFindings", material: "Material") -> dict[str, Any]:
    """Return findings as the contract writes them."""
    return {
        "material": found.material,
        "aliquots": [_aliquot(aliquot, material) for aliquot in found.aliquots],
        "series": {"trend": str(found.trend), "flags": list(found.flags)},
        "citations": list(found.citations),
    }


def _aliquot(aliquot: "AliquotFindings", material: "Material") -> dict[str, Any]:
    from aliquot.instruments.absorbance.sizing import curves_that_hold

    e1 = aliquot.e1.value
    diameter = output.interval(aliquot.diameter.value)
    mean = output.interval(aliquot.distribution.value)
    return {
        "source": aliquot.source,
        "label": aliquot.label,
        "time_s": aliquot.time_s,
        "e1_nm": output.interval(aliquot.e1.value),
        "hwhm_meV": output.interval(aliquot.hwhm.value),
        "diameter_nm": None
        if diameter is None
        else {
            **diameter,
            "definition": aliquot.diameter.definition,
            "curves": [] if e1 is None else list(curves_that_hold(material, e1.value)),
            "budget": dict(aliquot.diameter.budget),
        },
        "distribution": None
        if mean is None
        else {"weighting": "volume", "mean_nm": mean, "rsd": output.interval(aliquot.rsd.value)},
        "clusters": [_cluster(cluster) for cluster in aliquot.clusters],
        "flags": list(aliquot.flags),
    }


def _cluster(cluster: "Finding") -> dict[str, Any]:
    return {"line_nm": output.interval(cluster.value), "name": cluster.quantity, "share": None}


def _choice(transmission: str) -> Literal["refuse", "convert"]:
    from aliquot.errors import InputError, Where, suggestion

    choices: dict[str, Literal["refuse", "convert"]] = {"refuse": "refuse", "convert": "convert"}
    if transmission in choices:
        return choices[transmission]
    raise InputError(
        given=f"'{transmission}'",
        expected="'refuse' or 'convert'",
        why="transmission is no absorbance",
        remedy=suggestion(transmission, choices),
        where=Where(key="--transmission"),
    )


def _show(found: "SeriesFindings") -> None:
    rows = [
        [
            aliquot.label.strip(),
            "–" if aliquot.time_s is None else f"{aliquot.time_s:g}",
            output.plus_minus(aliquot.e1, 1),
            output.plus_minus(aliquot.hwhm, 0),
            output.plus_minus(aliquot.diameter, 2),
            output.plus_minus(aliquot.distribution, 2),
            output.plus_minus(aliquot.rsd, 1, 100.0),
        ]
        for aliquot in found.aliquots
    ]
    columns = ["aliquot", "time / s", "E1 / nm", "HWHM / meV", "d by E1 / nm", "mean d / nm", "RSD / %"]
    if not any(aliquot.distribution.value for aliquot in found.aliquots):
        columns, rows = columns[:5], [row[:5] for row in rows]
    output.print_table(
        f"{found.material}: {found.trend} — values with 95 % intervals", columns, rows, _notes(found)
    )


def _notes(found: "SeriesFindings") -> list[str]:
    """Return what a reader of the table has to know, each doubt once with the aliquots that share it."""
    definitions = dict.fromkeys(a.diameter.definition for a in found.aliquots if a.diameter.definition)
    notes = [f"d: {definition}." for definition in definitions]
    shared: dict[str, list[str]] = {}
    for aliquot in found.aliquots:
        for flag in aliquot.flags:
            shared.setdefault(flag, []).append(aliquot.label.strip())
    everyone = len(found.aliquots)
    for flag, labels in shared.items():
        who = "all" if len(labels) == everyone > 1 else ", ".join(labels)
        notes.append(f"{who}: {flag}")
    notes += [f"series: {flag}" for flag in found.flags]
    notes.append("Cite: " + ", ".join(found.citations) + ".")
    return notes
