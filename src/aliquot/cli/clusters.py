"""`aliquot clusters`: magic-sized clusters, by the families that share their lines."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import lookup

if TYPE_CHECKING:
    from aliquot.knowledge.query import Term
    from aliquot.knowledge.records import Cluster, Family, Line


def clusters(
    words: lookup.Words = None,
    near: Annotated[
        str | None, typer.Option(help="A first line in absorption: 447, '447 nm', 2.77eV.")
    ] = None,
    tolerance: Annotated[float, typer.Option(min=0.0, help="How far from it counts [nm].")] = 4.0,
    material: Annotated[str | None, typer.Option(help="What they are made of: CdTe, InP.")] = None,
    query: lookup.QueryText = None,
    sort: lookup.Sort = None,
    show: lookup.Show = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema clusters/1.")] = False,
) -> None:
    """Find clusters by their line, material, precursors or words; reports stand under their family.

    \b
    Examples:
      aliquot clusters --near 447
      aliquot clusters --near 447 --material CdTe --tolerance 2 --json
      aliquot clusters oleylamine material:InP
      aliquot clusters --show M021
    """
    from aliquot.knowledge.base import base
    from aliquot.knowledge.search import find

    if show is not None:
        kind = "families" if show in base().cards("families") else "clusters"
        lookup.show("clusters", kind, show, family_fields if kind == "families" else fields, json)
        return
    line = _wavelength(near)
    terms = (lookup.term("material", material), _near(line, tolerance))
    found = find(base(), "clusters", lookup.asked(words, query, sort, *terms))
    reports: list[Cluster] = [hit.card for hit in found.hits]
    if line is not None and sort is None:
        reports.sort(key=lambda cluster: (_distance(cluster.e1, line) or 0.0, cluster.material))
    families = [base().card("families", name) for name in dict.fromkeys(one.family for one in reports)]
    flags = [] if line is None else _partners(line, tolerance)
    if not json:
        _table(families, reports, [*found.notes, *flags])
        return
    results = [
        lookup.entry("clusters", one, {**fields(one), "distance_nm": _distance(one.e1, line)})
        for one in reports
    ]
    grouped = [
        {
            **lookup.entry("families", family, family_fields(family)),
            "members": [one.id for one in reports if one.family == family.id],
        }
        for family in families
    ]
    lookup.answer("clusters", found, results, families=grouped, flags=flags)


def _wavelength(near: str | None) -> float | None:
    """Return the wavelength that ``--near`` names [nm]."""
    from aliquot.errors import InputError, Where
    from aliquot.knowledge.query import wavelength

    if near is None:
        return None
    line = wavelength(near, "near")
    if line < 1.0:
        raise InputError(
            given=f"'--near {near}'",
            expected="a wavelength of at least 1 nm",
            why="no exciton absorbs there",
            remedy="Write it in nm or as a photon energy: 447, '447 nm', 2.77eV.",
            where=Where(key="--near"),
        )
    return line


def _near(near: float | None, tolerance: float) -> "Term | None":
    from aliquot.knowledge.query import Term

    if near is None:
        return None
    return Term((f"{near - tolerance:.6g}..{near + tolerance:.6g}nm",), "e1")


def _distance(line: "Line | None", near: float | None) -> float | None:
    """Return how far a line lies from a wavelength [nm], 0 within its band."""
    if line is None or near is None:
        return None
    low, high = (limit.value for limit in line.range)
    return max(low - near, near - high, 0.0)


def _partners(near: float, tolerance: float) -> list[str]:
    """Tell families of which a wavelength is the second line, not the first."""
    from aliquot.knowledge.base import base

    return [
        f"{near:.4g} nm is near the partner line of {family.id}, at {lookup.nm(family.e2)}"
        for family in base().cards("families").values()
        if family.e2 is not None and (_distance(family.e2, near) or 0.0) <= tolerance
    ]


def fields(cluster: "Cluster") -> dict[str, Any]:
    """Return what a report of a cluster says, for programs."""
    return {
        "label": cluster.label,
        "material": cluster.material,
        "family": cluster.family,
        "kind": cluster.kind,
        "e1_nm": lookup.line(cluster.e1),
        "e2_nm": lookup.line(cluster.e2),
        "emission_nm": lookup.line(cluster.emission),
        "emission_note": cluster.emission_note,
        "formula": cluster.formula,
        "precursors": cluster.precursors,
        "conditions": cluster.conditions,
        "temperature_K": lookup.span(lookup.measure_of(cluster, "temperature")),
        "place": cluster.place,
        "references": list(cluster.references),
        "remark": cluster.remark,
    }


def family_fields(family: "Family") -> dict[str, Any]:
    """Return what a family of clusters is, for programs."""
    return {
        "material": family.material,
        "aliases": list(family.aliases),
        "e1_nm": lookup.line(family.e1),
        "e2_nm": lookup.line(family.e2),
        "note": family.note,
    }


def _table(families: "Sequence[Family]", reports: "Sequence[Cluster]", notes: Sequence[str]) -> None:
    """Print reports, a table for each family, its aliases and lines above it."""
    for family in families:
        names = f" ({', '.join(family.aliases)})" if family.aliases else ""
        partner = f", partner line {lookup.nm(family.e2)}" if family.e2 else ""
        lines = f"{family.material}, first line {lookup.nm(family.e1)}{partner}"
        rows = [_row(one) for one in reports if one.family == family.id]
        columns = ["report!", "lines and formula", "made from; conditions", "temperature", "source"]
        lookup.table(f"{family.id}{names}: {lines}; {family.note}", columns, rows)
        lookup.say("")
    grouped = "1 family" if len(families) == 1 else f"{len(families)} families"
    lookup.say(f"{len(reports)} reports in {grouped}.", *notes)


def _row(one: "Cluster") -> list[str]:
    lines = [lookup.nm(one.e1)]
    if one.e2:
        lines.append(f"partner {lookup.nm(one.e2)}")
    if one.emission or one.emission_note:
        lines.append(f"emission {lookup.nm(one.emission) if one.emission else one.emission_note}")
    if one.formula:
        lines.append(one.formula)
    return [
        one.id,
        "; ".join(lines),
        "; ".join(part for part in (one.precursors, one.conditions) if part) or lookup.SILENT,
        lookup.celsius(lookup.measure_of(one, "temperature")),
        f"{one.source} {', '.join(one.references)}",
    ]
