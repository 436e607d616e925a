"""The tables of budgets: standard uncertainties by cause, apart and never hidden in a sum."""

from collections.abc import Sequence
from dataclasses import dataclass

from aliquot.instruments.absorbance.findings import AliquotFindings
from aliquot.report.absorbance.look import name_of
from aliquot.report.absorbance.tables import Reader, concentration_of
from aliquot.report.numbers import NOTHING, fixed


@dataclass(frozen=True, slots=True)
class BudgetGroup:
    """One quantity in a table of budgets."""

    name: str
    """What it is called, with its unit."""
    causes: tuple[str, ...]
    """Causes of uncertainty, in the order of the columns."""


@dataclass(frozen=True, slots=True)
class Budgets:
    """Standard uncertainties by cause."""

    groups: tuple[BudgetGroup, ...]
    """Quantities that any aliquot has."""
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    """Name of each aliquot, and a number for every cause of every group."""


@dataclass(frozen=True, slots=True)
class _Budgeted:
    name: str
    of: Reader
    decimals: int
    scale: float = 1.0
    relative: bool = False
    fitted: bool = False  # by the inversion, whose noise holds the smoothing


_QUANTITIES = (
    _Budgeted("E1 [nm]", lambda one: one.e1, 2),
    _Budgeted("HWHM [meV]", lambda one: one.hwhm, 1),
    _Budgeted("diameter by curves [nm]", lambda one: one.diameter, 3),
    _Budgeted("mean diameter by fit [nm]", lambda one: one.distribution, 3, fitted=True),
    _Budgeted("RSD by fit [% points]", lambda one: one.rsd, 2, 100.0, fitted=True),
    _Budgeted("concentration [% of it]", concentration_of, 1, 100.0, relative=True),
)
_WIDEST = 12  # columns of one table
_WORDS = {"mu_i": "μᵢ", "n_s": "n of the medium"}


def tables_of(aliquots: Sequence[AliquotFindings]) -> tuple[Budgets, ...]:
    """Return what each quantity owes its uncertainty to, in as many tables as fit the page."""
    packed: list[list[_Kept]] = []
    for quantity in _QUANTITIES:
        causes = dict.fromkeys(
            cause
            for one in aliquots
            if quantity.of(one).value is not None
            for cause in quantity.of(one).budget
        )
        if not causes:
            continue
        if not packed or sum(len(some) for _, some in packed[-1]) + len(causes) > _WIDEST:
            packed.append([])
        packed[-1].append((quantity, tuple(causes)))
    return tuple(_table(aliquots, kept) for kept in packed)


_Kept = tuple[_Budgeted, tuple[str, ...]]


def _table(aliquots: Sequence[AliquotFindings], kept: Sequence[_Kept]) -> Budgets:
    groups = tuple(BudgetGroup(quantity.name, _spelled(quantity, causes)) for quantity, causes in kept)
    rows = tuple(
        (name_of(one), tuple(_part(quantity, one, cause) for quantity, causes in kept for cause in causes))
        for one in aliquots
    )
    return Budgets(groups, rows)


def _spelled(quantity: _Budgeted, causes: tuple[str, ...]) -> tuple[str, ...]:
    words = {"noise": "noise and smoothing"} if quantity.fitted else _WORDS
    return tuple(words.get(cause, cause) for cause in causes)


def _part(quantity: _Budgeted, one: AliquotFindings, cause: str) -> str:
    """Return the standard uncertainty by one cause, a dash where there is none."""
    finding = quantity.of(one)
    if finding.value is None or cause not in finding.budget:
        return NOTHING
    scale = quantity.scale / finding.value.value if quantity.relative else quantity.scale
    return fixed(scale * finding.budget[cause], quantity.decimals)
