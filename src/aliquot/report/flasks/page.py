"""The page of a paper whose runs are flasks: figures beside published numbers, misses, constants, sources."""

from collections.abc import Mapping
from dataclasses import dataclass

from aliquot.inference.summary import LAWS
from aliquot.knowledge import store
from aliquot.knowledge.records import Observations, Role
from aliquot.report import provenance, tables
from aliquot.report.constants import ConstantSet, constant_set
from aliquot.report.flasks.courses import courses
from aliquot.report.flasks.panels import runs
from aliquot.report.flasks.sizes import distributions, drawn, sizes
from aliquot.report.flasks.tables import Entry, entries, given, groups, heads
from aliquot.report.flasks.verdicts import verdicts
from aliquot.report.publish import filled
from aliquot.report.told import strengths
from aliquot.reproduce import Reproduction
from aliquot.reproduce.record import tests_of

CHECKS = "Checks: what a run has to satisfy though no paper prints it"
"""Heading of their table."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of published numbers."""

    entries: tuple[Entry, ...]
    """Its rows."""
    fits: bool
    """Whether fits to everything have columns."""


def flasks_page(result: Reproduction) -> str:
    """Return the reproduction of a paper of flasks as one self-contained page of HTML.

    Args:
        result: What :func:`aliquot.reproduce.reproduce` returned; with ``closely`` it has courses to draw.

    Raises:
        CardError: If a card that the result names is gone.
    """
    card = store.observations(result.paper)
    return filled("flasks.html.j2", _figures(result, card), **_told(result, card))


def _figures(result: Reproduction, card: Observations) -> dict[str, str]:
    """Return every figure by name; those of which there is nothing to draw are left out."""
    found = {"verdicts": verdicts(result, groups(result, card))}
    members = runs(result)
    if members:
        found["courses"] = courses(result.paper, members)
    panels = drawn(members)
    if panels:
        found["sizes"] = sizes(result.paper, panels)
    sized = [run for run in members if run.main.sizes]
    if sized:
        found["distributions"] = distributions(result.paper, sized)
    if result.told is not None:
        found["told"] = strengths(result.told)
    return found


def _told(result: Reproduction, card: Observations) -> Mapping[str, object]:
    """Return everything that the template says, by name."""
    source = store.source(card.source)
    chemistries = sets_of(result, card)
    return {
        "authors": provenance.short_authors(source.authors),
        "year": source.year,
        "paper": result.paper,
        "seed": result.seed,
        "lead": _lead(result, card),
        "untried": sum(not row.is_tried for row in result.rows),
        "tried": sum(row.is_tried for row in result.rows),
        "split": result.constants is not None,
        "everything": result.everything,
        "heads": heads(result),
        "misses": [(row, tables.miss(row)) for row in result.rows if row.is_tried and not row.met],
        "tables": _tables(result),
        "held_out": card.held_out,
        "given": given(card),
        "sets": chemistries,
        "told": result.told,
        "errata": [store.erratum(key) for key in sorted({key for row in result.rows for key in row.errata})],
        "citations": _citations(result, card, chemistries),
        "versions": provenance.versions(result, None),
    }


def _lead(result: Reproduction, card: Observations) -> str:
    """Return what was done, in a sentence or two."""
    untried = sum(not row.is_tried for row in result.rows)
    left = f" {untried} of the numbers are not computed, and the tables say why." if untried else ""
    done = (
        f"The {len(result.rows)} numbers and orders of its text stand here beside computed ones, misses "
        "included. Flasks were computed from their recipes, or from the concentrations that the paper "
        f"states.{left}"
    )
    if result.constants is not None:
        return (
            f"{done} The constants of the split know the calibration rows alone; series that were held out "
            "are predicted."
        )
    moved = any(run.scaled for run in card.conditions.values())
    scaled = ", some rates moved by a factor that stands below with its grounds" if moved else ""
    return f"{done} Nothing was ever fitted to these rows: runs have the constants of other papers{scaled}."


def _tables(result: Reproduction) -> list[tuple[str, Table]]:
    """Return the tables of numbers, those that need a run first."""
    found = []
    for role, name in tables.NAMES.items():
        caption = f"{name}: no chemistry is needed" if role is Role.ARITHMETIC else name
        chosen = [test for test in result.tests if test.role is role]
        if chosen:
            table = Table(entries(result, chosen), bool(result.everything) and role is not Role.ARITHMETIC)
            found.append((caption, table))
    if result.checks:
        found.append((CHECKS, Table(entries(result, tests_of(result.checks)), bool(result.everything))))
    return found


def sets_of(result: Reproduction, card: Observations) -> tuple[ConstantSet, ...]:
    """Return the constants behind a page: of the split beside the fits to everything, or of every run."""
    if result.constants is None:
        names = dict.fromkeys(run.chemistry for run in card.conditions.values() if run.chemistry)
        return tuple(constant_set(store.chemistry(name)) for name in names)
    return (constant_set(store.chemistry(result.constants), result.everything),)


def _citations(
    result: Reproduction, card: Observations, sets: tuple[ConstantSet, ...]
) -> tuple[provenance.Citation, ...]:
    """Return all sources that the page rests on, each once."""
    materials = [store.material(one.card.material) for one in sets]
    keys = [card.source, *(one.card.source for one in sets), *LAWS]
    keys += [curve.source for material in materials for curve in material.sizing if curve.source]
    if result.told is not None:
        keys.append("gutenkunst2007")
    return tuple(provenance.citation(key, store.source(key)) for key in dict.fromkeys(keys))
