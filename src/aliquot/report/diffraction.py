"""A pattern with its fit as a figure and as one page: what was found, how sure, Scherrer's size beside."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aliquot.instruments.diffraction.analyse import DiffractionFindings
from aliquot.instruments.diffraction.lines import powder_lines
from aliquot.instruments.diffraction.scherrer import K_SPHERE, K
from aliquot.knowledge import store
from aliquot.report.publish import filled, write
from aliquot.report.style import CALIBRATED, INK, PREDICTED, QUIET, RULE
from aliquot.report.svg import svg_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIZE = (940.0, 520.0)  # px
_INKS = (CALIBRATED, PREDICTED, INK)  # of the phases, in turn
_PHASES = 3  # rows of marks that are drawn


def figure(found: DiffractionFindings) -> str:
    """Return pattern, fit, residual and the lines of the endless crystals as an inline SVG."""
    title = "Powder pattern with the fit of Debye patterns, their difference, and lines of the bulk"
    return svg_of("pattern", title, _SIZE, lambda drawn: draw(drawn, found))


def draw(drawn: "Figure", found: DiffractionFindings) -> None:
    """Draw a pattern on a figure of matplotlib."""
    x, y = found.pattern.two_theta, found.pattern.intensities
    cells = [fit.cell for fit in found.fits[:_PHASES]]
    heights = [6.0, 0.35 * len(cells) + 0.2, 1.5]
    top, marks, rest = drawn.subplots(3, 1, sharex=True, height_ratios=heights)
    top.plot(x, y, ".", ms=3.0, color=QUIET.light, label="measured")
    top.plot(x, found.model, "-", lw=1.8, color=PREDICTED.light, label="fit")
    if found.mixture is None:
        top.plot(x, found.fits[0].background, "--", lw=1.1, color=INK.light, label="background")
    top.set_ylabel("intensity")
    top.set_ylim(bottom=0.0)
    top.legend(loc="upper right")
    for row, (cell, ink) in enumerate(zip(cells, _INKS, strict=False)):
        for line in powder_lines(cell, found.pattern.wavelength_nm, (float(x[0]), float(x[-1])), 0.03):
            tall = 0.25 + 0.6 * float(np.sqrt(line.intensity))
            marks.plot([line.two_theta] * 2, [-row - 0.9, -row - 0.9 + tall], color=ink.light, lw=1.6)
    marks.set_yticks([-row - 0.5 for row in range(len(cells))], [cell.phase for cell in cells], fontsize=9.0)
    marks.set_ylim(-len(cells), 0.1)
    marks.tick_params(length=0)
    for side in ("left", "bottom"):
        marks.spines[side].set_visible(False)
    rest.axhline(0.0, color=RULE.light, lw=1.0)
    rest.plot(x, y - found.model, "-", lw=0.8, color=QUIET.light)
    rest.set_ylabel("residual")
    rest.set_xlabel("2θ / degrees")
    rest.set_xlim(float(x[0]), float(x[-1]))


def diffraction_page(found: DiffractionFindings, material: str) -> str:
    """Return the findings of a pattern as one self-contained page of HTML, equal for equal findings."""
    return filled(
        "diffraction.html.j2",
        {"pattern": figure(found)},
        found=found,
        material=material,
        best=found.fits[0].bic,
        k=K,
        k_sphere=K_SPHERE,
        sources=[store.source(key) for key in found.diameter.sources],
    )


def write_diffraction(found: DiffractionFindings, material: str, path: Path) -> Path:
    """Write the page of a pattern into a file, whole or not at all.

    Args:
        found: What to report.
        material: What the dots are made of.
        path: File to write; its folder is made, a file of that name is replaced.

    Returns:
        The path.

    Raises:
        InputError: If the file can not be written there.
    """
    return write(diffraction_page(found, material), path)
