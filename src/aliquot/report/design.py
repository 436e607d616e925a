"""A design as one page: the recipe that was found, how sure it is, what binds, and the trade-off."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aliquot.inference.design.knobs import Knob
from aliquot.inference.design.record import Compromise, Designed, Reached, Setting
from aliquot.inference.design.study import Design, Target
from aliquot.recipe import FlowRecipe, parse_recipe
from aliquot.report.numbers import fixed
from aliquot.report.publish import filled, write
from aliquot.report.style import CALIBRATED, INK, MISSED, PAPER, PREDICTED, QUIET
from aliquot.report.svg import svg_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH = 560.0
_EDGE = 0.1  # of a tolerance
_ROW = 62.0  # px of one knob or one target


# --- figures ---------------------------------------------------------------------------------------------


def knobs_figure(found: Designed, study: Design) -> str:
    """Return where each knob stands between its ends, as an inline SVG."""
    size = (_WIDTH, 30.0 + 48.0 * len(found.settings))
    title = "Where each knob stands between its lowest and highest setting"
    return svg_of("knobs", title, size, lambda figure: _knobs(figure, found.settings, study.knobs))


def _knobs(figure: "Figure", settings: Sequence[Setting], knobs: Sequence[Knob]) -> None:
    axes = figure.subplots()
    for row, (one, knob) in enumerate(zip(settings, knobs, strict=True)):
        y, place = -row, knob.place(one.value)
        axes.plot([0.0, 1.0], [y, y], color=QUIET.light, lw=1.2, solid_capstyle="butt")
        axes.plot([0.0, 1.0], [y, y], ls="none", marker="|", ms=9.0, color=QUIET.light)
        ink = MISSED if one.at_end else CALIBRATED
        axes.plot([place], [y], ls="none", marker="o", ms=9.0, color=ink.light, zorder=3)
        told = f"{one.value:.4g} {_unit(one.unit)}" + (f", at its {one.at_end} end" if one.at_end else "")
        side = "left" if place < 0.15 else "right" if place > 0.85 else "center"
        axes.annotate(
            told, (place, y), (0, 8), textcoords="offset points", ha=side, va="bottom", color=ink.light
        )
        for at, end, ha in ((0.0, one.low, "left"), (1.0, one.high, "right")):
            axes.annotate(
                f"{end:.4g}",
                (at, y),
                (0, -7),
                textcoords="offset points",
                ha=ha,
                va="top",
                color=QUIET.light,
                fontsize=9.0,
            )
    axes.set_yticks([-i for i in range(len(settings))], [one.name for one in settings])
    axes.set_xticks([])
    axes.tick_params(left=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_ylim(-len(settings) + 0.45, 0.75)
    axes.set_xlim(-0.02, 1.02)


def spread_figure(found: Designed, study: Design) -> str:
    """Return each number with what is asked, what is simulated, and its 95 % interval, as an inline SVG."""
    rows = (found.objective, *found.targets)
    size = (_WIDTH, _ROW * len(rows) + 34.0)
    title = "Objective and targets: what is asked, what the recipe gives, and 95 % of the draws"
    targets = [None, *study.targets]
    return svg_of("spread", title, size, lambda figure: _spread(figure, rows, targets))


def _spread(figure: "Figure", rows: Sequence[Reached], targets: Sequence[Target | None]) -> None:
    all_axes = figure.subplots(len(rows), 1, squeeze=False)[:, 0]
    for axes, row, target in zip(all_axes, rows, targets, strict=True):
        low, high = _reach(row, target)
        if target is not None:
            ends = target.bounds
            band = (low if ends[0] is None else ends[0], high if ends[1] is None else ends[1])
            axes.axvspan(*band, color=CALIBRATED.light, alpha=0.14, lw=0.0)
        if row.spread is not None:
            axes.plot([row.spread.low, row.spread.high], [0.0, 0.0], color=INK.light, lw=1.6)
            axes.plot([row.spread.value], [0.0], ls="none", marker="|", ms=11.0, color=INK.light)
        ink = MISSED if row.met is False else CALIBRATED
        axes.plot([row.simulated], [0.0], ls="none", marker="o", ms=9.0, color=ink.light, zorder=3)
        axes.set_xlim(low, high)
        axes.set_ylim(-1.0, 1.0)
        axes.set_yticks([0.0], [row.name + ("" if row.unit == "1" else f" [{_unit(row.unit)}]")])
        axes.tick_params(left=False)
        axes.spines["left"].set_visible(False)


def _reach(row: Reached, target: Target | None) -> tuple[float, float]:
    """Return what an axis has to show."""
    ends = () if target is None else [end for end in target.bounds if end is not None]
    shown = [row.simulated, *ends]
    if row.spread is not None:
        shown += [row.spread.low, row.spread.high]
    low, high = min(shown), max(shown)
    room = 0.12 * (high - low) or 0.1 * abs(high) or 1.0
    return low - room, high + room


def front_figure(found: Designed, study: Design) -> str:
    """Return the trade-off as an inline SVG: objective and knobs against the target that is moved."""
    size = (_WIDTH, 190.0 + 92.0 * len(found.settings))
    title = f"{found.objective.name} and settings against {found.front_target}"
    return svg_of("front", title, size, lambda figure: _front(figure, found, study.knobs))


def _front(figure: "Figure", found: Designed, knobs: Sequence[Knob]) -> None:
    heights = [2.1] + [1.0] * len(knobs)
    all_axes = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    moved = next(one for one in found.targets if one.name == found.front_target)
    _along(all_axes[0], found.front, [one.objective for one in found.front])
    all_axes[0].set_ylabel(f"{found.objective.name} [{_unit(found.objective.unit)}]")
    top = max(found.objective.simulated, *(one.objective for one in found.front))
    all_axes[0].set_ylim(0.0, 1.12 * top)
    asked = float(moved.text.split()[0])
    own = {"ls": "none", "marker": "o", "ms": 14.0, "mfc": "none", "mew": 1.4, "mec": PREDICTED.light}
    all_axes[0].plot([asked], [found.objective.simulated], **own)
    last = asked >= max(one.value for one in found.front)
    all_axes[0].annotate(
        "this design",
        (asked, found.objective.simulated),
        (-9 if last else 9, 8),
        textcoords="offset points",
        ha="right" if last else "left",
        color=PREDICTED.light,
    )
    for i, (axes, one) in enumerate(zip(all_axes[1:], found.settings, strict=True)):
        _along(axes, found.front, [point.settings[i] for point in found.front])
        axes.set_ylabel(f"{one.name}\n[{_unit(one.unit)}]")
        if knobs[i].scale == "log":
            _logarithmic(axes)
        axes.plot([asked], [one.value], **own)
        axes.set_ylim(*_room([one.value, *(point.settings[i] for point in found.front)], knobs[i]))
    all_axes[-1].set_xlabel(f"{moved.name} asked for [{_unit(moved.unit)}]")


def _room(values: Sequence[float], knob: Knob) -> tuple[float, float]:
    """Return the ends of an axis of a knob: around its settings, and never less than a tenth of its range."""
    places = [knob.place(value) for value in values]
    low, high = min(places), max(places)
    more = 0.2 * (high - low) + max(0.0, 0.05 - 0.5 * (high - low)) + 0.01
    return knob.value(low - more), knob.value(high + more)


def _logarithmic(axes: "Axes") -> None:
    """Let an axis count in powers, with plain numbers."""
    from matplotlib.ticker import MaxNLocator, NullLocator, StrMethodFormatter  # noqa: PLC0415  loaded by now

    axes.set_yscale("log")
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.yaxis.set_minor_locator(NullLocator())


def _along(axes: "Axes", points: Sequence[Compromise], values: Sequence[float]) -> None:
    """Draw what was found along a front, open where the targets are missed."""
    axes.grid(axis="y")
    axes.plot([one.value for one in points], values, color=QUIET.light, lw=0.9, zorder=1.5)
    for one, value in zip(points, values, strict=True):
        fill = CALIBRATED.light if one.feasible else PAPER.light
        ink = CALIBRATED if one.feasible else MISSED
        axes.plot(
            [one.value], [value], ls="none", marker="o", ms=7.0, mfc=fill, mec=ink.light, mew=1.4, zorder=3
        )


# --- the page --------------------------------------------------------------------------------------------


def design_page(found: Designed, study: Design) -> str:
    """Return a design as one self-contained page of HTML: equal designs give equal pages."""
    figures = {"knobs": knobs_figure(found, study), "spread": spread_figure(found, study)}
    if found.front:
        figures["front"] = front_figure(found, study)
    recipe = parse_recipe(found.recipe, f"{found.study}.yaml")
    minutes = recipe.samples[0].residence_time / 60.0 if isinstance(recipe, FlowRecipe) else None
    numbers = (found.objective, *found.targets)
    return filled(
        "design.html.j2",
        figures,
        found=found,
        knobs=[(one, _because(study, one.name)) for one in found.settings],
        rows=[_row(one, target) for one, target in zip(numbers, (None, *study.targets), strict=True)],
        missed=[one for one in found.targets if not one.met],
        minutes=None if minutes is None else fixed(minutes, 1),
        unit=_unit,
    )


def _row(one: Reached, target: Target | None) -> dict[str, str]:
    """Return the cells of a number that was aimed at; 'edge' says that it just meets what is asked."""
    digits = _digits(one)
    spread = one.spread
    return {
        "name": one.name,
        "unit": "" if one.unit == "1" else _unit(one.unit),
        "asked": one.text,
        "simulated": fixed(one.simulated, digits),
        "median": "" if spread is None else fixed(spread.value, digits),
        "interval": "" if spread is None else f"{fixed(spread.low, digits)} to {fixed(spread.high, digits)}",
        "chance": "–" if one.chance is None else f"{100.0 * one.chance:.0f} %",
        "settings": "–" if one.by_settings is None else f"± {one.by_settings:.2g}",
        "edge": "yes" if target is not None and one.met and _is_at_edge(one.simulated, target) else "",
        "met": "" if one.met is None else "yes" if one.met else "no",
    }


def _is_at_edge(value: float, target: Target) -> bool:
    """Tell whether a number stands so near an end of its target that the least error moves it out."""
    return any(end is not None and abs(value - end) < _EDGE * target.spread for end in target.bounds)


def _digits(one: Reached) -> int:
    """Return decimals that three to four digits of a number have."""
    size = max(abs(one.simulated), 1e-9)
    return 1 if size >= 10.0 else 2 if size >= 1.0 else 3


def _because(study: Design, name: str) -> str:
    return next(knob.because for knob in study.knobs if knob.name == name)


def _unit(unit: str) -> str:
    """Return a unit as it is printed."""
    return {"degC": "°C"}.get(unit, unit)


def write_design(found: Designed, study: Design, path: Path) -> Path:
    """Write the page of a design into a file, whole or not at all.

    Args:
        found: The design.
        study: What was asked.
        path: File to write; its folder is made, a file of that name is replaced.

    Returns:
        The path.

    Raises:
        InputError: If the file can not be written there.
    """
    return write(design_page(found, study), path)
