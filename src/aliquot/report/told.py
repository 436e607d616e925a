"""The figure of what rows tell of constants: one bar for each combination, as long as it is known well."""

from typing import TYPE_CHECKING

import numpy as np

from aliquot.inference.identify import CLEAR
from aliquot.report.style import INK, QUIET, RULE
from aliquot.report.svg import svg_of
from aliquot.reproduce import Told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LEAST = 0.1  # where the axis begins: what is weaker is not told from nothing
_ROW, _HEAD, _WIDTH = 19.0, 62.0, 940.0  # [px]


def strengths(told: Told) -> str:
    """Return the singular values as an inline SVG, those that determine a combination filled.

    Args:
        told: What the rows tell.
    """
    title = f"Combinations of the constants of {told.chemistry}, by how well its rows know them"
    size = (_WIDTH, _HEAD + _ROW * len(told.directions))
    return svg_of("told", title, size, lambda figure: _draw(figure, told))


def _draw(figure: "Figure", told: Told) -> None:
    axes = figure.subplots()
    values = [one.strength for one in told.directions]
    top = 2.0 * max([*values, 10.0])
    for y, one in enumerate(told.directions):
        length = max(one.strength, _LEAST)
        known = one.determined
        axes.barh(
            y,
            length - _LEAST,
            0.62,
            _LEAST,
            color=INK.light if known else RULE.light,
            alpha=0.75 if known else 1.0,
        )
        text = f"{one.strength:.3g}" if one.strength >= _LEAST else "nothing"
        axes.annotate(
            text,
            (length, y),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.0,
            color=QUIET.light,
        )
    axes.axvline(CLEAR, color=QUIET.light, lw=1.0, ls=(0, (4, 2)))
    axes.text(CLEAR, -0.75, " determined beyond", va="center", fontsize=9.0, color=QUIET.light)
    axes.set_xscale("log")
    axes.set_xlim(_LEAST, top)
    ticks = [tick for tick in (0.1, 1.0, 10.0, 100.0, 1000.0) if tick <= top]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_ylim(len(values) - 0.4, -1.2)
    axes.set_yticks(np.arange(len(values)), [_words(one.words) for one in told.directions], fontsize=9.0)
    axes.tick_params(left=False)
    axes.set_xlabel(
        "singular value: standard deviations of the numbers per prior spread of a combination [1]"
    )


def _words(text: str) -> str:
    """Return a combination with real minus signs."""
    return text.replace(" - ", " − ")
