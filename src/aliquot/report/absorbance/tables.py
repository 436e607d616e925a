"""The table of findings: values with intervals, dashes with their reasons."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from aliquot.finding import Finding
from aliquot.instruments.absorbance.findings import AliquotFindings
from aliquot.report.absorbance.look import Clock, clock_of, name_of
from aliquot.report.numbers import NOTHING, Estimate, estimate

Reader = Callable[[AliquotFindings], Finding]


@dataclass(frozen=True, slots=True)
class Column:
    """A quantity that stands in the table of findings."""

    group: str
    """How it was found, in a word or two."""
    name: str
    """What it is called."""
    unit: str
    """Its unit."""
    decimals: int
    """Digits behind the point."""
    scale: float
    """Factor from the unit of the finding."""
    of: Reader
    """Where it is found; a finding without value has the reason as its flags."""
    asked: bool = False
    """Whether it stands there even where no aliquot has it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with its interval, or a dash with letters that lead to the reason."""

    text: Estimate
    """Value and bounds."""
    note: str = ""
    """Letter of the reason for a dash, or of what to know of the value."""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """An aliquot in the table of findings."""

    name: str
    """What it is called."""
    time: str
    """Its time, a dash where not known."""
    cells: tuple[Cell, ...]
    """One for each column."""


@dataclass(frozen=True, slots=True)
class Findings:
    """The table of findings."""

    groups: tuple[tuple[str, int], ...]
    """Headings over the columns, with how many of them."""
    columns: tuple[Column, ...]
    """The columns that say anything."""
    clock: Clock | None
    """Unit of the times, None where there are none."""
    rows: tuple[FindingRow, ...]
    """One for each aliquot."""
    notes: tuple[tuple[str, str], ...]
    """Letter and sentence of each reason."""
    absent: tuple[tuple[str, str], ...]
    """Quantities that no aliquot has, and why."""


_AMOUNTS = "amount in the undiluted liquid"
_CUT = "Lines of clusters were taken off first: their doubt moves the mean and may change the width."


def concentration_of(one: AliquotFindings) -> Finding:
    """Return the concentration in the undiluted liquid [mM], or why there is none."""
    if one.amount is not None:
        return one.amount.concentration
    lacking = [
        word
        for word, value in (
            ("path", one.signal.path_mm),
            ("dilution", one.signal.dilution),
            ("medium", one.signal.medium),
        )
        if value is None
    ]
    if lacking:
        return _none(f"No amount without {' and '.join(lacking)} of the spectrum.")
    told = [flag for flag in one.flags if flag.startswith(("No amount", "Amounts beside"))]
    return _none(*(told or ("No amount could be read.",)))


def _yielded(one: AliquotFindings) -> Finding:
    if one.yielded is not None:
        return one.yielded
    return _none(
        "No recipe was given to say what is possible." if one.amount else "No yield without an amount."
    )


def _rate(one: AliquotFindings) -> Finding:
    if one.production is not None:
        return one.production.rate
    return _none("No flow was given." if one.amount else "No production without an amount.")


def _space_time(one: AliquotFindings) -> Finding:
    if one.production is not None:
        return one.production.space_time
    return _none("No flow was given." if one.amount else "No production without an amount.")


def _none(*why: str) -> Finding:
    return Finding("", "1", None, flags=why)


COLUMNS = (
    Column("spectrum", "E1", "nm", 1, 1.0, lambda one: one.e1, asked=True),
    Column("spectrum", "E2", "nm", 1, 1.0, lambda one: one.e2),
    Column("spectrum", "HWHM", "meV", 0, 1.0, lambda one: one.hwhm, asked=True),
    Column("sizing curves", "diameter", "nm", 2, 1.0, lambda one: one.diameter, asked=True),
    Column("fit of the whole spectrum", "mean diameter", "nm", 2, 1.0, lambda one: one.distribution),
    Column("fit of the whole spectrum", "RSD", "%", 1, 100.0, lambda one: one.rsd),
    Column(_AMOUNTS, "conc.", "mM", 1, 1.0, concentration_of),
    Column(_AMOUNTS, "yield", "%", 0, 100.0, _yielded),
    Column(_AMOUNTS, "production", "mg/h", 0, 1.0, _rate),
    Column(_AMOUNTS, "space-time yield", "mg/(h mL)", 1, 1.0, _space_time),
)
"""Everything that may stand in the table of findings."""


class _Letters:
    """Letters for sentences, each sentence once."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}

    def __call__(self, sentence: str) -> str:
        """Return the letter of a sentence."""
        if sentence not in self.of:
            turn, place = divmod(len(self.of), 26)
            self.of[sentence] = ascii_lowercase[place] * (turn + 1)
        return self.of[sentence]


