"""Printed tables of formulas and masses, recomputed: what is a misprint, and of what."""

from collections.abc import Sequence
from dataclasses import dataclass

from aliquot.errors import InputError
from aliquot.instruments.mass.blocks import ClusterFormula, block

TOLERANCE = 0.3
"""Difference [Da] that another table of atomic weights and rounding explain up to 100 metal atoms."""


@dataclass(frozen=True)
class CheckedRow:
    """A row of a table against what its formula weighs."""

    formula: ClusterFormula
    """The formula as printed."""
    printed: float
    """The mass as printed [Da]."""
    computed: float
    """Average mass of the formula [Da]."""
    agrees: bool
    """Whether the two agree within the tolerance."""
    suggestions: tuple[ClusterFormula, ...]
    """Formulas with one count changed that weigh what is printed; first those with one digit changed."""

    @property
    def sentence(self) -> str:
        """What was found, as a sentence."""
        told = f"{self.formula.text} weighs {self.computed:.1f} Da, printed {self.printed:g}"
        if self.agrees:
            return f"{told}: they agree."
        if not self.suggestions:
            return f"{told}: no change of a single count explains it."
        better = " or ".join(f"{formula.text} ({formula.mass:.1f} Da)" for formula in self.suggestions)
        return f"{told}: a misprint of {better}?"


def check_table(rows: Sequence[tuple[str, float]], tolerance: float = TOLERANCE) -> tuple[CheckedRow, ...]:
    """Recompute a table of formulas and masses, and look for the misprint behind each row that is off.

    Args:
        rows: Formula and printed average mass [Da] of each row.
        tolerance: Largest difference that is no error [Da].

    Raises:
        InputError: If a formula can not be read, or a mass is not above 0.

    Example:
        >>> check_table([("Cd32P12(oleate)8", 5096.4)])[0].sentence
        'Cd32P12(oleate)8 weighs 6220.5 Da, printed 5096.4: a misprint of Cd22P12(oleate)8 (5096.4 Da)?'
    """
    return tuple(_check(ClusterFormula.parse(text), printed, tolerance) for text, printed in rows)


def _check(formula: ClusterFormula, printed: float, tolerance: float) -> CheckedRow:
    if not printed > 0.0:
        raise InputError(
            given=f"the mass {printed} of {formula.text}",
            expected="a mass above 0",
            why="a cluster weighs something",
            remedy="Correct the mass.",
        )
    missing = printed - formula.mass
    if abs(missing) <= tolerance:
        return CheckedRow(formula, printed, formula.mass, agrees=True, suggestions=())
    found = []
    for name, number in formula.counts.items():
        changed = number + round(missing / block(name).mass)
        if changed < 0 or changed == number:
            continue
        other = ClusterFormula({**formula.counts, name: changed})
        if other.counts and abs(other.mass - printed) <= tolerance:
            found.append((not _one_digit(number, changed), abs(other.mass - printed), other))
    found.sort(key=lambda entry: entry[:2])
    suggestions = tuple(other for _, _, other in found)
    return CheckedRow(formula, printed, formula.mass, agrees=False, suggestions=suggestions)


def _one_digit(number: int, other: int) -> bool:
    """Tell whether two numbers differ in one digit, as after a slip of the finger."""
    first, second = str(number), str(other)
    return len(first) == len(second) and sum(a != b for a, b in zip(first, second, strict=True)) == 1
