"""The page of a series: header, figures, tables, method, sources and versions, put together."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from aliquot.errors import InputError, Where
from aliquot.instruments.absorbance.findings import AliquotFindings, SeriesFindings
from aliquot.instruments.absorbance.series import Trend
from aliquot.knowledge import store
from aliquot.knowledge.citations import prose
from aliquot.knowledge.records import Material
from aliquot.report.absorbance import budgets, clusters, doubts, tables, ways
from aliquot.report.absorbance.course import course_figure, recorded_figure
from aliquot.report.absorbance.lineshape import constant_rows, lineshape_figure
from aliquot.report.absorbance.look import axis_of, clock_of, name_of, ordered
from aliquot.report.absorbance.method import paragraphs
from aliquot.report.absorbance.method_sizes import is_own
from aliquot.report.absorbance.parts import chosen, parts_figure
from aliquot.report.absorbance.sizes import sized, sizes_figure, widest_share
from aliquot.report.absorbance.spectra import REACH, SURE, spectra_figure
from aliquot.report.absorbance.words import counts, lead, signed
from aliquot.report.publish import filled, write


def series_page(found: SeriesFindings) -> str:
    """Return the findings of a series as one self-contained page of HTML, equal for equal findings.

    Figures that a paper could take, tables with intervals, budgets and reasons, the method as it was done,
    its sources and versions. Nothing is loaded from a network; light or dark is the reader's setting.

    Args:
        found: What :func:`aliquot.instruments.absorbance.analyse.analyse` returned.

    Raises:
        InputError: If there is no aliquot.
        CardError: If the card of the material, or of a source, is gone.
    """
    if not found.aliquots:
        raise InputError(
            given=f"a series of {found.material} without spectra",
            expected="at least one aliquot",
            why="there is nothing to draw",
            remedy="Analyse a file with spectra.",
            where=Where(key="aliquots"),
        )
    aliquots = ordered(found.aliquots)
    return filled("series.html.j2", _figures(found, aliquots), **_told(found, aliquots))


def write_series(found: SeriesFindings, path: Path) -> Path:
    """Write the page of a series into a file, whole or not at all.

    Args:
        found: What to report.
        path: File to write; its folder is made, a file of that name is replaced.

    Returns:
        The path.

    Raises:
        InputError: If there is no aliquot, or the file can not be written there.
        CardError: If the card of the material, or of a source, is gone.
    """
    return write(series_page(found), path)


def _figures(found: SeriesFindings, aliquots: Sequence[AliquotFindings]) -> dict[str, str]:
    """Return the figures that there is something for, by name."""
    figures = {"spectra": spectra_figure(aliquots)}
    if parted := chosen(aliquots):
        figures["parts"] = parts_figure(parted)
    if with_sizes := sized(aliquots):
        figures["sizes"] = sizes_figure(with_sizes)
    if (course := course_figure(found)) is not None:
        figures["course"] = course
    if found.lineshape is not None and is_own(found.lineshape, aliquots):
        figures["lineshape"] = lineshape_figure(found.lineshape)
    if found.recorded is not None and found.recorded.differences_nm:
        figures["recorded"] = recorded_figure(found.recorded)
    return figures


def _told(found: SeriesFindings, aliquots: Sequence[AliquotFindings]) -> dict[str, object]:
    """Return everything that the template says, by name."""
    card = _card(found)
    keys = _sources(found, card)
    numbers = {key: place for place, key in enumerate(keys, start=1)}

    def cite(wanted: Iterable[str | None]) -> str:
        known = sorted(numbers[key] for key in dict.fromkeys(wanted) if key in numbers)
        return f" [{', '.join(map(str, known))}]" if known else ""

    return {
        "found": found,
        "card": card,
        "name": _name(aliquots),
        "lead": lead(found, aliquots, card),
        "counts": counts(found, aliquots),
        "aliquots": aliquots,
        "timed": axis_of(aliquots),
        "reach": f"{REACH:g}",
        "sure": f"{SURE:g}",
        "second": any(one.e2.value is not None for one in aliquots),
        "fitted": any(one.unmixed is not None or one.recovered is not None for one in aliquots),
        "table": tables.findings(aliquots),
        "budgets": budgets.tables_of(aliquots),
        "flags": [flag for flag in found.flags if found.recorded is None or flag != found.recorded.sentence],
        "described": ways.table_of(aliquots),
        "lineshape_share": f"{100.0 * widest_share(aliquots):.0f}",
        **_lineshape(found, aliquots),
        **_clusters(found, aliquots),
        "stretches": _stretches(found),
        "gates": doubts.by_gate(aliquots),
        "left_out": doubts.left_out(aliquots),
        "doubts": doubts.doubts(aliquots),
        "method": paragraphs(found, aliquots, card, cite),
        "sources": [(key, prose(store.source(key))) for key in keys],
        "versions": _versions(found, card),
    }


def _card(found: SeriesFindings) -> Material:
    """Return the card of the material, with the lineshape that was used."""
    return store.material(found.material) if found.lineshape is None else found.lineshape.material


def _name(aliquots: Sequence[AliquotFindings]) -> str:
    """Return the name of the file of the series, or of its first aliquot."""
    where = aliquots[0].signal.where
    if where is not None and where.file is not None:
        return Path(where.file).name
    return (
        name_of(aliquots[0]) if len(aliquots) == 1 else f"{name_of(aliquots[0])} to {name_of(aliquots[-1])}"
    )


def _lineshape(found: SeriesFindings, aliquots: Sequence[AliquotFindings]) -> dict[str, object]:
    learned = found.lineshape
    if learned is None:
        return {"constants": (), "costs": (), "own": False}
    return {
        "constants": constant_rows(learned),
        "costs": [(label, f"{cost:.2f}") for label, cost in zip(learned.labels, learned.costs, strict=False)],
        "own": is_own(learned, aliquots),
    }


def _clusters(found: SeriesFindings, aliquots: Sequence[AliquotFindings]) -> dict[str, object]:
    if found.unmixed is None:
        return {"verdicts": (), "shared": (), "species": ((), ()), "proposals": ()}
    return {
        "verdicts": clusters.verdicts(found.unmixed),
        "shared": clusters.shared(found.unmixed),
        "species": clusters.amounts(aliquots),
        "proposals": () if found.proposed is None else clusters.proposals(found.proposed.proposals),
    }


def _stretches(found: SeriesFindings) -> list[str]:
    """Return what the series does stretch by stretch, in words."""
    if found.trend is Trend.NONE:
        return []
    clock = clock_of(stretch.end_s for stretch in found.course.stretches)
    return [
        f"{stretch.trend} from {clock.told(stretch.begin_s)} to {clock.told(stretch.end_s)}, E1 by "
        f"{signed(stretch.moves_nm, 0)} nm"
        for stretch in found.course.stretches
    ]


def _sources(found: SeriesFindings, card: Material) -> tuple[str, ...]:
    """Return the keys of the bibliography on which findings and kernel rest, each once."""
    keys: list[str | None] = list(found.citations)
    if any(one.recovered is not None for one in found.aliquots):
        keys += [card.sizing[0].source, None if card.lineshape is None else card.lineshape.source]
    return tuple(dict.fromkeys(key for key in keys if key))


def _versions(found: SeriesFindings, card: Material) -> list[tuple[str, str]]:
    """Return program and cards, each card by a digest of its content: your own may stand beside ours."""
    try:
        own = version("aliquot")
    except PackageNotFoundError:  # run from a checkout that was never installed
        own = "not installed"
    told = [
        ("Aliquot", own),
        (f"card of {card.id}", _digest(store.material(found.material).model_dump_json())),
    ]
    if found.unmixed is not None:
        told += [(f"card of {one.id}", _digest(one.model_dump_json())) for one in found.unmixed.families]
    return told


def _digest(content: str) -> str:
    return f"SHA-256 {sha256(content.encode()).hexdigest()[:12]}"