def findings(aliquots: Sequence[AliquotFindings]) -> Findings:
    """Return the table of findings: columns that nobody has are left out, with their reason.

    Args:
        aliquots: At least one, in the order of the rows.
    """
    shown: list[Column] = []
    absent: list[tuple[str, str]] = []
    for column in COLUMNS:
        reasons = {why_not(one, column) for one in aliquots}
        if None in reasons or column.asked or len(reasons) > 1:
            shown.append(column)
        else:
            absent += [(column.name, reason) for reason in reasons if reason is not None]
    letters = _Letters()
    mixed = len({one.amount.wavelength_nm for one in aliquots if one.amount is not None}) > 1
    times = [one.time_s for one in aliquots if one.time_s is not None]
    clock = clock_of(times) if times else None
    rows = tuple(
        FindingRow(
            name_of(one),
            NOTHING if clock is None or one.time_s is None else clock.number(one.time_s),
            tuple(_cell(one, column, letters, mixed=mixed) for column in shown),
        )
        for one in aliquots
    )
    notes = tuple((letter, sentence) for sentence, letter in letters.of.items())
    groups = _grouped(column.group for column in shown)
    return Findings(groups, tuple(shown), clock, rows, notes, _merged(absent))


def _merged(absent: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return each reason once, with all that it keeps away."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in absent:
        by_reason.setdefault(reason, []).append(name)
    return tuple((", ".join(names), reason) for reason, names in by_reason.items())


def why_not(one: AliquotFindings, column: Column) -> str | None:
    """Return why an aliquot has no value in a column, None where it has one."""
    finding = column.of(one)
    if finding.value is not None:
        return None
    return spoken_of(one, " ".join(finding.flags) or "No reason is known.")


def spoken_of(one: AliquotFindings, sentence: str) -> str:
    """Return a sentence that does not name its aliquot, so that equal reasons are told once."""
    return sentence.replace(f"'{one.label}'", "this spectrum")


def _cell(one: AliquotFindings, column: Column, letters: _Letters, *, mixed: bool) -> Cell:
    reason = why_not(one, column)
    if reason is not None:
        return Cell(estimate(None, 0), letters(reason))
    told = estimate(column.of(one).value, column.decimals, column.scale)
    warning = _warning(one, column, mixed=mixed)
    return Cell(told, letters(warning) if warning else "")


def _warning(one: AliquotFindings, column: Column, *, mixed: bool) -> str:
    """Return what to know of a value, empty where it is what it seems."""
    told = []
    shares = one.unmixed is not None and any(amount.seen for amount in one.unmixed.clusters)
    if shares and column.name in {"mean diameter", "RSD"}:
        told.append(_CUT)
    if column.of is concentration_of and one.amount is not None and mixed:
        told.append(
            f"Read at {one.amount.wavelength_nm:g} nm, others elsewhere: compared, they differ by μᵢ."
        )
    return " ".join(told)


def _grouped(groups: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Return how often each heading follows itself.

    Example:
        >>> _grouped(["a", "a", "b"])
        (('a', 2), ('b', 1))
    """
    counted: list[tuple[str, int]] = []
    for group in groups:
        if counted and counted[-1][0] == group:
            counted[-1] = (group, counted[-1][1] + 1)
        else:
            counted.append((group, 1))
    return tuple(counted)
