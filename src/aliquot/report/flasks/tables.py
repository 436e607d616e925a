"""The tables of a paper of flasks: sentences with their rows, runs with what was given, counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from aliquot.knowledge import store
from aliquot.knowledge.records import Observations, Role
from aliquot.report.numbers import NOTHING, beside, fixed, unit_text
from aliquot.report.tables import NAMES, ROLES
from aliquot.reproduce import Fitted, Reproduction, Row, Test

VERDICTS = {True: "met", False: "missed", None: "not computed"}
"""What is said of a row or a sentence."""

BESIDE = "Beside these sentences: orders, lines and sizes"
"""Heading of rows that no threshold was set for."""


@dataclass(frozen=True, slots=True)
class Head:
    """A number of the headline."""

    role: str
    """Class of the role, for its colour."""
    name: str
    """Heading."""
    big: str
    """How many are met."""
    small: str
    """What that says, in a sentence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One published number beside the computed ones."""

    id: str
    """Name on the card."""
    sentence: str | None
    """Sentence of the paper that it helps to spell out, where it is the first to do so."""
    says: str | None
    """Words of the paper."""
    condition: str
    """Run."""
    quantity: str
    """What is compared."""
    published: str
    """As printed, with its tolerance, or as bounds [unit]."""
    computed: str
    """By the split [unit]."""
    fits: tuple[str, ...]
    """By the fits to everything [unit]."""
    role: str
    """What it was used for; class of its colour."""
    verdict: str
    """Met, missed or not computed."""
    source: str
    """Place in the paper."""
    errata: tuple[str, ...]
    """Names of located errors."""
    notes: tuple[tuple[str, str], ...]
    """Reading, tolerance, reason of a miss: each a word and a sentence."""


@dataclass(frozen=True, slots=True)
class Given:
    """A run, and what had to be assumed to compute it."""

    name: str
    """Condition on the card."""
    series: str
    """Its series."""
    recipe: str
    """Recipe of the book."""
    notes: tuple[tuple[str, str], ...]
    """What was given or scaled: the key and the grounds."""


def heads(result: Reproduction) -> tuple[Head, ...]:
    """Return the headline: rows and sentences of each role, and the fits to everything apart."""
    means = {
        Role.CALIBRATION: "The constants were fitted to these runs. To meet them shows that the model can.",
        Role.PREDICTION: "Runs that no constant has seen. To meet them is a test.",
        Role.ARITHMETIC: "Numbers that follow from the printed doses, formulas and lengths alone. "
        f"{result.derived(Role.ARITHMETIC)} of them are not printed, and check Aliquot, not the paper; "
        f"{result.corrected(Role.ARITHMETIC)} are printed otherwise, in error.",
    }
    found = []
    for role in Role:
        (met, of), untried = result.counted(role), result.untried(role)
        if of or untried:
            whole = result.sentences(role)
            more = (
                f"{whole[0]} of {whole[1]} sentences, whose numbers have to be met together. "
                if whole[1]
                else ""
            )
            left = f"{untried} more are not computed. " if untried else ""
            found.append(Head(ROLES[role], NAMES[role], f"{met} of {of} met", f"{left}{more}{means[role]}"))
    for place, name in enumerate(result.everything):
        (met, of), whole = result.fitted(place), result.sentences_by(place)
        said = f"{whole[0]} of {whole[1]} sentences. " if whole[1] else ""
        told = f"{said}It was fitted to them: no prediction."
        found.append(Head("", f"Fit to everything: {name}", f"{met} of {of} met", told))
    return tuple(found)


def groups(result: Reproduction, card: Observations) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    """Return the rows that need a run by the series of their run, in the order of the card."""
    found: dict[str, list[Row]] = {}
    entries = {entry.id: entry for entry in card.observations}
    for row in result.rows:
        if row.role is not Role.ARITHMETIC and row.is_tried:
            series = card.series_of(entries[row.id])
            found.setdefault(series[0] if series else "no run", []).append(row)
    return tuple((name, tuple(rows)) for name, rows in found.items())


def entries(result: Reproduction, tests: Sequence[Test]) -> tuple[Entry, ...]:
    """Return sentences and their rows, each row a line; those that spell out no sentence come last."""
    card = store.observations(result.paper)
    because = {one.id: one.tolerance_because for one in (*card.observations, *card.checks)}
    sentences = [test for test in tests if test.is_sentence]
    others = [row for test in tests if not test.is_sentence for row in test.rows]
    found = [
        _entry(row, test.name if i == 0 else None, because.get(row.id))
        for test in sentences
        for i, row in enumerate(test.rows)
    ]
    apart = BESIDE if sentences else None
    found += [_entry(row, None if i else apart, because.get(row.id)) for i, row in enumerate(others)]
    return tuple(found)


def _entry(row: Row, sentence: str | None, because: str | None) -> Entry:
    verdict = VERDICTS[row.met if row.is_tried else None]
    notes = [
        ("Read as", row.reading),
        ("Printed", row.printed),
        ("Not printed", "it follows from what is" if row.derived else None),
        ("Tolerance", because),
        ("Why it differs", row.note),
        ("Not computed", row.beyond),
    ]
    return Entry(
        id=row.id,
        sentence=sentence,
        says=row.says,
        condition=row.condition or "no run",
        quantity=row.quantity,
        published=_with_unit(row.wanted.replace("-", "−"), row),
        computed=_number(row.computed, row),
        fits=tuple(_fit(fit, row) for fit in row.everything),
        role=ROLES[row.role],
        verdict=verdict,
        source=row.source,
        errata=row.errata,
        notes=tuple((word, text) for word, text in notes if text),
    )


def _fit(fit: Fitted, row: Row) -> str:
    """Return what a fit to everything gives, with a mark where it misses."""
    missed = fit.why is None and not fit.met
    return _number(fit.computed, row) + (" !" if missed else "")


def _number(value: float | None, row: Row) -> str:
    """Return a computed number with as many digits as its published one deserves."""
    if value is None:
        return NOTHING
    if row.value is not None and row.tolerance > 0.0 and row.low <= value <= row.high:
        decimals = max(0, 1 - int(f"{row.tolerance:e}".partition("e")[2]))
        return _with_unit(fixed(value, min(decimals, 6)), row)
    return _with_unit(beside(value, row.low, row.high), row)


def _with_unit(text: str, row: Row) -> str:
    return f"{text} {unit_text(row.unit)}".rstrip()


def given(card: Observations) -> tuple[Given, ...]:
    """Return the runs that stand for something the paper does not print, with the grounds."""
    found = []
    for name, run in card.conditions.items():
        notes = []
        if run.given_because:
            values = ", ".join(f"{key}: {value}" for key, value in run.given.items())
            notes.append((values, run.given_because))
        if run.scaled_because:
            factors = ", ".join(f"{key} × {factor:g}" for key, factor in run.scaled.items())
            notes.append((factors, run.scaled_because))
        if run.stated is not None and run.stated.because:
            values = ", ".join(f"{name} {value}" for name, value in run.stated.concentrations.items())
            notes.append((values, run.stated.because))
        if run.seeds is not None and run.seeds.because:
            notes.append((f"dots of {run.seeds.diameter.text} ± {run.seeds.rsd.text}", run.seeds.because))
        if notes:
            found.append(Given(name, run.series, run.recipe, tuple(notes)))
    return tuple(found)
