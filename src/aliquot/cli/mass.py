"""`aliquot mass`: a mass spectrum in; calibrated axis, peaks, charges, formulas, series, bands out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.instruments.mass.analyse import MassFindings, Question, Region
    from aliquot.instruments.mass.assign import Assignment
    from aliquot.instruments.mass.blocks import Family
    from aliquot.instruments.mass.calibrate import Anchor
    from aliquot.instruments.mass.ions import Match
    from aliquot.instruments.mass.pick import Pattern
    from aliquot.instruments.mass.spectrum import MassSpectrum
    from aliquot.knowledge.records import Material


Spectrum = Annotated[Path, typer.Argument(help="Text of m/z and intensity, mzML, mzXML, flex folder.")]
Cluster = Annotated[
    str | None, typer.Option(help="Cation, anion, ligand of the clusters, then extras: Cd,P,oleate,O.")
]
Anchors = Annotated[
    list[str] | None, typer.Option(help="KNOWN=MEASURED, m/z or an ion: 'C14H30N+=212.32'; repeat it.")
]
Ions = Annotated[list[str] | None, typer.Option(help="A small ion to look for, 'C28H62N2S2 2+'; repeat it.")]
Sigma = Annotated[float, typer.Option(min=1e-3, help="Standard error of a mass, in Da.")]
PeakSd = Annotated[
    float | None, typer.Option(min=0.0, help="Standard deviation of the peak of one mass, in Da.")
]
RegionName = Annotated[
    str | None, typer.Option(help="low: ions and clusters; high: bands of dots. Else by the axis.")
]
First = Annotated[float | None, typer.Option("--from", help="First m/z to look at, in Da.")]
Last = Annotated[float | None, typer.Option("--to", help="Last m/z to look at, in Da.")]
MaterialName = Annotated[
    str | None, typer.Option(help="What the dots are made of; else the salt of --cluster.")
]
Scan = Annotated[int | None, typer.Option(min=1, help="Which spectrum of an mzML file, from 1.")]
Report = Annotated[Path | None, typer.Option(help="Write a page with figures to this HTML file.")]


def mass(
    spectrum: Spectrum,
    cluster: Cluster = None,
    anchor: Anchors = None,
    ion: Ions = None,
    sigma: Sigma = 1.5,
    peak_sd: PeakSd = None,
    region: RegionName = None,
    low: First = None,
    high: Last = None,
    material: MaterialName = None,
    scan: Scan = None,
    report: Report = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema mass/1.")] = False,
) -> None:
    """Read a mass spectrum: calibrate it, pick peaks, tell charges, assign clusters, size bands of dots.

    \b
    Examples:
      aliquot mass clusters.txt --cluster Cd,P,oleate --sigma 1.5 --report mass.html
      aliquot mass ligand.txt --anchor C14H30N+=212.323 --anchor "C28H62N2S2 2+=245.317"
      aliquot mass dots.mzML --region high --material Cd3P2 --from 12000 --to 250000
    """
    from aliquot.instruments.formats.mass import read_mass
    from aliquot.instruments.mass.analyse import Question, analyse
    from aliquot.instruments.mass.ions import Ion

    family = _family(cluster)
    question = Question(
        family=family,
        anchors=tuple(_anchor(text) for text in anchor or ()),
        ions=tuple(Ion.parse(text) for text in ion or ()),
        sigma=sigma,
        peak_sd=peak_sd,
        region=_region(region),
        material=_material(material, family),
        ligand=None if family is None else family.ligand,
    )
    read = _part(read_mass(spectrum, scan), low, high)
    found = analyse(read, question)
    _write(found, question, report)
    if json:
        output.print_json("mass", as_json(found, question, report))
        return
    _show(found)
    if report is not None:
        typer.echo(f"Report: {report}")


def _write(found: "MassFindings", question: "Question", report: Path | None) -> None:
    """Write the page where one was asked for."""
    if report is None:
        return
    with output.needs("report", "--report"):
        from aliquot.report.mass import write_mass

    write_mass(found, question, report)


def _part(spectrum: "MassSpectrum", low: float | None, high: float | None) -> "MassSpectrum":
    """Return the part of a spectrum that is to be looked at."""
    if low is None and high is None:
        return spectrum
    ends = float(spectrum.mz[0]), float(spectrum.mz[-1])
    return spectrum.between(ends[0] if low is None else low, ends[1] if high is None else high)


def _family(cluster: str | None) -> "Family | None":
    from aliquot.instruments.mass.blocks import Family

    if cluster is None:
        return None
    parts = [word.strip() for word in cluster.split(",") if word.strip()]
    if len(parts) < 3:
        raise output.not_understood(
            "mass", f"'{cluster}'", "a cation, an anion and a ligand, such as Cd,P,oleate", "--cluster"
        )
    return Family(parts[0], parts[1], parts[2], tuple(parts[3:]))


def _anchor(text: str) -> "Anchor":
    from aliquot.instruments.mass.calibrate import Anchor
    from aliquot.instruments.mass.ions import Ion

    known, _, measured = text.rpartition("=")
    if not known or not _is_number(measured):
        raise output.not_understood(
            "mass", f"'{text}'", "KNOWN=MEASURED, such as 212.2373=212.323", "--anchor"
        )
    return Anchor(float(known) if _is_number(known) else Ion.parse(known).mz, float(measured))


def _is_number(text: str) -> bool:
    return text.strip().replace(".", "", 1).isdecimal()


def _region(name: str | None) -> "Region | None":
    from aliquot.instruments.mass.analyse import Region

    if name is None or name in set(Region):
        return None if name is None else Region(name)
    raise output.not_understood("mass", f"'{name}'", "'low' or 'high'", "--region")


def _material(name: str | None, family: "Family | None") -> "Material | None":
    """Return the card that was named, or that of the salt of the family, if there is one."""
    from aliquot.errors import CardError
    from aliquot.instruments.mass.series import steps
    from aliquot.knowledge import store

    if name is not None:
        return store.material(name)
    if family is None:
        return None
    try:
        return store.material(steps(family)[0].text)
    except CardError:
        return None


# --- JSON ------------------------------------------------------------------------------------------------


def as_json(found: "MassFindings", question: "Question", report: Path | None) -> dict[str, Any]:
    """Return the findings as the contract writes them."""
    spectrum, axis = found.spectrum, found.calibration
    return {
        "source": str(spectrum.where) if spectrum.where else spectrum.label,
        "label": spectrum.label,
        "region": str(found.region),
        "calibration": None
        if axis is None
        else {
            "shift_ppm": axis.shift_ppm,
            "error_ppm": axis.error_ppm,
            "anchors": [{"known_Da": one.known, "measured_Da": one.measured} for one in axis.anchors],
        },
        "patterns": [_pattern(one) for one in found.patterns],
        "ions": [_ion(one) for one in found.matches],
        "envelopes": [_envelope(found, i, question) for i in range(len(found.envelopes))],
        "repeats": [
            {
                "unit": one.unit,
                "fraction": one.fraction,
                "step_Da": one.step,
                "rms_Da": one.rms,
                "chance": one.chance,
                "series": [list(row) for row in one.series],
            }
            for one in found.repeats[:4]
        ],
        "bands": [_band(found, i) for i in range(len(found.bands.bands) if found.bands else 0)],
        "reports": [] if report is None else [str(report)],
        "flags": list(found.flags),
        "citations": list(found.citations),
    }


def _pattern(one: "Pattern") -> dict[str, Any]:
    return {
        "mz_Da": one.mz,
        "charge": one.charge,
        "spacing_Da": one.spacing,
        "peaks_Da": [peak.mz for peak in one.peaks],
        "height": max(peak.height for peak in one.peaks),
    }


def _ion(one: "Match") -> dict[str, Any]:
    return {
        "ion": one.ion.text,
        "mz_Da": one.ion.mz,
        "charge": one.ion.charge,
        "error_ppm": one.error_ppm,
        "charge_by_spacing": None if one.pattern is None else one.pattern.charge,
        "rivals": one.rivals,
        "flags": list(one.flags),
    }


def _envelope(found: "MassFindings", i: int, question: "Question") -> dict[str, Any]:
    from aliquot.cli.assign import candidate_json

    peak = found.envelopes[i]
    assigned = found.assignments[i] if question.family is not None else None
    return {
        "mz_Da": peak.mz,
        "sd_Da": peak.sd,
        "comb_Da": found.combs[i],
        "area": peak.area,
        "snr": peak.snr,
        "candidates": [] if assigned is None else [candidate_json(one) for one in assigned.candidates[:5]],
        "rivals": None if assigned is None else assigned.rivals,
        "random_match_rate": None if assigned is None else assigned.random_match_rate,
        "flags": [] if assigned is None else list(assigned.flags),
    }


def _band(found: "MassFindings", i: int) -> dict[str, Any]:
    bands = found.bands.bands if found.bands else ()
    size = found.sizes[i] if found.sizes else None
    covered = None if size is None or size.with_ligands is None else size.with_ligands.value
    return {
        "mean_Da": output.interval(bands[i].mean),
        "sd_Da": bands[i].sd,
        "share": output.interval(bands[i].share),
        "bare_nm": None if size is None else output.interval(size.bare.value),
        "with_ligands_nm": output.interval(covered),
    }


# --- for people ------------------------------------------------------------------------------------------


def _show(found: "MassFindings") -> None:
    notes = list(found.flags)
    axis = found.calibration
    if axis is not None:
        error = (
            "" if axis.error_ppm is None else f", anchors missed by the others by {axis.error_ppm:.1f} ppm"
        )
        notes.insert(0, f"Axis: read {axis.shift_ppm:+.0f} ppm too high{error}.")
    notes += [f"{one.ion.text}: {flag}" for one in found.matches for flag in one.flags]
    notes.append("Cite: " + ", ".join(found.citations) + ".")
    title = f"{found.spectrum.label}: "
    tables = [_bands_table(found), _envelopes_table(found), _ions_table(found), _patterns_table(found)]
    shown = [table for table in tables if table is not None and table[2]] or [("nothing found", ["m/z"], [])]
    for i, (name, columns, rows) in enumerate(shown):
        last = i == len(shown) - 1
        output.print_table(title + name, columns, rows, notes if last else (), words=("formula",))


Table = tuple[str, list[str], list[list[str]]]


def _bands_table(found: "MassFindings") -> Table | None:
    if found.bands is None:
        return None
    rows = []
    for i, band in enumerate(found.bands.bands):
        size = found.sizes[i] if found.sizes else None
        mean, share = band.mean, band.share
        rows.append(
            [
                f"{mean.value / 1e3:.1f} [{mean.low / 1e3:.1f}, {mean.high / 1e3:.1f}]",
                f"{band.sd / 1e3:.1f}",
                f"{100 * share.value:.0f} [{100 * share.low:.0f}, {100 * share.high:.0f}]",
                "–" if size is None else output.plus_minus(size.bare, 2),
                "–" if size is None or not size.with_ligands else output.plus_minus(size.with_ligands, 2),
            ]
        )
    columns = ["mean / kDa", "sd / kDa", "share / %", "d bare / nm", "d with ligands / nm"]
    return "bands of dots, values with 95 % intervals", columns, rows


def _envelopes_table(found: "MassFindings") -> Table | None:
    if not found.envelopes:
        return None
    rows = []
    for i, peak in enumerate(found.envelopes):
        row = [f"{peak.mz:.2f}", f"{peak.sd:.1f}", f"{peak.snr:.0f}"]
        rows.append(row + (_best(found.assignments[i]) if found.assignments else []))
    columns = ["m/z", "sd / Da", "S/N"]
    more = ["formula", "error / Da", "charge", "rivals", "random matched / %"] if found.assignments else []
    step = found.repeats[0] if found.repeats else None
    name = "" if step is None else f", {step.fraction} series by {step.unit} (by chance: {step.chance:.2g})"
    return f"envelopes{name}", columns + more, rows


def _best(assigned: "Assignment") -> list[str]:
    if not assigned.candidates:
        return ["–"] * 5
    best = assigned.candidates[0]
    rate = f"{100 * assigned.random_match_rate:.0f}"
    return [best.formula.text, f"{best.error:+.2f}", f"{best.formal_charge:+d}", str(assigned.rivals), rate]


def _ions_table(found: "MassFindings") -> Table:
    rows = [
        [
            one.ion.text,
            f"{one.ion.mz:.4f}",
            "–" if one.error_ppm is None else f"{one.error_ppm:+.1f}",
            "–" if one.pattern is None or one.pattern.charge is None else str(one.pattern.charge),
            str(one.rivals),
        ]
        for one in found.matches
    ]
    return "ions", ["ion", "m/z", "error / ppm", "charge by spacing", "rivals within 5 ppm"], rows


def _patterns_table(found: "MassFindings") -> Table:
    rows = [
        [
            f"{one.mz:.4f}",
            "–" if one.charge is None else str(one.charge),
            "–" if one.spacing is None else f"{one.spacing:.3f}",
            str(len(one.peaks)),
            f"{max(peak.height for peak in one.peaks):.4g}",
        ]
        for one in found.patterns[:20]
    ]
    return "isotope patterns, the highest 20", ["m/z", "charge", "spacing / Da", "peaks", "height"], rows
