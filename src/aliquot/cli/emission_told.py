"""What `aliquot emission` tells: JSON by the contract, tables for people."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.finding import Finding
    from aliquot.instruments.emission.analyse import EmissionFindings, EmissionSeries
    from aliquot.instruments.emission.band import Band
    from aliquot.instruments.emission.excited import Excited
    from aliquot.instruments.signal import Signal
    from aliquot.knowledge.records import Material


# --- as JSON ---------------------------------------------------------------------------------------------


def as_json(found: "EmissionSeries", more: "list[dict[str, Finding]]", report: Path | None) -> dict[str, Any]:
    """Return findings as the contract writes them."""
    return {
        "kind": "emission",
        "aliquots": [_aliquot(one, added) for one, added in zip(found.aliquots, more, strict=True)],
        "series": {"trend": str(found.trend), "flags": list(found.flags)},
        "report": None if report is None else str(report),
        "citations": list(found.citations),
    }


def _aliquot(one: "EmissionFindings", added: "dict[str, Finding]") -> dict[str, Any]:
    colour = one.colour
    flags = dict.fromkeys((*one.flags, *(flag for finding in added.values() for flag in finding.flags)))
    return {
        "source": one.source,
        "label": one.label,
        "time_s": one.signal.time_s,
        "excitation_nm": one.signal.excitation_nm,
        "bands": [_band(band) for band in one.bands],
        "fit": None if one.fit is None else str(one.fit.kind),
        "stokes_meV": output.interval(one.stokes.value),
        "quantum_yield": output.interval(one.quantum_yield.value),
        "colour": None
        if colour is None
        else {"x": colour.x, "y": colour.y, "visible_share": colour.visible, "srgb": colour.srgb},
        "windows": list(one.windows),
        "detectors": list(one.detectors),
        **{name: output.interval(finding.value) for name, finding in added.items()},
        "masks": [{"low_nm": mask.low_nm, "high_nm": mask.high_nm, "why": mask.why} for mask in one.masks],
        "flags": list(flags),
    }


def _band(band: "Band") -> dict[str, Any]:
    return {
        "peak_nm": output.interval(band.peak_nm.value),
        "peak_eV": output.interval(band.peak_ev.value),
        "fwhm_nm": output.interval(band.fwhm_nm.value),
        "fwhm_meV": output.interval(band.fwhm_mev.value),
        "fwhm_nm_as_meV": output.interval(band.fwhm_nm_as_mev.value),
        "at_least_nm": None if band.at_least is None else band.at_least[0],
        "at_least_meV": None if band.at_least is None else band.at_least[1],
        "share": band.share,
    }


# --- for people ------------------------------------------------------------------------------------------


def show(found: "EmissionSeries", more: "list[dict[str, Finding]]") -> None:
    """Print a table of what was found, and what a reader has to know."""
    columns = ["aliquot", "time / s", "peak / nm", "FWHM / nm", "peak / eV", "FWHM / meV", "colour"]
    yields = any(one.quantum_yield.value for one in found.aliquots)
    shifts = any(one.stokes.value for one in found.aliquots)
    columns += [*(["Stokes / meV"] if shifts else []), *(["yield / %"] if yields else [])]
    names = {"emitting_nm": "emitting d / nm", "room_nm": "peak at 295 K / nm"}
    extra = [name for name in names if any(name in added for added in more)]
    rows = []
    for one, added in zip(found.aliquots, more, strict=True):
        for i, band in enumerate(one.bands or (None,)):
            row = _row(one, band, first=i == 0)
            row += [output.plus_minus(one.stokes, 0) if i == 0 else ""] if shifts else []
            row += [output.plus_minus(one.quantum_yield, 1, 100.0) if i == 0 else ""] if yields else []
            row += [output.plus_minus(added[name], 2) if i == 0 else "" for name in extra]
            rows.append(row)
    title = f"{found.trend} — 95 % intervals; peaks per wavelength and per energy are different photons"
    output.print_table(title, [*columns, *(names[name] for name in extra)], rows, _notes(found, more))


def _row(one: "EmissionFindings", band: "Band | None", *, first: bool) -> list[str]:
    time = "–" if one.signal.time_s is None else f"{one.signal.time_s:g}"
    head = [one.label, time] if first else ["", ""]
    if band is None:
        return [*head, "–", "–", "–", "–", "–"]
    colour = ", ".join(one.windows) or "–"
    if one.colour is not None:
        colour = f"{one.colour.x:.3f}, {one.colour.y:.3f}"
    low_nm, low_mev = (None, None) if band.at_least is None else band.at_least
    return [
        *head,
        output.plus_minus(band.peak_nm, 1),
        _width(band.fwhm_nm, low_nm, 1),
        output.plus_minus(band.peak_ev, 3),
        _width(band.fwhm_mev, low_mev, 0),
        colour if first else "",
    ]


def _width(found: "Finding", at_least: float | None, digits: int) -> str:
    if found.value is None and at_least is not None:
        return f"≥ {at_least:.{digits}f}"
    return output.plus_minus(found, digits)


def _notes(found: "EmissionSeries", more: "list[dict[str, Finding]]") -> list[str]:
    """Return what a reader of the table has to know, each doubt once with the aliquots that share it."""
    shared: dict[str, list[str]] = {}
    for one, added in zip(found.aliquots, more, strict=True):
        flags = (*one.flags, *(flag for finding in added.values() for flag in finding.flags))
        for flag in dict.fromkeys(flags):
            shared.setdefault(flag, []).append(one.label)
    everyone = len(found.aliquots)
    notes = []
    for flag, labels in shared.items():
        who = "all" if len(labels) == everyone > 1 else ", ".join(labels)
        notes.append(f"{who}: {flag}")
    notes += [f"series: {flag}" for flag in found.flags]
    notes.append("Cite: " + ", ".join(found.citations) + ".")
    return notes


def show_standards(as_object: bool) -> None:
    """Tell the standards that are known."""
    from aliquot.knowledge import store

    cards = [store.standard(name) for name in store.names("standards")]
    cards.sort(key=lambda card: card.excitation[0].value)
    if as_object:
        listed = [
            {
                "id": card.id,
                "solvent": card.solvent,
                "quantum_yield": card.quantum_yield.to("1"),
                "doubt": card.doubt,
                "excitation_nm": [bound.value for bound in card.excitation],
                "sources": list(card.sources),
            }
            for card in cards
        ]
        output.print_json("emission", {"kind": "standards", "results": listed, "count": len(listed)})
        return
    rows = [
        [
            card.id,
            card.solvent,
            f"{card.quantum_yield.to('1'):.3g}",
            card.quantum_yield.sd or "–",
            f"{card.doubt:g}",
            " to ".join(f"{bound.value:.0f}" for bound in card.excitation),
            str(card.quantum_yield.mark),
        ]
        for card in cards
    ]
    columns = ["standard", "solvent", "yield", "sd", "doubt, times", "excitation / nm", "checked"]
    output.print_table("standards of emission", columns, rows, words=("solvent", "checked"))


# --- excitation ------------------------------------------------------------------------------------------


def show_excited(
    signals: "list[Signal]", absorbances: "dict[str, Signal]", card: "Material | None", as_object: bool
) -> None:
    """Tell which dots emit, by their excitation spectra."""
    from aliquot.instruments.emission.excited import excited

    found = [excited(one, absorbances.get(one.label.strip(), absorbances.get("")), card) for one in signals]
    if as_object:
        output.print_json(
            "emission", {"kind": "excitation", "aliquots": [_excited_json(one) for one in found]}
        )
        return
    rows = [
        [
            one.label,
            output.plus_minus(one.edge.e1, 1),
            output.plus_minus(one.diameter, 2),
            output.plus_minus(one.difference, 2),
        ]
        for one in found
    ]
    columns = ["aliquot", "E1 of what emits / nm", "its d / nm", "less d of what absorbs / nm"]
    flags = dict.fromkeys(f"{one.label}: {flag}" for one in found for flag in one.flags)
    output.print_table("excitation — values with 95 % intervals", columns, rows, list(flags))


def _excited_json(one: "Excited") -> dict[str, Any]:
    return {
        "source": one.source,
        "label": one.label,
        "time_s": one.signal.time_s,
        "emission_nm": one.signal.emission_nm,
        "e1_nm": output.interval(one.edge.e1.value),
        "diameter_nm": output.interval(one.diameter.value),
        "emitting_less_absorbing_nm": output.interval(one.difference.value),
        "flags": list(one.flags),
    }
