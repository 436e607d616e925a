"""What figures and tables of a series share: order, names, inks, the axis of time, the fit of a spectrum."""

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from aliquot.finding import Interval
from aliquot.instruments.absorbance.findings import AliquotFindings
from aliquot.report.style import QUIET, Ink, wavelength_ink
from aliquot.report.svg import svg_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 940.0
"""Width of a figure [px]."""

DRAWN = 900
"""Most points of a curve that are drawn; a screen has no more."""

_LONGEST = 26  # letters of a name in a figure
_LOGARITHMIC = 30.0  # last over first time from which an axis is logarithmic
_CROWD = 3  # aliquots of one time that make time no axis
_FAINTEST = 0.45


def ordered(aliquots: Iterable[AliquotFindings]) -> list[AliquotFindings]:
    """Return aliquots by time; those without one come last, as they were given."""
    return sorted(aliquots, key=lambda one: float("inf") if one.time_s is None else one.time_s)


def name_of(one: AliquotFindings) -> str:
    """Return what an aliquot is called; a line breaks or control character becomes a blank."""
    plain = "".join(letter if letter.isprintable() else " " for letter in one.label).strip()
    return plain or "unnamed"


def short(name: str) -> str:
    """Return a name that fits into a figure.

    Example:
        >>> short("after the second injection of TMSP")
        'after the second injectio…'
    """
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1].rstrip() + "…"


def ink_of(one: AliquotFindings) -> Ink:
    """Return the ink of an aliquot: the colour of light at its first exciton, quiet where it shows none."""
    return QUIET if one.e1.value is None else wavelength_ink(one.e1.value.value)


def shades(aliquots: Sequence[AliquotFindings]) -> list[float]:
    """Return how opaque each is drawn: time from light to dark, all alike where there are no times."""
    times = sorted({one.time_s for one in aliquots if one.time_s is not None})
    if len(times) < 2:
        return [0.9] * len(aliquots)
    place = {time: k / (len(times) - 1) for k, time in enumerate(times)}
    return [
        0.9 if one.time_s is None else _FAINTEST + (1.0 - _FAINTEST) * place[one.time_s] for one in aliquots
    ]


@dataclass(frozen=True, slots=True)
class Clock:
    """The unit in which times of a series are told.

    Example:
        >>> clock_of([30.0, 600.0]).told(90.0), clock_of([900.0, 86400.0]).told(5400.0)
        ('90 s', '1.5 h')
    """

    unit: str
    """``"s"``, ``"min"`` or ``"h"``."""
    seconds: float
    """Its length [s]."""

    def told(self, time_s: float) -> str:
        """Return a time with its unit."""
        return f"{self.number(time_s)} {self.unit}"

    def number(self, time_s: float) -> str:
        """Return a time in this unit."""
        return f"{time_s / self.seconds:.4g}"


def clock_of(times_s: Iterable[float]) -> Clock:
    """Return the unit that suits the last of some times [s]."""
    last = max(times_s, default=0.0)
    if last < 900.0:
        return Clock("s", 1.0)
    return Clock("min", 60.0) if last <= 4.0 * 3600.0 else Clock("h", 3600.0)


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """Where each aliquot stands on the axis of a figure: by time, or side by side."""

    aliquots: tuple[AliquotFindings, ...]
    """Those that have a place."""
    places: Float[np.ndarray, " n"]
    """Time in the unit of the clock, or 0, 1, 2, ..."""
    clock: Clock | None
    """Unit of time, None where aliquots stand side by side."""
    left_out: tuple[str, ...]
    """Names of aliquots without a time."""

    def dress(self, axes: "Axes") -> None:
        """Write ticks and label beneath the lowest of some axes."""
        if self.clock is not None:
            axes.set_xlabel(f"time [{self.clock.unit}]")
            if self.logarithmic:
                axes.set_xscale("log")
                marks = [0.8 * float(self.places.min()), 1.15 * float(self.places.max())]
                chosen = [t for t in _ROUND if marks[0] < t < marks[1]]
                axes.set_xticks(chosen, [f"{t:g}" for t in chosen])
                axes.minorticks_off()
            return
        names = [short(name_of(one)) for one in self.aliquots]
        axes.set_xticks(self.places, names, rotation=90 if len(names) > 4 else 0, fontsize=9.0)
        axes.set_xlim(-0.6, len(names) - 0.4)

    @property
    def logarithmic(self) -> bool:
        """Whether times span so much that the first would lie on each other."""
        first, last = float(self.places.min()), float(self.places.max())
        return self.clock is not None and first > 0.0 and last > _LOGARITHMIC * first


