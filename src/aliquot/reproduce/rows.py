"""From an observation of a card to a row: what is published, in the unit in which it is written."""

from collections.abc import Callable
from math import inf

from aliquot.knowledge.records import Mark, Observation, Observations, Term
from aliquot.reproduce.arithmetic import evaluate
from aliquot.reproduce.record import Row
from aliquot.units import to_float

Answer = tuple[float | None, str]
"""A number and its unit; no number where a spectrum is mute."""
Evaluator = Callable[[Term], Answer]
"""What answers a term."""


def unit_of(entry: Observation) -> str:
    """Return the unit in which a row is compared: that of its value or bound, ``"1"`` for a plain number.

    Example:
        >>> unit_of(Observation(id="d", quantity="size", of="InP", value="2.7 nm", tolerance="0.1 nm",
        ...                     tolerance_because="rounding", role="arithmetic", place="l.104"))
        'nm'
    """
    written = next(text for text in (entry.value, entry.above, entry.below) if text is not None)
    return written.strip().partition(" ")[2].strip() or "1"


def bounds_of(entry: Observation, unit: str) -> tuple[float, float]:
    """Return what counts as met, in a unit; infinite where the card sets no bound."""
    if entry.value is not None and entry.tolerance is not None:
        value, tolerance = to_float(entry.value, unit), to_float(entry.tolerance, unit)
        return value - tolerance, value + tolerance
    low = -inf if entry.above is None else to_float(entry.above, unit)
    return low, inf if entry.below is None else to_float(entry.below, unit)


def computed_of(entry: Observation, evaluator: Evaluator, unit: str) -> float | None:
    """Return the computed counterpart of an observation in a unit: its term, over or less another one.

    Args:
        entry: The observation.
        evaluator: What answers its terms.
        unit: Unit of the comparison.

    Returns:
        The number, None where one of the terms has none.

    Raises:
        UnitError: If the terms have another dimension than the row.
    """
    answers = [evaluator(term) for term in entry.terms]
    (first, own), *others = answers
    if any(value is None for value, _ in answers) or first is None:
        return None
    if not others:
        return to_float(f"{first!r} {own}", unit)
    (second, _), (_, other) = others[0], others[0]
    if second is None:
        return None
    second = to_float(f"{second!r} {other}", own)
    if entry.less is not None:
        return to_float(f"{first - second!r} {own}", unit)
    return to_float(f"{first / second!r} 1", unit) if second else None


def row_of(
    entry: Observation,
    card: Observations,
    computed: float | None,
    *,
    note: str | None = None,
    beyond: str | None = None,
) -> Row:
    """Put a published number beside its computed counterpart.

    Args:
        entry: The observation.
        card: Its card.
        computed: The number in the unit of :func:`unit_of`, None where there is none.
        note: Why it differs as it does.
        beyond: Why it is not computed.
    """
    unit = unit_of(entry)
    low, high = bounds_of(entry, unit)
    return Row(
        id=entry.id,
        condition=entry.condition,
        quantity=entry.words,
        unit=unit,
        low=low,
        high=high,
        computed=computed,
        role=entry.role,
        value=None if entry.value is None else to_float(entry.value, unit),
        source=f"{card.source}, {entry.place}",
        text=entry.text,
        test=entry.test,
        says=entry.says,
        printed=entry.printed,
        derived=entry.mark is Mark.COMPUTED and entry.printed is None,
        reading=entry.reading,
        errata=entry.errata,
        note=note,
        beyond=beyond,
    )


def arithmetic_row(entry: Observation, card: Observations) -> Row:
    """Return the row of a number that needs no chemistry."""
    return row_of(entry, card, computed_of(entry, lambda term: evaluate(term, card), unit_of(entry)))
