"""`aliquot xrd`: a powder pattern in, diameter, lattice constant and phases out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.instruments.diffraction.analyse import DiffractionFindings
    from aliquot.instruments.diffraction.pattern import Pattern
    from aliquot.instruments.diffraction.structure import Cell


def xrd(
    file: Annotated[Path, typer.Argument(help="Powder pattern: .xy, .dat, .csv or .xrdml.")],
    material: Annotated[str, typer.Option(help="What the dots are made of: InP, CdSe, Cd3P2.")],
    phase: Annotated[
        str | None, typer.Option(help="Only this phase: wurtzite, 'zinc blende'; else all are tried.")
    ] = None,
    also: Annotated[
        list[str] | None, typer.Option(help="Another structure that may be there: CdO-rock-salt, In-metal.")
    ] = None,
    structure: Annotated[
        Path | None, typer.Option(help="CIF of a crystal to fit instead of the cards of the material.")
    ] = None,
    wavelength: Annotated[
        str | None, typer.Option(help="Wavelength, such as '0.15406 nm'; else the file's, or copper's.")
    ] = None,
    two_theta: Annotated[
        str | None, typer.Option("--two-theta", help="Angles to fit, such as '20..60' degrees; else all.")
    ] = None,
    instrument_fwhm: Annotated[
        float, typer.Option(min=0.0, max=4.0, help="Width of the instrument's own line in degrees.")
    ] = 0.1,
    spread: Annotated[bool, typer.Option("--spread", help="Fit a spread of diameters too.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write pattern, fit and findings to this HTML file.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema xrd/1.")] = False,
) -> None:
    """Find the diameter of dots by a fit of Debye patterns, their phases, and Scherrer's size beside it.

    \b
    Examples:
      aliquot xrd inp.xy --material InP
      aliquot xrd inp.xy --material InP --phase wurtzite --wavelength "0.15406 nm" --two-theta 20..60
      aliquot xrd cd3p2.xrdml --material Cd3P2 --also CdO-rock-salt --report cd3p2.html
      aliquot xrd inp.xy --material InP --json
    """
    from aliquot.instruments.diffraction.analyse import analyse
    from aliquot.instruments.diffraction.profile import Diffractometer
    from aliquot.instruments.diffraction.read import read_pattern
    from aliquot.units import to_float

    cells = _cells(material, phase, also or [], structure)
    nm = None if wavelength is None else to_float(wavelength, "nm")
    pattern = read_pattern(file, wavelength_nm=nm)
    if two_theta is not None:
        pattern = _between(pattern, two_theta)
    found = analyse(pattern, cells, instrument=Diffractometer(fwhm_deg=instrument_fwhm), spread=spread)
    if report is not None:
        with output.needs("report", "--report"):
            from aliquot.report.diffraction import write_diffraction

        write_diffraction(found, material, report)
    if json:
        output.print_json("xrd", as_json(found, material, report))
        return
    _show(found)
    if report is not None:
        typer.echo(f"Report: {report}")


def _cells(material: str, phase: str | None, also: list[str], structure: Path | None) -> "list[Cell]":
    """Return the crystals to be fitted."""
    from aliquot.errors import InputError, Where, suggestion
    from aliquot.instruments.diffraction.cif import read_cif
    from aliquot.instruments.diffraction.structure import cell_of, crystal
    from aliquot.knowledge.base import base

    cards = base().cards("structures").values()
    if structure is not None:
        return [read_cif(structure), *(crystal(name) for name in also)]
    own = [card for card in cards if card.material.casefold() == material.casefold()]
    if not own:
        raise InputError(
            given=f"'{material}'",
            expected="a material of which a structure is known",
            why="a pattern is computed from a crystal",
            remedy=suggestion(material, {card.material for card in cards}) + " Or give a CIF by --structure.",
            where=Where(key="--material"),
        )
    if phase is not None:
        wanted = phase.casefold().replace("-", " ")
        kept = [card for card in own if card.phase.casefold() == wanted]
        if not kept:
            raise InputError(
                given=f"'{phase}'",
                expected=f"a phase of {material}",
                why="no card of a structure has it",
                remedy=suggestion(phase, [card.phase for card in own]),
                where=Where(key="--phase"),
            )
        own = kept
    return [*(cell_of(card) for card in own), *(crystal(name) for name in also)]


def _between(pattern: "Pattern", limits: str) -> "Pattern":
    """Return the part of a pattern between two angles written as '20..60'."""
    from dataclasses import replace

    from aliquot.errors import InputError, Where

    try:
        low, high = (float(limit) for limit in limits.split(".."))
    except ValueError:
        low, high = 1.0, 0.0
    inside = (pattern.two_theta >= low) & (pattern.two_theta <= high)
    if not low < high or int(inside.sum()) < 2:
        raise InputError(
            given=f"'{limits}'",
            expected=f"two angles within {pattern.two_theta[0]:g}..{pattern.two_theta[-1]:g}",
            why="nothing lies between them",
            remedy="Write first and last angle in degrees, such as '20..60'.",
            where=Where(key="--two-theta"),
        )
    return replace(pattern, two_theta=pattern.two_theta[inside], intensities=pattern.intensities[inside])


def as_json(found: "DiffractionFindings", material: str, report: Path | None) -> dict[str, Any]:
    """Return findings as the contract writes them."""
    from aliquot.instruments.diffraction.scherrer import K_SPHERE, K

    diameter = output.interval(found.diameter.value)
    first = found.widths[0] if found.widths else None
    return {
        "material": material,
        "source": found.pattern.label,
        "wavelength_nm": found.pattern.wavelength_nm,
        "diameter_nm": None
        if diameter is None
        else {**diameter, "definition": found.diameter.definition, "budget": dict(found.diameter.budget)},
        "lattice_nm": output.interval(found.lattice.value),
        "rsd": None if found.rsd is None else output.interval(found.rsd.value),
        "scherrer_nm": {
            "value": None if first is None else first.size_nm,
            "K": K,
            "K_sphere": K_SPHERE,
            "line": None if first is None else first.name,
        },
        "lines": [
            {
                "hkl": w.name,
                "two_theta_deg": w.two_theta,
                "fwhm_deg": w.fwhm_deg,
                "scherrer_nm": w.size_nm,
                "alone": w.alone,
            }
            for w in found.widths
        ],
        "phases": [
            {
                "name": phase.name,
                "share": phase.share.value,
                "share_interval": output.interval(phase.share),
                "diameter_nm": phase.diameter_nm,
            }
            for phase in found.phases
        ],
        "candidates": [
            {
                "name": fit.cell.phase,
                "structure": fit.cell.name,
                "r_wp": fit.r_wp,
                "bic": fit.bic,
                "diameter_nm": fit.diameter,
            }
            for fit in found.fits
        ],
        "reports": [] if report is None else [str(report)],
        "flags": list(found.flags),
        "citations": list(found.diameter.sources),
    }


def _show(found: "DiffractionFindings") -> None:
    from aliquot.instruments.diffraction.scherrer import K_SPHERE, K

    best = found.fits[0].bic
    rows = [
        [
            fit.cell.phase,
            f"{fit.diameter:.2f}",
            f"{fit.edge_nm:.4f}",
            f"{100.0 * fit.r_wp:.2f}",
            f"{fit.bic - best:.0f}",
        ]
        for fit in found.fits
    ]
    notes = [f"Diameter: {output.plus_minus(found.diameter, 2)} nm; {found.diameter.definition}."]
    parts = ", ".join(f"{name} {sd:.3f}" for name, sd in found.diameter.budget.items())
    notes.append(f"  Uncertainty by cause / nm: {parts}.")
    if found.rsd is not None:
        notes.append(f"Spread by volume: {output.plus_minus(found.rsd, 1, 100.0)} %.")
    shares = ", ".join(
        f"{p.name} {100.0 * p.share.value:.0f} % ({p.diameter_nm:.2f} nm)" for p in found.phases
    )
    if shares:
        notes.append(f"Phases by volume: {shares}.")
    sizes = ", ".join(f"{w.size_nm:.2f} ({w.name}{'' if w.alone else ' and others'})" for w in found.widths)
    if sizes:
        notes.append(
            f"Scherrer with K = {K}: {sizes} nm. It is 12 to 21 % below the diameter of a sphere; K "
            f"= {K_SPHERE} gives that."
        )
    notes.append(f"Wavelength {found.pattern.wavelength_nm:g} nm.")
    notes += found.flags
    notes.append("Cite: " + ", ".join(found.diameter.sources) + ".")
    columns = ["one crystal alone", "d / nm", "a / nm", "R / %", "BIC"]
    output.print_table(f"{found.pattern.label}: spheres by Debye's formula", columns, rows, notes)