_ROUND = [a * 10.0**k for k in range(-4, 7) for a in (1, 3)]


def axis_of(aliquots: Sequence[AliquotFindings]) -> Axis:
    """Return the axis of a series: time, unless fewer than two times are known or three share one."""
    timed = [one for one in aliquots if one.time_s is not None]
    times = [one.time_s for one in timed if one.time_s is not None]
    if len(set(times)) < 2 or max(Counter(times).values()) >= _CROWD:
        return Axis(tuple(aliquots), np.arange(float(len(aliquots))), None, ())
    clock = clock_of(times)
    left_out = tuple(name_of(one) for one in aliquots if one.time_s is None)
    return Axis(tuple(timed), np.array(times) / clock.seconds, clock, left_out)


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What was fitted to a spectrum: dots and background, or dots, clusters and background."""

    wavelengths: Float[np.ndarray, " n"]
    """[nm]."""
    fitted: Float[np.ndarray, " n"]
    """Absorbance [1]."""
    missed: Float[np.ndarray, " n"]
    """Measured minus fitted, in standard deviations of the noise of the spectrum [1]."""

    @property
    def rms(self) -> float:
        """Root mean square of what is missed [noise]."""
        return float(np.sqrt(np.mean(self.missed**2)))


def fit_of(one: AliquotFindings) -> Fit | None:
    """Return the fit of a spectrum, None where nothing was fitted.

    The noise is what differences of neighbouring points tell, and not what the fit leaves: else no fit could
    be seen to miss.
    """
    if one.unmixed is not None:
        parts = one.unmixed
        return Fit(parts.wavelengths, parts.fitted, parts.residual / _above_zero(parts.noise))
    if one.recovered is not None:
        found = one.recovered
        return Fit(found.wavelengths, found.fitted, found.residual / _above_zero(one.examined.noise))
    return None


def _above_zero(noise: float) -> float:
    return max(noise, float(np.finfo(float).tiny))


def columns_for(count: int) -> int:
    """Return in how many columns panels stand: two for few, else three or four, whichever leaves fewer gaps.

    Example:
        >>> [columns_for(count) for count in (1, 4, 6, 7, 18)]
        [1, 2, 3, 4, 3]
    """
    if count <= 4:
        return min(count, 2)
    return min((3, 4), key=lambda columns: (-count % columns, columns))


def dress_grid(grid: "np.ndarray", count: int, dress: Callable[["Axes"], object]) -> None:
    """Write the axis beneath the lowest panel of each column, and into the gaps of the last row.

    Args:
        grid: Axes, of which the first so many are panels.
        count: Number of panels.
        dress: Writes ticks and label of the horizontal axis.
    """
    cells = grid.ravel()
    for axes in cells[: max(count - grid.shape[1], 0)]:
        axes.tick_params(labelbottom=False)
    for axes in cells[max(count - grid.shape[1], 0) : count]:
        dress(axes)
        axes.tick_params(labelbottom=True)
    for axes in cells[count:]:
        axes.set_visible(False)
    for above in cells[max(count - grid.shape[1], 0) : count]:
        if grid.shape[0] > 1 and above not in set(grid[-1]):
            above.xaxis.set_in_layout(False)  # hung into the gap below, it pushes no panel down


def thinned(size: int) -> slice:
    """Return every point of a curve, or so many that :data:`DRAWN` are left."""
    return slice(None, None, -(-size // DRAWN))


def whisker(axes: "Axes", place: float, value: Interval, ink: Ink, scale: float = 1.0) -> None:
    """Draw the 95 % interval of a point."""
    axes.vlines(place, scale * value.low, scale * value.high, color=ink.light, lw=1.1, zorder=2)


def drawn(
    name: str, title: str, height: float, draw: Callable[["Figure"], None], inks: Iterable[Ink] = ()
) -> str:
    """Return a drawing of the full width; a letter that our font lacks is left to that of the reader."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        return svg_of(name, title, (WIDTH, height), draw, inks)
