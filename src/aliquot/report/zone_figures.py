"""The figures of a map of zones: axes against time, planes, and the whole box along each coordinate.

Each zone has an ink, from light to dark: nothing, complex, pure cluster, mixture, dots. It is full where at
least 90 % of the belief is in it, pale from 50 % on, and blank where no zone has half. Vials of the paper are
open circles in the ink of what the paper tells, with a filled one of what is computed inside. What is held
out is ringed, and its filled circle is the verdict of constants that never saw it, if there are any. A cross
inside says that nothing could be computed.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float

from aliquot.inference.zones.coordinates import Coordinate
from aliquot.inference.zones.record import NOT_COMPUTED, Sheet, Vial, Zones
from aliquot.inference.zones.rules import ZONES, Zone
from aliquot.inference.zones.study import TIME
from aliquot.knowledge.records import Role
from aliquot.report.style import INK, PAPER, PREDICTED, QUIET, RULE, Ink
from aliquot.report.svg import svg_of

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INKS = {
    Zone.NOTHING: Ink("zone-nothing", "#ded8cb", "#4b463e"),
    Zone.COMPLEX: Ink("zone-complex", "#e3a62f", "#d9a23a"),
    Zone.PURE: Ink("zone-pure", "#2c7bbf", "#5aa6e4"),
    Zone.MIXTURE: Ink("zone-mixture", "#3a9d74", "#4fb98d"),
    Zone.DOTS: Ink("zone-dots", "#85265f", "#d06aa6"),
}
"""As in figure 1 of mech2023 (blue: clusters, green: mixtures, orange: none), told apart by lightness too."""

_WIDTH = 940.0
_PANEL = 282.0
_MARGIN = 0.035  # of an axis beyond its ends: vials stand on the ends, and would hide numbers
_APART = 8.0  # half of the room between rows of panels, beyond the usual [px]
_FULL, _PALE = 0.92, 0.42
_LEVELS = (0.5, 0.9, 1.0 + 1e-9)
_BINS = 12
_HOURS = (0.1, 0.2, 0.5, 1, 2, 4, 8, 24, 48, 100)
_TICKS = tuple(digit * 10.0**power for power in range(-6, 7) for digit in (1, 2, 5))
_ROOM = (195.0, 370.0)  # height and width of the inside of a panel [px]
_CROSS = 4.6  # where nothing could be computed [pt]
_WORD = (11.0, 3.6)  # half of the height that a word needs [px], and how much longer it is than high


def diagram(found: Zones) -> str:
    """Return the axes of the diagram, each a strip of zones against time."""
    title = "Zones along each axis through the standard recipe, against time, with the vials of the paper"
    return _panels("zones-axes", title, found, found.lanes)


def sections(found: Zones) -> str:
    """Return the planes through the standard recipe."""
    title = "Zones in planes through the standard recipe, with the vials of the paper"
    return _panels("zones-sections", title, found, found.sections)


def _panels(name: str, title: str, found: Zones, sheets: Sequence[Sheet]) -> str:
    rows = -(-len(sheets) // 2)

    def draw(figure: "Figure") -> None:
        grid = figure.subplots(rows, 2, squeeze=False).ravel()
        for axes, sheet in zip(grid, sheets, strict=False):
            panel(axes, sheet, found)
        for axes in grid[len(sheets) :]:
            axes.set_visible(False)
        _key(figure, found)
        figure.set_layout_engine("constrained", h_pad=_APART / 72.0)

    return svg_of(name, title, (_WIDTH, 46.0 + _PANEL * rows), draw, INKS.values())


def panel(axes: "Axes", sheet: Sheet, found: Zones) -> None:
    """Draw a section or an axis on axes of matplotlib."""
    x, y = (_along(found, name) for name in sheet.names)
    columns, rows, p = sheet.drawn.x, sheet.drawn.y, sheet.drawn.probabilities
    _scales(axes, (x, y), (columns, rows))
    vials = [(vial, (_place(vial, x), _place(vial, y))) for vial in found.on(sheet)]
    if x is not None and x.values:
        for i, column in enumerate(columns):
            sides = np.array([column - 0.44, column + 0.44])
            _fill(axes, sides, rows, np.repeat(p[:, i : i + 1], 2, axis=1))
    else:
        _fill(axes, columns, rows, p)
        _words(axes, columns, rows, p, _taken(columns, rows, [place for _, place in vials]))
    for vial, place in vials:
        _vial(axes, vial, place)
    axes.set_title(sheet.words, loc="left", color=QUIET.light, fontsize=10.5, pad=14.0)


def _along(found: Zones, name: str) -> Coordinate | None:
    return None if name == TIME else found.study.coordinate(name)


def _scales(
    axes: "Axes", along: tuple[Coordinate | None, Coordinate | None], ends: tuple[np.ndarray, np.ndarray]
) -> None:
    """Give both axes their scale, ticks and titles."""
    for which, one, values in zip(("x", "y"), along, ends, strict=True):
        low, high = float(values[0]), float(values[-1])
        if one is not None and one.values:
            low, high = low - 0.5, high + 0.5
            words = [one.word(value) for value in one.values]
            axes.set(**{f"{which}ticks": values, f"{which}ticklabels": words})
        elif one is None or one.scale == "log":
            axes.set(**{f"{which}scale": "log"})
            known = _HOURS if one is None else _TICKS
            ticks = [tick for tick in known if 0.999 * low <= tick <= 1.001 * high]  # ends are rounded
            axes.set(**{f"{which}ticks": ticks, f"{which}ticklabels": [f"{tick:g}" for tick in ticks]})
            getattr(axes, f"{which}axis").minorticks_off()
        low, high = _wider(low, high, getattr(axes, f"get_{which}scale")())
        axes.set(**{f"{which}lim": (low, high), f"{which}label": "time [h]" if one is None else one.title})


def _wider(low: float, high: float, scale: str) -> tuple[float, float]:
    """Return ends with a margin beyond each."""
    if scale == "log":
        more = (high / low) ** _MARGIN
        return low / more, high * more
    more = _MARGIN * (high - low)
    return low - more, high + more


def _fill(
    axes: "Axes",
    x: Float[np.ndarray, " nx"],
    y: Float[np.ndarray, " ny"],
    p: Float[np.ndarray, "ny nx zones"],
) -> None:
    """Fill each zone where it has half of the belief, and more so where it has nine tenths."""
    for i, zone in enumerate(ZONES):
        share, ink = np.nan_to_num(p[..., i]), INKS[zone].light
        if share.max() < _LEVELS[0]:
            continue
        axes.contourf(x, y, share, levels=_LEVELS, colors=[(ink, _PALE), (ink, _FULL)])
        if share.min() < _LEVELS[0]:
            axes.contour(x, y, share, levels=[_LEVELS[0]], colors=[INK.light], linewidths=0.5, alpha=0.55)


def _words(
    axes: "Axes",
    x: Float[np.ndarray, " nx"],
    y: Float[np.ndarray, " ny"],
    p: Float[np.ndarray, "ny nx zones"],
    taken: Bool[np.ndarray, "ny nx"],
) -> None:
    """Write into each zone what it is, where there is room."""
    for i, zone in enumerate(ZONES):
        (row, column), room = _inside((np.nan_to_num(p[..., i]) >= _LEVELS[0]) & ~taken)
        if room < _WORD[0]:
            continue
        ink = PAPER if zone in {Zone.PURE, Zone.MIXTURE, Zone.DOTS} else INK
        axes.text(x[column], y[row], zone.value, ha="center", va="center", color=ink.light, fontsize=10.5)


def _inside(there: Bool[np.ndarray, "ny nx"]) -> tuple[tuple[int, int], float]:
    """Return the place in a zone with most room for a word, and half of the height that it has [px]."""
    from scipy.ndimage import distance_transform_edt  # noqa: PLC0415  for figures alone

    (height, width), (ny, nx) = _ROOM, there.shape
    cells = (height / ny, width / nx / _WORD[1])
    distance = distance_transform_edt(np.pad(there, 1), sampling=cells)[1:-1, 1:-1]
    row, column = np.unravel_index(int(distance.argmax()), distance.shape)
    return (int(row), int(column)), float(distance.max())


def _taken(
    x: Float[np.ndarray, " nx"], y: Float[np.ndarray, " ny"], places: Sequence[tuple[float, float]]
) -> Bool[np.ndarray, "ny nx"]:
    """Return the cells in which a vial stands."""
    found = np.zeros((y.size, x.size), bool)
    for across, up in places:
        found[int(np.abs(y - up).argmin()), int(np.abs(x - across).argmin())] = True
    return found


def _vial(axes: "Axes", vial: Vial, place: tuple[float, float]) -> None:
    """Draw a vial of the paper: open what is told, filled what is computed, ringed if it is a prediction.

    A cross in the place of what is computed says that nothing was.
    """
    told, zone = INKS[vial.label.zone].light, vial.shown.zone
    if vial.label.zone is Zone.NOTHING:
        told = QUIET.light  # its own ink does not stand out from paper

    def circle(size: float, face: str, edge: str, width: float, marker: str = "o") -> None:
        (x, y) = ([one] for one in place)
        (drawn,) = axes.plot(x, y, ls="none", marker=marker, ms=size, mew=width, clip_on=False, zorder=5)
        drawn.set(markerfacecolor=face, markeredgecolor=edge)

    if vial.role is Role.PREDICTION:
        circle(19.0, "none", PAPER.light, 3.2)
        circle(19.0, "none", PREDICTED.light, 1.5)
    circle(14.5, PAPER.light, PAPER.light, 1.0)
    circle(11.5, PAPER.light, told, 2.2)
    if zone is None:
        circle(_CROSS, "none", INK.light, 1.2, "x")
    else:
        circle(5.4, INKS[zone].light, INK.light if zone is Zone.NOTHING else INKS[zone].light, 0.4)


def _place(vial: Vial, one: Coordinate | None) -> float:
    """Return where a vial stands along a coordinate [unit], or along time [h]."""
    if one is None:
        return vial.label.at.value / 3600.0
    value = vial.values[one.name][0]
    return float(one.values.index(str(value))) if one.values else float(value)


def box(found: Zones) -> str:
    """Return how probable each zone is along one coordinate, wherever in the box the others are."""
    title = "Probability of each zone along one coordinate, over the whole box"
    many = found.study.coordinates

    def draw(figure: "Figure") -> None:
        wide = [1.25 if one.values else 1.0 for one in many]
        grid = figure.subplots(1, len(many), sharey=True, squeeze=False, width_ratios=wide)[0]
        for axes, one in zip(grid, many, strict=True):
            _marginal(axes, found, one)
        grid[0].set_ylabel("share of vials [1]")
        _key(figure)

    return svg_of("zones-box", title, (_WIDTH, 250.0), draw, INKS.values())


def _marginal(axes: "Axes", found: Zones, one: Coordinate) -> None:
    """Draw the zones of the last time, stacked, along one coordinate."""
    p, values = found.belief.probabilities[:, -1], found.values[one.name]
    if one.values:
        middles = np.arange(float(len(one.values)))
        rows = np.array([_mean(p[values == word]) for word in one.values])
        foot = np.zeros(middles.size)
        for i, zone in enumerate(ZONES):
            axes.bar(middles, rows[:, i], 0.88, foot, color=INKS[zone].light, lw=0)
            foot = foot + rows[:, i]
        axes.set_xticks(middles, [one.word(word) for word in one.values], fontsize=8.5)
        axes.set_xlabel(one.title)
        return
    edges = one.at(np.linspace(0.0, 1.0, _BINS + 1)).astype(float)
    bins = np.clip(np.searchsorted(edges, values.astype(float), side="right") - 1, 0, _BINS - 1)
    rows = np.array([_mean(p[bins == i]) for i in range(_BINS)])
    middles = one.at((np.arange(_BINS) + 0.5) / _BINS).astype(float)
    whole = np.concatenate([[edges[0]], middles, [edges[-1]]])
    held = np.vstack([rows[:1], rows, rows[-1:]])
    axes.stackplot(whole, held.T, colors=[INKS[zone].light for zone in ZONES], lw=0)
    _scales(axes, (one, one), (edges, edges))
    axes.set(xlim=(edges[0], edges[-1]), yscale="linear", ylim=(0.0, 1.0), ylabel="")
    axes.set(yticks=[0.0, 0.5, 1.0], yticklabels=["0", "0.5", "1"])


def _mean(p: Float[np.ndarray, "n zones"]) -> Float[np.ndarray, " zones"]:
    known = p[~np.isnan(p).any(axis=1)]
    return np.asarray(known.mean(axis=0)) if known.size else np.zeros(len(ZONES))


def _key(figure: "Figure", found: Zones | None = None) -> None:
    """Draw the key above a figure, with that of vials if it shows those of a map."""
    from matplotlib.legend_handler import HandlerTuple  # noqa: PLC0415  loaded by now
    from matplotlib.lines import Line2D  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    def marker(size: float, face: str, edge: str, width: float, marker: str = "o") -> Line2D:
        return Line2D([], [], ls="none", marker=marker, ms=size, mfc=face, mec=edge, mew=width)

    handles: list[Artist | tuple[Artist, ...]] = [
        Patch(facecolor=INKS[zone].light, edgecolor=RULE.light, lw=0.4) for zone in ZONES
    ]
    labels = [zone.value for zone in ZONES]
    if found is not None and found.vials:
        told, computed = marker(10.5, PAPER.light, INK.light, 2.0), marker(5.4, INK.light, INK.light, 0.0)
        handles += [told, computed, marker(13.5, "none", PREDICTED.light, 1.4)]
        labels += ["told by the paper", "computed", "held out, judged blind" if found.blind else "held out"]
        if any(vial.shown.zone is None for vial in found.vials):
            handles.append(marker(_CROSS, "none", INK.light, 1.2, "x"))
            labels.append(NOT_COMPUTED)
    figure.legend(
        handles=handles,
        labels=labels,
        loc="outside upper left",
        ncols=len(handles),
        columnspacing=1.1,
        handletextpad=0.5,
        handler_map={tuple: HandlerTuple(ndivide=1)},
    )
