"""What a micrograph says, as one page: the picture with its outlines, the distribution, the calibration."""

from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aliquot.instruments.microscopy.analyse import Sizes
from aliquot.instruments.microscopy.overlay import overlay_png
from aliquot.instruments.microscopy.records import ParticleList
from aliquot.report.publish import filled, write
from aliquot.report.style import CALIBRATED, INK, PREDICTED, QUIET
from aliquot.report.svg import svg_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIZE = (640.0, 300.0)
_WIDEST = 1024  # px of the picture in the page


def figure(particles: ParticleList) -> str:
    """Return the distribution of the diameters, by number and by volume, as an inline SVG.

    Example:
        >>> figure(ParticleList.of_diameters([3.0, 3.2, 3.4, 3.6, 3.8] * 4, "A1")).startswith("<svg ")
        True
    """
    title = f"Distribution of {particles.n} diameters by number and by volume"
    return svg_of("sizes", title, _SIZE, lambda sheet: draw(sheet, particles))


def draw(sheet: "Figure", particles: ParticleList) -> None:
    """Draw the distribution on a figure of matplotlib."""
    axes = sheet.subplots()
    sizes = particles.diameters
    classes = np.histogram_bin_edges(sizes, int(np.clip(2.0 * particles.n ** (1 / 3), 5, 30)))
    by_volume = sizes**3 / (sizes**3).sum()
    number, _ = np.histogram(sizes, classes, weights=np.full(sizes.size, 100.0 / sizes.size))
    volume, _ = np.histogram(sizes, classes, weights=100.0 * by_volume)
    axes.stairs(number, classes, fill=True, color=CALIBRATED.light, alpha=0.35)
    axes.stairs(
        number, classes, color=CALIBRATED.light, lw=1.4, label=f"by number, mean {particles.mean:.2f} nm"
    )
    axes.stairs(
        volume,
        classes,
        color=PREDICTED.light,
        lw=1.4,
        ls="--",
        label=f"by volume, mean {particles.volume_mean:.2f} nm",
    )
    axes.axvline(particles.mean, color=CALIBRATED.light, lw=0.9)
    axes.axvline(particles.volume_mean, color=PREDICTED.light, lw=0.9, ls="--")
    axes.set_xlabel("diameter / nm", color=INK.light)
    axes.set_ylabel("share of a class / %", color=QUIET.light)
    axes.set_ylim(0.0, 1.25 * float(max(number.max(), volume.max())))
    axes.legend(loc="upper left")


def microscopy_page(sizes: Sizes) -> str:
    """Return what was measured as one self-contained page of HTML: equal measurements give equal pages.

    Args:
        sizes: What was measured, on a picture or in a list.

    Returns:
        The page.

    Example:
        >>> from aliquot.instruments.microscopy.analyse import measure_list
        >>> listed = ParticleList.of_diameters([3.0, 3.2, 3.4, 3.6, 3.8] * 4, "A1")
        >>> "<h1>A1</h1>" in microscopy_page(measure_list(listed))
        True
    """
    counted = sizes.corrected if sizes.corrected is not None else sizes.particles
    enough = counted is not None and counted.n >= 3
    images = {}
    if sizes.picture is not None:
        images = {
            "seen": _data(overlay_png(sizes, largest=_WIDEST, jpeg=True)),
            "bare": _data(overlay_png(sizes, largest=_WIDEST, outlines=False, jpeg=True)),
        }
    figures = {"sizes": figure(counted)} if counted is not None and enough else {}
    return filled("microscopy.html.j2", figures, sizes=sizes, images=images, facts=_facts(sizes))


def _data(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + b64encode(jpeg).decode("ascii")


def _facts(sizes: Sizes) -> list[tuple[str, str]]:
    """Return names and values of what is told of the measurement."""
    facts = [("particles that count", f"{sizes.n}"), ("left out", f"{len(sizes.left_out)}")]
    if sizes.corrected is not None:
        one = sizes.corrected
        facts += [
            ("number mean", f"{one.mean:.3f} nm"),
            ("standard deviation", f"{one.sd:.3f} nm"),
            ("median", f"{one.median:.3f} nm"),
            ("Sauter mean D32", f"{one.d32:.3f} nm"),
            ("volume mean", f"{one.volume_mean:.3f} nm"),
        ]
    facts += [(f"uncertainty by {cause}", f"{sd:.4f} nm") for cause, sd in sizes.mean.budget.items()]
    if sizes.picture is not None:
        rows, columns = sizes.picture.pixels.shape
        facts.append(("picture", f"{columns} x {rows} px of {sizes.picture.scale_nm_per_px:.5g} nm"))
    if sizes.calibration is not None:
        one_more = sizes.calibration
        facts += [
            ("spheres drawn alike", f"{one_more.dots}, of which {one_more.found:.0%} are found"),
            ("their bias", f"{one_more.bias:+.2%} ± {one_more.bias_sd:.2%}"),
            ("spread that noise adds", f"{one_more.added_sd:.1%}"),
        ]
    return facts


def write_microscopy(sizes: Sizes, path: Path) -> Path:
    """Write the page of a measurement into a file, whole or not at all.

    Args:
        sizes: What was measured.
        path: File to write; its folder is made, a file of that name is replaced.

    Returns:
        The path.

    Raises:
        InputError: If the file can not be written there.
    """
    return write(microscopy_page(sizes), path)
