"""Tables of syntheses from the literature: read as they are, and flagged where they contradict themselves.

Two published tables are known by their headings: InP (Nguyen et al., 219 rows) and CdSe (after Baum et al.,
234 rows). Nothing is corrected: every value stays as it is in the table, every doubt is a flag of its row.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from pathlib import Path

from aliquot.errors import FormatError, Where
from aliquot.knowledge.store import find_reagent
from aliquot.recipe.exchange.literature_forms import FORMS, Form, SpeciesColumns
from aliquot.recipe.exchange.literature_lines import filled_lines
from aliquot.recipe.exchange.prose import ZERO_CELSIUS, clean

Sizes = Callable[[str, float], tuple[float, float] | None]
"""Lowest and highest diameter [nm] behind a first exciton [nm] of a material, None where no curve holds."""

DIAMETERS_NM = (1.0, 15.0)
"""Diameters of these tables beyond which something is wrong: our choice, generous [nm]."""
COLDEST = 20.0 + ZERO_CELSIUS
"""Temperature below which no such synthesis is run: our choice [K]."""
RATIO_TOLERANCE = 0.10
"""Relative difference of a ratio column from its amounts that rounding does not explain: our choice [1]."""
MASS_TOLERANCE = 0.20
"""The same of a mass from its amount: the masses are rounded to 0.01 g [1]."""
ROUNDING = 0.011
"""Half a digit of the two decimals of ratios and masses, and a little more [unit of the column]."""


@dataclass(frozen=True, slots=True)
class Species:
    """A chemical of a row."""

    role: str
    """What the table calls it: metal, anion source, acid, amine, phosphine, thiol, zinc, solvent, other."""
    name: str
    """As it is written, without blanks around it."""
    amount: float | None
    """[mol]; None where the table has no column of it."""
    mass: float | None
    """[g]; None where the table has no column of it."""
    volume: float | None
    """[m3]; None where the table has no column of it."""

    @property
    def is_dosed(self) -> bool:
        """Whether any of its amounts is above zero."""
        return any(value for value in (self.amount, self.mass, self.volume))


@dataclass(frozen=True, slots=True)
class Flag:
    """A doubt about a row."""

    code: str
    """Its kind, such as ``"duplicate"``."""
    text: str
    """The doubt with its numbers."""


@dataclass(frozen=True, slots=True)
class LiteratureRow:
    """One synthesis of a table."""

    number: int
    """Its number in the table, from 1."""
    line: int
    """Line in the file."""
    material: str
    """Card of the material."""
    source: str
    """DOI or citation, as the table gives it."""
    species: tuple[Species, ...]
    """Its chemicals, those named 'None' left out."""
    injection_temperature: float | None
    """[K]; None where the table has no column of it."""
    temperature: float | None
    """Temperature of growth [K]."""
    time: float | None
    """[s]."""
    total_volume: float | None
    """As the table gives it [m3]."""
    total_mass: float | None
    """As the table gives it [g]."""
    diameter_nm: float | None
    diameter_by: str | None
    """How the diameter was found, None where the table does not say."""
    absorbance_nm: float | None
    """First exciton [nm]."""
    emission_nm: float | None
    """Peak of emission [nm]."""
    ratios: Mapping[str, float]
    """Ratio columns, as the table gives them [1]."""
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class LiteratureTable:
    """A table that was read."""

    file: str
    form: str
    """Which table it is."""
    material: str
    rows: tuple[LiteratureRow, ...]

    @property
    def histogram(self) -> dict[str, int]:
        """How many rows have each flag, the most frequent first."""
        found = Counter(code for row in self.rows for code in {flag.code for flag in row.flags})
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    def row(self, number: int) -> LiteratureRow:
        """Return a row by its number.

        Raises:
            FormatError: If there is none.
        """
        if not 1 <= number <= len(self.rows):
            raise FormatError(
                given=f"row {number}",
                expected=f"a row from 1 to {len(self.rows)}",
                why="rows are counted from 1, without the headings",
                remedy="Choose one of them.",
                where=Where(self.file),
            )
        return self.rows[number - 1]


def read_table(path: str | Path, sizes: Sizes | None = None) -> LiteratureTable:
    """Read a published table of syntheses.

    Args:
        path: The file, comma-separated; the table is known by its headings.
        sizes: Diameters that a first exciton allows, to compare with those of the table; without it, none
            are compared.

    Returns:
        Its rows, each with its doubts.

    Raises:
        FormatError: If the file can not be read, or has the headings of neither table.

    Example:
        >>> read_table("nowhere.csv")
        Traceback (most recent call last):
        ...
        aliquot.errors.FormatError: nowhere.csv: got the file 'nowhere.csv'; expected a table of ...
    """
    file = Path(path)
    lines = filled_lines(file)
    headings = [heading.strip() for heading in lines[0][1]] if lines else []
    form = next((form for form in FORMS if set(form.columns) <= set(headings)), None)
    if form is None:
        raise _unknown(file, headings)
    rows: list[LiteratureRow] = []
    seen: dict[tuple[str, ...], int] = {}
    for number, (line, cells) in enumerate(lines[1:], start=1):
        if len(cells) != len(headings):
            raise _ragged(file, line, len(cells), len(headings))
        written = {heading: cell.strip() for heading, cell in zip(headings, cells, strict=True)}
        reader = _Row(form, written, Where(file.name, line))
        row = reader.read(number, line)
        first = seen.setdefault(tuple(written[name] for name in form.content), number)
        flags = list(_flags(row, reader, sizes))
        if first != number:
            flags.append(Flag("duplicate", f"the same as row {first}"))
        rows.append(replace(row, flags=tuple(flags)))
    return LiteratureTable(file.name, form.name, form.material, tuple(rows))


class _Row:
    """Reads one row."""

    def __init__(self, form: Form, written: Mapping[str, str], where: Where) -> None:
        self.form = form
        self.written = written
        self.where = where

    def read(self, number: int, line: int) -> LiteratureRow:
        """Return the row, without its flags."""
        form = self.form
        volume = self.number(form.total_volume)
        return LiteratureRow(
            number=number,
            line=line,
            material=form.material,
            source=self.written[form.source],
            species=tuple(self._species()),
            injection_temperature=self._kelvin(form.injection_temperature),
            temperature=self._kelvin(form.temperature),
            time=None if (minutes := self.number(form.time)) is None else clean(minutes * 60.0),
            total_volume=None if volume is None else clean(volume * 1e-6),
            total_mass=self.number(form.total_mass),
            diameter_nm=self.number(form.diameter),
            diameter_by=None if form.diameter_by is None else self.written[form.diameter_by],
            absorbance_nm=self.number(form.absorbance),
            emission_nm=self.number(form.emission),
            ratios={
                ratio.column: found
                for ratio in form.ratios
                if (found := self.number(ratio.column)) is not None
            },
        )

    def number(self, column: str | None) -> float | None:
        """Return the number in a column, None for 'None', an empty cell, or no column.

        Raises:
            FormatError: If something else stands there.
        """
        if column is None or self.written[column] in {"None", ""}:
            return None
        try:
            value = float(self.written[column])
        except ValueError:
            value = nan
        if not isfinite(value):  # 'nan' and 'inf' are numbers to Python alone
            raise FormatError(
                given=f"'{self.written[column]}' under '{column}'",
                expected="a number, or 'None' where it is missing",
                why="the column holds numbers",
                remedy="Correct the cell.",
                where=self.where,
            )
        return value

    def _kelvin(self, column: str | None) -> float | None:
        value = self.number(column)
        return None if value is None else clean(value + ZERO_CELSIUS)

    def _species(self) -> Iterator[Species]:
        for columns in self.form.species:
            name = self.written[columns.name]
            if name not in {"None", ""}:
                yield Species(columns.role, name, *self.amounts(columns))

    def amounts(self, columns: SpeciesColumns) -> tuple[float | None, float | None, float | None]:
        """Return amount [mol], mass [g] and volume [m3]."""
        millimoles, volume = self.number(columns.mmol), self.number(columns.millilitres)
        return (
            None if millimoles is None else clean(millimoles * 1e-3),
            self.number(columns.grams),
            None if volume is None else clean(volume * 1e-6),
        )


def _flags(row: LiteratureRow, reader: _Row, sizes: Sizes | None) -> Iterator[Flag]:
    """Yield what is doubtful about a row by itself."""
    yield from _missing(row)
    yield from _outliers(row)
    yield from _amounts(row, reader)
    yield from _ratios(row, reader)
    yield from _masses(row)
    if sizes is not None:
        yield from _size(row, sizes)


def _missing(row: LiteratureRow) -> Iterator[Flag]:
    for name, value in (
        ("diameter", row.diameter_nm),
        ("absorbance", row.absorbance_nm),
        ("emission", row.emission_nm),
        ("temperature", row.temperature),
        ("time", row.time),
    ):
        if value is None:
            yield Flag(f"no-{name}", f"{name}: 'None'")


def _outliers(row: LiteratureRow) -> Iterator[Flag]:
    low, high = DIAMETERS_NM
    absorbance, emission, diameter = row.absorbance_nm, row.emission_nm, row.diameter_nm
    if absorbance is not None and emission is not None and absorbance > emission:
        text = f"absorbs at {absorbance:g} nm, to the red of its emission at {emission:g} nm"
        yield Flag("absorbance-above-emission", text)
    if diameter is not None and not low <= diameter <= high:
        yield Flag("diameter-outlier", f"{diameter:g} nm is outside {low:g} to {high:g} nm")
    for name, kelvin in (("injection", row.injection_temperature), ("growth", row.temperature)):
        if kelvin is not None and kelvin < COLDEST:
            yield Flag("cold", f"{name} at {clean(kelvin - ZERO_CELSIUS):g} °C")


def _amounts(row: LiteratureRow, reader: _Row) -> Iterator[Flag]:
    for species in row.species:
        if not species.is_dosed:
            yield Flag("zero-amount", f"{species.name}: named, and nothing of it")
    for columns in reader.form.species:
        if reader.written[columns.name] in {"None", ""}:
            names = [name for name in (columns.mmol, columns.grams, columns.millilitres) if name]
            if any(reader.number(name) for name in names):
                amounts = ", ".join(reader.written[name] for name in names)
                yield Flag("amount-without-name", f"{columns.role}: {amounts}, and no name")


def _ratios(row: LiteratureRow, reader: _Row) -> Iterator[Flag]:
    """Yield ratio columns that do not follow from the amounts beside them."""
    for ratio in reader.form.ratios:
        stated = row.ratios.get(ratio.column)
        above, below = reader.number(ratio.numerator), reader.number(ratio.denominator)
        if stated is None or above is None or not below:
            continue
        computed = above / below
        if abs(stated - computed) > max(RATIO_TOLERANCE * computed, ROUNDING):
            text = f"{ratio.column}: {stated:g}, from the amounts {computed:.3g}"
            inverse = " (the inverse of the two)" if abs(stated * computed - 1.0) < RATIO_TOLERANCE else ""
            yield Flag("ratio-mismatch", text + inverse)


def _masses(row: LiteratureRow) -> Iterator[Flag]:
    """Yield masses that do not follow from the amounts, by the molar masses of the cards."""
    for species in row.species:
        card = find_reagent(card_name(species.name) or "")
        if card is None or not species.amount or not species.mass:
            continue
        computed = species.amount * card.molar_mass.to("g/mol")
        if abs(species.mass - computed) > max(MASS_TOLERANCE * computed, ROUNDING):
            dosed = f"{clean(species.amount * 1e3):g} mmol"
            text = f"{species.name}: {species.mass:g} g, from {dosed} {computed:.3g} g"
            yield Flag("mass-mismatch", text)
    total = sum(species.mass or 0.0 for species in row.species)
    if row.total_mass and abs(total - row.total_mass) > max(RATIO_TOLERANCE * row.total_mass, ROUNDING):
        yield Flag("total-mismatch", f"total {row.total_mass:g} g, its parts {total:.4g} g")


def _size(row: LiteratureRow, sizes: Sizes) -> Iterator[Flag]:
    """Yield a diameter that the first exciton does not allow, within the range of the curves only."""
    if row.diameter_nm is None or row.absorbance_nm is None:
        return
    allowed = sizes(row.material, row.absorbance_nm)
    if allowed is not None and not allowed[0] <= row.diameter_nm <= allowed[1]:
        by = f" ({row.diameter_by})" if row.diameter_by else ""
        yield Flag(
            "diameter-against-wavelength",
            f"{row.diameter_nm:g} nm{by} where {row.absorbance_nm:g} nm means {allowed[0]:.2f} to "
            f"{allowed[1]:.2f} nm",
        )


def card_name(name: str) -> str | None:
    """Return the card of a chemical of the tables, None where the base has none.

    Example:
        >>> card_name("trioctylphosphine"), card_name("phosphine gas"), card_name("liquid parafin")
        ('TOP', 'PH3', None)
    """
    written = ALIASES.get(name.casefold(), name)
    card = find_reagent(written)
    return None if card is None else card.id


ALIASES = {"phosphine gas": "PH3", "superhydride": "LiEt3BH", "myrstic acid": "myristic acid"}
"""Names of the tables that the cards do not have; one of them is misspelt there."""


def _unknown(file: Path, headings: Sequence[str]) -> FormatError:
    near = min(FORMS, key=lambda form: len(set(form.columns) - set(headings)))
    lacking = [column for column in near.columns if column not in headings]
    return FormatError(
        given=f"{len(headings)} headings",
        expected=f"those of {' or '.join(form.name for form in FORMS)}",
        why=f"of {near.name} it lacks {', '.join(repr(name) for name in lacking[:4])}"
        + (f" and {len(lacking) - 4} more" if len(lacking) > 4 else ""),
        remedy="Only these two tables are known; give the file as it was published.",
        where=Where(file.name, 1),
    )


def _ragged(file: Path, line: int, found: int, expected: int) -> FormatError:
    return FormatError(
        given=f"{found} cells",
        expected=f"{expected}, as many as there are headings",
        why="a comma inside a cell needs quotes around it",
        remedy="Correct the line.",
        where=Where(file.name, line),
    )
