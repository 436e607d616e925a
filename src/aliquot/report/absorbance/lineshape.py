"""The lineshape that a series taught: each constant before and after, as a table and as a figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aliquot.finding import Interval
from aliquot.instruments.absorbance.learned import Constant, Learned
from aliquot.report.numbers import Estimate, decimals_beside, estimate, unit_text
from aliquot.report.style import CALIBRATED, INK, PAPER, QUIET
from aliquot.report.svg import svg_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SURE = 1.959964
_WORDS = {
    "width": ("width of the first line at 3 nm", "s₁"),
    "slope": ("its growth below 3 nm", "−ds₁/dd"),
    "lorentzian": ("Lorentzian share", "η"),
    "exponent": ("exponent of strength per volume", "p"),
    "continuum": ("height of the continuum", "c"),
}


@dataclass(frozen=True, slots=True)
class ConstantRow:
    """A constant of the lineshape, ready to print."""

    name: str
    """What it is."""
    symbol: str
    """Its symbol."""
    unit: str
    """Its unit, empty for a plain number."""
    before: Estimate
    """As the card believes, with its 95 % interval."""
    after: Estimate
    """As the series and the card together have it, with its 95 % interval."""
    narrowed: str
    """How many times smaller its uncertainty has become."""
    determined: bool
    """Whether the series has at least halved it."""


def name_of_constant(name: str) -> tuple[str, str]:
    """Return what a constant is called, in words and as a symbol.

    Example:
        >>> name_of_constant("ratio 2"), name_of_constant("strength 3")
        (('place of line 2', 'r₂'), ('height of line 3', 'f₃'))
    """
    kind, _, number = name.partition(" ")
    low = number.translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
    if kind == "ratio":
        return f"place of line {number}", f"r{low}"
    if kind == "strength":
        return f"height of line {number}", f"f{low}"
    return _WORDS.get(name, (name, name))


def constant_rows(learned: Learned) -> tuple[ConstantRow, ...]:
    """Return the constants of a lineshape as rows of a table."""
    return tuple(_row(one) for one in learned.constants)


def _row(one: Constant) -> ConstantRow:
    name, symbol = name_of_constant(one.name)
    gained = one.before[1] / one.after[1] if one.after[1] > 0.0 else float("inf")
    return ConstantRow(
        name=name,
        symbol=symbol,
        unit=unit_text(one.unit),
        before=estimate(Interval.normal(*one.before), decimals_beside(one.before[1])),
        after=estimate(Interval.normal(*one.after), decimals_beside(one.after[1])),
        narrowed=f"{gained:.1f}" if gained < 10.0 else f"{gained:.0f}",
        determined=one.determined,
    )


def lineshape_figure(learned: Learned) -> str:
    """Return each constant before and after, in units of what the card left open."""
    count = len(learned.constants)
    title = "Constants of the lineshape before and after the series, in standard deviations of the card"
    return svg_of("lineshape", title, (460.0, 80.0 + 27.0 * count), lambda sheet: _draw(sheet, learned))


def _draw(sheet: "Figure", learned: Learned) -> None:
    from matplotlib.lines import Line2D  # noqa: PLC0415  loaded by now

    axes = sheet.subplots()
    axes.axvspan(-_SURE, _SURE, color=QUIET.light, alpha=0.14, lw=0)
    axes.axvline(0.0, color=QUIET.light, lw=0.8)
    for row, one in enumerate(learned.constants):
        centre, sd = (one.after[0] - one.before[0]) / one.before[1], one.after[1] / one.before[1]
        face = CALIBRATED if one.determined else PAPER
        axes.plot([centre - _SURE * sd, centre + _SURE * sd], [row, row], color=INK.light, lw=1.2)
        axes.plot([centre], [row], "o", ms=6.5, mfc=face.light, mec=CALIBRATED.light, mew=1.4)
    names = [name_of_constant(one.name)[1] for one in learned.constants]
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    reach = max(2.4, *(np.abs(_ends(learned.constants)) + 0.2))
    axes.set_xlim(-reach, reach)
    axes.set_xlabel("away from the card [its standard uncertainties]")
    handles = [
        Line2D([], [], ls="none", marker="o", mfc=face.light, mec=CALIBRATED.light, mew=1.4, label=text)
        for face, text in ((CALIBRATED, "determined by the series"), (PAPER, "not determined"))
    ]
    sheet.legend(handles=handles, loc="outside upper left", ncols=2, columnspacing=1.2)


def _ends(constants: Sequence[Constant]) -> "np.ndarray":
    """Return the ends of all intervals that are drawn [standard uncertainties of the card]."""
    away = np.array([(one.after[0] - one.before[0]) / one.before[1] for one in constants])
    sds = np.array([one.after[1] / one.before[1] for one in constants])
    return np.concatenate([away - _SURE * sds, away + _SURE * sds])
