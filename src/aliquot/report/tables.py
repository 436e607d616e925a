"""The tables of a reproduction: what to print in each row, in words and aligned numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aliquot.knowledge import store
from aliquot.knowledge.records import Role
from aliquot.report.numbers import (
    NOTHING,
    Estimate,
    Number,
    aligned,
    beside,
    decimals_beside,
    estimate,
    fixed,
    power,
    unit_text,
)
from aliquot.report.series import celsius, minutes
from aliquot.reproduce import Condition, Reproduction, Row

ROLES = {Role.CALIBRATION: "calibrated", Role.PREDICTION: "predicted", Role.ARITHMETIC: "arithmetic"}
"""What a role says of a number."""
NAMES = {Role.CALIBRATION: "Calibration", Role.PREDICTION: "Predictions", Role.ARITHMETIC: "Arithmetic"}
"""Headings of roles."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many numbers of a role are met."""

    role: str
    """Class of the role, for its colour."""
    name: str
    """Heading."""
    met: int
    """Met."""
    total: int
    """Of these."""
    meaning: str
    """What a met number of this role proves, in a sentence."""


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """One sample in the table of conditions."""

    label: str
    """Name of the sample."""
    temperature: str
    """Temperature [°C]."""
    flow: str
    """Flow [mL/min]."""
    time: str
    """Mean residence time [min]."""
    role: str
    """Class of the role, for its colour; empty where nothing is printed."""
    used: str
    """What the published numbers were used for, in words."""
    published: Mapping[str, str]
    """Published E1 [nm], diameter [nm], RSD [%], conversion [%], as printed."""
    missed: frozenset[str]
    """Quantities that missed their tolerance."""
    diameter: str
    """Simulated, volume-weighted mean [nm]."""
    rsd: str
    """Simulated [%]."""
    recovered: Mapping[str, Estimate]
    """E1 [nm], diameter [nm], RSD [%] as read from the spectrum."""
    conversion: str
    """Simulated conversion [%]."""
    balance: str
    """Relative error of the mass balance [1]."""


@dataclass(frozen=True, slots=True)
class NumberRow:
    """One published number in the table of all."""

    id: str
    """Name on its card."""
    sample: str
    """Condition on the card, or that no run is needed."""
    quantity: str
    """What is compared."""
    unit: str
    """Unit of the three numbers."""
    published: Number
    """As printed."""
    computed: Number
    """As computed."""
    tolerance: Number
    """What counts as met."""
    role: str
    """Class of the role, for its colour."""
    used: str
    """What the number was used for."""
    met: bool
    """Whether it was met."""
    source: str
    """Paper and place."""
    reading: str | None
    """How an ambiguous text was read."""
    errata: tuple[str, ...]
    """Names of located errors."""
    note: str | None
    """Why it differs."""
    printed: str | None
    """As it is printed, where that is in error."""
    derived: bool
    """Whether it follows from what is printed, and is not printed itself."""
    because: str | None
    """Why the tolerance is what it is."""


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """What each cause contributes to the uncertainty of what was read from one spectrum."""

    label: str
    """Name of the sample."""
    e1: Mapping[str, str]
    """Standard uncertainties of E1 by cause [nm]."""
    diameter: Mapping[str, str]
    """Standard uncertainties of the mean diameter by cause [nm]."""
    rsd: Mapping[str, str]
    """Standard uncertainties of the RSD by cause [points]."""


def counts(result: Reproduction) -> tuple[Count, ...]:
    """Return the headline: how many numbers of each role are met."""
    meanings = {
        Role.CALIBRATION: "Numbers to which the constants were fitted, or that repeat one of these. "
        "To meet them shows that the model can, no more.",
        Role.PREDICTION: "Numbers that no fit has seen. To meet them is a test.",
        Role.ARITHMETIC: "Numbers that follow from the printed doses and the tube alone. "
        f"{result.derived(Role.ARITHMETIC)} of them are not printed, and check Aliquot, not the paper; "
        f"{result.corrected(Role.ARITHMETIC)} are printed otherwise, in error.",
    }
    return tuple(Count(ROLES[role], NAMES[role], *result.counted(role), meanings[role]) for role in NAMES)


def conditions(result: Reproduction) -> tuple[ConditionRow, ...]:
    """Return the table of conditions, in the order of the recipe."""
    return tuple(_condition(result, condition) for condition in result.conditions)


def _condition(result: Reproduction, condition: Condition) -> ConditionRow:
    aliquot, read = condition.aliquot, condition.recovered
    rows = result.published(aliquot.label)
    as_printed = printed_values(result)
    role = next((row.role for row in rows.values()), None)
    return ConditionRow(
        label=aliquot.label,
        temperature=fixed(celsius(condition), 0),
        flow=NOTHING if aliquot.flow is None else f"{aliquot.flow * 6e7:.2f}",
        time=fixed(minutes(condition), 1),
        role="" if role is None else ROLES[role],
        used=_used(result, aliquot.label),
        published={quantity: as_printed[row.id] for quantity, row in rows.items()},
        missed=frozenset(quantity for quantity, row in rows.items() if not row.met),
        diameter=fixed(condition.simulated.mean, 2),
        rsd=fixed(100.0 * condition.simulated.rsd, 1),
        recovered={
            "E1": estimate(condition.edge.e1.value, 0),
            "diameter": estimate(read.mean.value, 2),
            "RSD": estimate(read.rsd.value, 1, 100.0),
        },
        conversion=fixed(None if aliquot.conversion is None else 100.0 * aliquot.conversion, 1),
        balance=power(aliquot.mass_error),
    )


