"""Rows of a paper whose runs are computed as courses: by the honest split, and by the fits to everything."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from aliquot.knowledge import store
from aliquot.knowledge.records import Observation, Observations, Role
from aliquot.reproduce.courses import Course, courses
from aliquot.reproduce.record import Fitted, Row
from aliquot.reproduce.rows import arithmetic_row, row_of

Computed = Mapping[str, Course]
"""What one set of constants gives, by name of the observation."""


def course_rows(
    card: Observations, told: Callable[[str], None], conditions: Sequence[str] = ()
) -> tuple[Row, ...]:
    """Return all rows of a paper, those of runs computed with each set of constants.

    Args:
        card: Observations of the paper.
        told: Called with a line after each set of constants.
        conditions: Only runs of these conditions; all unless given.

    Example:
        >>> rows = course_rows(store.observations("gazis2023"), print, ("nothing",))
        computed with a chemistry for each run
        >>> all(row.met for row in rows)                                            # arithmetic alone is left
        True
    """
    split = courses(card, card.chemistry, conditions)
    told(f"computed with {card.chemistry or 'a chemistry for each run'}")
    every: dict[str, Computed] = {}
    for name in card.everything:
        every[name] = courses(card, name, conditions)
        told(f"computed with {name}, the fit to everything")
    remarks = store.chemistry(card.chemistry).remarks if card.chemistry else {}
    wanted = [
        entry
        for entry in card.observations
        if entry.role is Role.ARITHMETIC or entry.id in split or not conditions
    ]
    return tuple(_row(entry, card, split, every, remarks.get(entry.id)) for entry in wanted)


def _row(
    entry: Observation,
    card: Observations,
    split: Computed,
    every: Mapping[str, Computed],
    remark: str | None,
) -> Row:
    """Return one row, with its reason where it is missed or not computed."""
    if entry.role is Role.ARITHMETIC and entry.beyond is None:
        return arithmetic_row(entry, card)
    if entry.beyond is not None:
        return row_of(entry, card, None, note=entry.missed_because, beyond=entry.beyond)
    found = split[entry.id]
    row = row_of(entry, card, found.value, beyond=found.why)
    others = [(name, computed[entry.id]) for name, computed in every.items()]
    fits = tuple(_fitted(name, one, row, entry) for name, one in others)
    row = replace(row, everything=fits)
    missed = (row.is_tried and not row.met) or any(not fit.met for fit in fits)
    reason = " ".join(part for part in (found.absent, remark or entry.missed_because) if part) or None
    how = "; ".join(part for part in (entry.reading, found.how) if part)
    row = replace(row, reading=how or None)
    if row.is_tried and not row.met and reason is None:
        reason = _compared(row)
    return replace(row, note=reason if missed or not row.is_tried else None)


def _fitted(name: str, found: Course, row: Row, entry: Observation) -> Fitted:
    """Return what a fit to everything gives for a row, and why it misses it where it does."""
    if row.meets(found.value):
        return Fitted(name, found.value, met=True)
    known = store.chemistry(name).remarks.get(entry.id) or entry.missed_because
    note = " ".join(part for part in (found.absent, known) if part) or None
    return Fitted(name, found.value, met=False, why=found.why, note=note)


def _compared(row: Row) -> str:
    """Say of a missed row without a reason what the fits to everything make of it."""
    met = [fit.chemistry for fit in row.everything if fit.met]
    if not row.everything:
        computed = "nothing" if row.computed is None else f"{row.computed:.4g}"
        return f"No reason is known yet: {computed} where the text asks for {row.wanted}."
    if not met:
        return "No constants that were fitted to everything reach it either."
    which = "All constants" if len(met) == len(row.everything) else "Some constants"
    told = "the calibration rows alone do not say how"
    if row.role is Role.CALIBRATION:
        told = "the rows that were fitted do not ask for it"
    return (
        f"{which} that were fitted to everything reach it ({', '.join(met)}): the structure can, but {told}."
    )
