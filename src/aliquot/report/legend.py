"""The key of a figure: what is open, filled, ringed, hatched, in words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aliquot.report.style import CALIBRATED, INK, PAPER, PREDICTED, QUIET

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

_WORDS = {
    "spectrum": "spectrum",
    "fit": "fit",
    "exciton": "first exciton [nm], 95 % interval",
    "truth": "simulated",
    "shares": "recovered",
    "width": "± one SD",
    "published": "published",
    "tolerance": "tolerance",
    "calibrated": "simulated, calibrated",
    "predicted": "simulated, predicted",
    "unprinted": "simulated, none printed",
    "recovered": "recovered, 95 % interval",
}


def key(figure: "Figure", entries: Sequence[str]) -> None:
    """Draw the key of a figure above it, three entries to a row at most.

    Args:
        figure: Where to draw.
        entries: Names among ``spectrum fit exciton truth shares width published tolerance calibrated
            predicted unprinted recovered``.
    """
    from matplotlib.legend_handler import HandlerTuple  # noqa: PLC0415  loaded by now

    figure.legend(
        handles=[_sample(entry) for entry in entries],
        labels=[_WORDS[entry] for entry in entries],
        loc="outside upper left",
        ncols=len(entries) if len(entries) <= 4 else 3,
        handler_map={tuple: HandlerTuple(ndivide=1)},
        columnspacing=1.2,
    )


def _sample(entry: str) -> "Artist | tuple[Artist, ...]":
    """Return what an entry looks like."""
    from matplotlib.lines import Line2D  # noqa: PLC0415  loaded by now
    from matplotlib.patches import Patch  # noqa: PLC0415

    def marker(shape: str, size: float, face: str, edge: str, width: float = 0.0) -> Line2D:
        return Line2D([], [], ls="none", color=edge, marker=shape, ms=size, mfc=face, mec=edge, mew=width)

    ring = marker("o", 13.5, "none", PREDICTED.light, 1.3)
    looks: dict[str, Artist | tuple[Artist, ...]] = {
        "spectrum": Line2D([], [], color=QUIET.light, lw=2.2, alpha=0.75),
        "fit": Line2D([], [], color=INK.light, lw=0.8, ls=(0, (4, 2))),
        "exciton": (marker("|", 12.0, "none", INK.light, 1.4), Line2D([], [], color=INK.light, lw=1.0)),
        "truth": Line2D([], [], color=INK.light, lw=1.4),
        "shares": Patch(facecolor=QUIET.light, alpha=0.45, lw=0),
        "width": Line2D([], [], color=INK.light, lw=1.6),
        "published": marker("o", 8.0, PAPER.light, INK.light, 1.5),
        "tolerance": Patch(facecolor=QUIET.light, alpha=0.2, lw=0),
        "calibrated": marker("o", 7.5, CALIBRATED.light, CALIBRATED.light),
        "predicted": (ring, marker("o", 7.5, PREDICTED.light, PREDICTED.light)),
        "unprinted": marker("o", 7.5, QUIET.light, QUIET.light),
        "recovered": (marker("D", 5.0, INK.light, INK.light), marker("|", 13.0, "none", INK.light, 1.0)),
    }
    return looks[entry]