def _used(result: Reproduction, sample: str) -> str:
    """Say what a sample's published numbers were used for; name them where its size is not among them."""
    size = result.role(sample)
    if size is not None:
        return ROLES[size]
    others = result.published(sample)
    if not others:
        return "none printed"
    return "; ".join(f"{quantity} {ROLES[row.role]}" for quantity, row in others.items())


def printed_values(result: Reproduction) -> dict[str, str]:
    """Return each published number with the digits that its card writes, or bounds in words, by name."""
    known = {entry.id: entry.value or "" for entry in store.observations(result.paper).observations}
    return {
        row.id: row.wanted if row.value is None else _digits(row.value, known.get(row.id, ""))
        for row in result.rows
    }


def _digits(value: float, text: str) -> str:
    """Return the number as a card writes it, if it is that number, else in its shortest form."""
    token = text.partition(" ")[0]
    try:
        same = float(token) == value
    except ValueError:
        same = False
    return token if same else f"{value:.4g}"


def numbers(result: Reproduction) -> tuple[NumberRow, ...]:
    """Return every number that was computed beside its published one, the decimals of each column aligned."""
    rows = [row for row in result.rows if row.is_tried]
    as_printed = printed_values(result)
    because = {entry.id: entry.tolerance_because for entry in store.observations(result.paper).observations}
    published = _aligned_values(rows, as_printed)
    computed = aligned(fixed(row.computed, decimals_beside(row.tolerance)) for row in rows)
    tolerances = aligned(NOTHING if row.value is None else f"{row.tolerance:.4g}" for row in rows)
    return tuple(
        NumberRow(
            id=row.id,
            sample=row.condition or "no run",
            quantity=row.quantity,
            unit=unit_text(row.unit) or "1",
            published=published[i],
            computed=computed[i],
            tolerance=tolerances[i],
            role=ROLES[row.role],
            used=ROLES[row.role],
            met=row.met,
            source=row.source,
            reading=row.reading,
            errata=row.errata,
            note=row.note,
            printed=row.printed,
            derived=row.derived,
            because=because.get(row.id),
        )
        for i, row in enumerate(rows)
    )


def _aligned_values(rows: Sequence[Row], as_printed: Mapping[str, str]) -> tuple[Number, ...]:
    """Return the published numbers of a column, bounds in words among them."""
    column = aligned(NOTHING if row.value is None else as_printed[row.id] for row in rows)
    return tuple(
        Number(as_printed[row.id]) if row.value is None else number
        for row, number in zip(rows, column, strict=True)
    )


def miss(row: Row) -> str:
    """Return a whole sentence that says by how much a number was missed.

    Example:
        >>> miss(Row.near("E1-180", "180C", "E1", "nm", (518.0, 12.0), 534.1, Role.CALIBRATION))
        'E1 of 180C is computed as 534.1 nm, 16.1 nm above the published 518 nm; the tolerance is 12 nm.'
    """
    of = "" if row.condition is None else f" of {row.condition}"
    unit = "" if row.unit == "1" else f" {unit_text(row.unit)}"
    if row.computed is None:
        said = row.wanted if row.value is None else f"{row.value:.4g}"
        return f"{row.quantity}{of} has no number; {said}{unit} is published."
    if row.value is None:
        found = f"{row.quantity}{of} is computed as {beside(row.computed, row.low, row.high)}{unit}"
        return f"{found}; {row.wanted}{unit} is published."
    decimals = decimals_beside(row.tolerance)
    side = "above" if row.computed > row.published else "below"
    return (
        f"{row.quantity}{of} is computed as {fixed(row.computed, decimals)}{unit}, "
        f"{fixed(abs(row.computed - row.published), decimals)}{unit} {side} the published "
        f"{row.published:.4g}{unit}; the tolerance is {row.tolerance:.4g}{unit}."
    )


def budgets(result: Reproduction) -> tuple[BudgetRow, ...]:
    """Return standard uncertainties by cause of what was read from each spectrum."""
    return tuple(
        BudgetRow(
            label=condition.aliquot.label,
            e1={cause: fixed(sd, 1) for cause, sd in condition.edge.e1.budget.items()},
            diameter={cause: fixed(sd, 3) for cause, sd in condition.recovered.mean.budget.items()},
            rsd={cause: fixed(100.0 * sd, 1) for cause, sd in condition.recovered.rsd.budget.items()},
        )
        for condition in result.conditions
    )
