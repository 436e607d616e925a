"""The landscape of routes as a figure and as one page: table, figure, gaps, and what the review says."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aliquot.knowledge.landscape import CADMIUM, GENERAL, III_V, Landscape
from aliquot.report.publish import filled, write
from aliquot.report.style import CALIBRATED, INK, MISSED, PAPER, QUIET, RULE
from aliquot.report.svg import svg_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_CELL = (52.0, 25.0)  # px
_MARGIN = (178.0, 96.0)  # px for the names of the classes, and for those of the materials and the key
_DEEPEST = 0.85  # opacity of the fullest cell; the emptiest that holds a route has a fifth of it
_BREAK = 0.42  # opacity from which a count is written in the colour of the paper


def figure(landscape: Landscape) -> str:
    """Return the routes by chemistry and material as an inline SVG.

    A filled cell holds its count and is the darker the more there are; a cross beneath tells how many failed;
    a plus is told on another card, a ring is a gap; what the chemistry can not make is left blank. Nothing
    rests on colour alone.

    Example:
        >>> from aliquot.knowledge.base import base
        >>> from aliquot.knowledge.landscape import landscape
        >>> figure(landscape(base())).startswith("<svg ")
        True
    """
    size = (
        _MARGIN[0] + _CELL[0] * len(landscape.materials),
        _MARGIN[1] + _CELL[1] * len(landscape.classes),
    )
    title = "Published routes by chemistry and material, with the cells in which none stands"
    return svg_of("landscape", title, size, lambda figure: draw(figure, landscape))


def draw(figure: "Figure", landscape: Landscape) -> None:
    """Draw the landscape on a figure of matplotlib."""
    axes = figure.subplots()
    most = max((len(cell.routes) for cell in landscape.cells.values()), default=1) or 1
    for y, class_ in enumerate(landscape.classes):
        for x, material in enumerate(landscape.materials):
            cell = landscape.cell(class_, material)
            if cell.routes:
                _filled(axes, (x, y), len(cell.routes), len(cell.failed), most)
            elif cell.gap:
                axes.plot([x], [y], "o", ms=6.5, mfc="none", mec=QUIET.light, mew=1.1)
            elif cell.told:
                axes.plot([x], [y], "+", ms=6.5, mec=QUIET.light, mew=1.1)
    _frame(axes, landscape)
    _key(axes, landscape)


def _filled(axes: "Axes", place: tuple[int, int], count: int, failed: int, most: int) -> None:
    """Draw a cell that holds routes: darker by the root of their number, so that one differs from none."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415  loaded by now

    x, y = place
    depth = _DEEPEST * (count / most) ** 0.5
    face = Rectangle((x - 0.47, y - 0.45), 0.94, 0.90, color=CALIBRATED.light, alpha=depth, lw=0)
    axes.add_patch(face)
    ink = PAPER if depth > _BREAK else INK
    axes.text(x, y, f"{count}", ha="center", va="center", color=ink.light, fontsize=11)
    if failed:
        ink = PAPER if depth > _BREAK else MISSED
        text = f"{failed}✗"
        axes.text(x + 0.44, y + 0.40, text, ha="right", va="bottom", color=ink.light, fontsize=7.5)


def _frame(axes: "Axes", landscape: Landscape) -> None:
    """Name rows and columns, and part the groups of materials."""
    axes.set_xlim(-0.5, len(landscape.materials) - 0.5)
    axes.set_ylim(len(landscape.classes) - 0.5, -0.5)
    axes.set_xticks(range(len(landscape.materials)), [_subscripts(name) for name in landscape.materials])
    axes.set_yticks(range(len(landscape.classes)), landscape.classes)
    axes.tick_params(length=0, top=False, bottom=False, labeltop=True, labelbottom=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    for y in range(1, len(landscape.classes)):
        axes.axhline(y - 0.5, color=RULE.light, lw=0.5, zorder=0)
    for x in (len(III_V), len(III_V) + len(CADMIUM)):
        axes.axvline(x - 0.5, color=QUIET.light, lw=0.8)


def _key(axes: "Axes", landscape: Landscape) -> None:
    """Say beneath what the marks mean."""
    told = (
        f"{landscape.routes} routes; shells count for their core    n✗  of them failed    "
        "+  told on another card    ○  nothing told    blank  not of this chemistry"
    )
    axes.set_xlabel(told, fontsize=9.5, color=QUIET.light, loc="left", labelpad=10)


def _subscripts(formula: str) -> str:
    """Write the digits of a formula beneath the line."""
    return formula.translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


# --- the page --------------------------------------------------------------------------------------------


def landscape_page(landscape: Landscape) -> str:
    """Return the landscape as one self-contained page of HTML: equal bases give equal pages."""
    return filled(
        "landscape.html.j2",
        {"routes": figure(landscape)},
        landscape=landscape,
        materials=[_subscripts(name) for name in landscape.materials],
        rows=[(class_, _cells(landscape, class_)) for class_ in landscape.classes],
        gaps=_gaps(landscape),
        gap_count=len(landscape.gaps),
        general=GENERAL,
    )


def _cells(landscape: Landscape, class_: str) -> Sequence[tuple[str, str, str]]:
    """Return text, meaning and routes of each cell of a row."""
    found = []
    for material in landscape.materials:
        cell = landscape.cell(class_, material)
        if cell.routes:
            failed = f" ({len(cell.failed)}✗)" if cell.failed else ""
            found.append((f"{len(cell.routes)}{failed}", "held", ", ".join(cell.routes)))
        elif cell.gap:
            found.append(("○", "gap", "nothing told in the base"))
        elif cell.told:
            found.append(("+", "gap", ", ".join(cell.told)))
        else:
            found.append(("", "none", "not of this chemistry"))
    return found


def _gaps(landscape: Landscape) -> Sequence[tuple[str, str]]:
    """Return the gaps, a line for each class."""
    by_class: dict[str, list[str]] = {}
    for cell in landscape.gaps:
        by_class.setdefault(cell.class_, []).append(_subscripts(cell.material))
    return [(class_, ", ".join(materials)) for class_, materials in by_class.items()]


def write_landscape(landscape: Landscape, path: Path) -> Path:
    """Write the page of a landscape into a file, whole or not at all.

    Args:
        landscape: What to report.
        path: File to write; its folder is made, a file of that name is replaced.

    Returns:
        The path.

    Raises:
        InputError: If the file can not be written there.
    """
    return write(landscape_page(landscape), path)
