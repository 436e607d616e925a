"""What `aliquot analyse` tells: JSON by the contract, tables for people."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.finding import Finding
    from aliquot.instruments.absorbance.clusters.result import Amount as ClusterAmount
    from aliquot.instruments.absorbance.findings import AliquotFindings, SeriesFindings
    from aliquot.instruments.absorbance.learned import Learned
    from aliquot.knowledge.records import Material


def as_json(found: "SeriesFindings", material: "Material", report: Path | None) -> dict[str, Any]:
    """Return findings as the contract writes them."""
    claims = () if found.unmixed is None else found.unmixed.claims
    lines = {claim.family.id: output.interval(claim.line.value) for claim in claims}
    return {
        "material": found.material,
        "aliquots": [_aliquot(aliquot, material, lines) for aliquot in found.aliquots],
        "series": {
            "trend": str(found.trend),
            "changes_s": list(found.course.changes_s),
            "lineshape": None if found.lineshape is None else _lineshape(found.lineshape),
            "clusters": [_claim(claim) for claim in claims],
            "proposed": []
            if found.proposed is None
            else [output.interval(one.line.value) for one in found.proposed.proposals],
            "recorded": None
            if found.recorded is None
            else {
                "label": found.recorded.label,
                "median_nm": found.recorded.median_nm,
                "low_nm": found.recorded.low_nm,
                "high_nm": found.recorded.high_nm,
                "agree": found.recorded.agree,
            },
            "flags": list(found.flags),
        },
        "report": None if report is None else str(report),
        "citations": list(found.citations),
    }


def _aliquot(
    aliquot: "AliquotFindings", material: "Material", lines: dict[str, dict[str, float] | None]
) -> dict[str, Any]:
    amount, made, apart = aliquot.amount, aliquot.production, aliquot.unmixed
    return {
        "source": aliquot.source,
        "label": aliquot.label,
        "time_s": aliquot.time_s,
        "e1_nm": output.interval(aliquot.e1.value),
        "e2_nm": output.interval(aliquot.e2.value),
        "maximum_nm": aliquot.maximum_nm,
        "hwhm_meV": output.interval(aliquot.hwhm.value),
        "diameter_nm": _diameter(aliquot, material),
        "distribution": _distribution(aliquot),
        "clusters": []
        if apart is None
        else [{**_species(one), "line_nm": lines[one.name]} for one in apart.clusters],
        "dots": None if apart is None else {**_species(apart.dots), "e1_nm": output.interval(apart.e1.value)},
        "amount": None
        if amount is None
        else {
            "volume_fraction": output.interval(amount.fraction.value),
            "concentration_mM": output.interval(amount.concentration.value),
            "at_nm": amount.wavelength_nm,
            "refractive_index": amount.n_s,
            "budget_mM": dict(amount.concentration.budget),
        },
        "yield": None if aliquot.yielded is None else output.interval(aliquot.yielded.value),
        "production_mg_h": None if made is None else output.interval(made.rate.value),
        "flags": list(aliquot.flags),
    }


def _diameter(aliquot: "AliquotFindings", material: "Material") -> dict[str, Any] | None:
    from aliquot.instruments.absorbance.sizing import curves_that_hold

    diameter, e1 = output.interval(aliquot.diameter.value), aliquot.e1.value
    if diameter is None:
        return None
    return {
        **diameter,
        "definition": aliquot.diameter.definition,
        "curves": [] if e1 is None else list(curves_that_hold(material, e1.value)),
        "budget": dict(aliquot.diameter.budget),
    }


def _distribution(aliquot: "AliquotFindings") -> dict[str, Any] | None:
    mean, recovered = output.interval(aliquot.distribution.value), aliquot.recovered
    if mean is None or recovered is None:
        return None
    return {
        "weighting": "volume",
        "mean_nm": mean,
        "rsd": output.interval(aliquot.rsd.value),
        "method": recovered.method,
        "budget_nm": dict(aliquot.distribution.budget),
        "rsd_budget": dict(aliquot.rsd.budget),
        "descriptions": [
            {
                "method": one.method,
                "mean_nm": one.distribution.mean,
                "rsd": one.distribution.rsd,
                "misfit": one.misfit,
                "bic": one.bic,
            }
            for one in recovered.descriptions
        ],
        "diameters_nm": recovered.distribution.diameters.tolist(),
        "density_per_nm": [
            {
                "weighting": str(one.distribution.weighting),
                "value": one.distribution.density().tolist(),
                "low": one.low.tolist(),
                "high": one.high.tolist(),
            }
            for one in recovered.bands
        ],
    }


def _species(amount: "ClusterAmount") -> dict[str, Any]:
    return {
        "name": amount.name,
        "kind": amount.kind,
        "peak": output.interval(amount.peak.value),
        "share": output.interval(amount.share.value),
        "volume_fraction": output.interval(amount.volume_fraction.value),
        "seen": amount.seen,
    }


def _claim(claim: Any) -> dict[str, Any]:  # noqa: ANN401  a record that waits for its import
    return {
        "name": claim.family.id,
        "verdict": str(claim.verdict),
        "line_nm": output.interval(claim.line.value),
        "seen_s": list(claim.seen_s),
        "reason": claim.reason,
    }


def _lineshape(learned: "Learned") -> dict[str, Any]:
    return {
        "constants": [
            {
                "name": one.name,
                "unit": one.unit,
                "before": {"value": one.before[0], "sd": one.before[1]},
                "value": one.after[0],
                "sd": one.after[1],
                "determined": one.determined,
            }
            for one in learned.constants
        ],
        "labels": list(learned.labels),
        "costs_rsd_points": list(learned.costs),
        "flags": list(learned.flags),
    }


def show(found: "SeriesFindings", report: Path | None) -> None:
    """Print tables: first excitons, sizes and amounts, clusters."""
    title = f"{found.material}: {found.trend} — values with 95 % intervals"
    sizes = _sizes(found)
    output.print_table(title, *_excitons(found), () if sizes else _notes(found))
    if sizes:
        output.print_table("Sizes by volume, amounts", *sizes, _notes(found))
    if found.unmixed is not None and found.unmixed.claims:
        _show_clusters(found)
    if report is not None:
        typer.echo(f"Report: {report}")


def _show_clusters(found: "SeriesFindings") -> None:
    if found.unmixed is None:
        return
    names = [one.family.id for one in found.unmixed.claims]
    rows = [
        [
            aliquot.label.strip(),
            *(output.plus_minus(aliquot.unmixed.of(name).peak, 3) for name in names),
            output.plus_minus(aliquot.unmixed.dots.peak, 3),
        ]
        for aliquot in found.aliquots
        if aliquot.unmixed is not None
    ]
    told = [f"{one.family.id}: {one.verdict}. {one.reason}" for one in found.unmixed.claims]
    output.print_table("Absorbance of each alone, at its line", ["aliquot", *names, "dots"], rows, told)


def _excitons(found: "SeriesFindings") -> tuple[list[str], list[list[str]]]:
    rows = [
        [
            aliquot.label.strip(),
            "–" if aliquot.time_s is None else f"{aliquot.time_s:g}",
            output.plus_minus(aliquot.e1, 1),
            "–" if aliquot.maximum_nm is None else f"{aliquot.maximum_nm:.1f}",
            output.plus_minus(aliquot.e2, 1),
            output.plus_minus(aliquot.hwhm, 0),
            output.plus_minus(aliquot.diameter, 2),
        ]
        for aliquot in found.aliquots
    ]
    return ["aliquot", "time / s", "E1 / nm", "maximum / nm", "E2 / nm", "HWHM / meV", "d by E1 / nm"], rows


def _sizes(found: "SeriesFindings") -> tuple[list[str], list[list[str]]] | None:
    """Return the columns of sizes and amounts that say anything, with their rows; None where none does."""
    columns: list[tuple[str, list[Finding | None], int, float]] = [
        ("mean d / nm", [a.distribution for a in found.aliquots], 2, 1.0),
        ("RSD / %", [a.rsd for a in found.aliquots], 1, 100.0),
        ("c / mM", [None if a.amount is None else a.amount.concentration for a in found.aliquots], 0, 1.0),
        ("yield / %", [a.yielded for a in found.aliquots], 0, 100.0),
        ("mg/h", [None if a.production is None else a.production.rate for a in found.aliquots], 0, 1.0),
    ]
    shown = [
        (name, ["–" if one is None else output.plus_minus(one, digits, scale) for one in findings])
        for name, findings, digits, scale in columns
        if any(one is not None and one.value is not None for one in findings)
    ]
    if not shown:
        return None
    labels = [aliquot.label.strip() for aliquot in found.aliquots]
    rows = [list(row) for row in zip(labels, *(cells for _, cells in shown), strict=True)]
    return ["aliquot", *(name for name, _ in shown)], rows


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
