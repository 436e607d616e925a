"""The picture with what was found drawn on it, to be looked at before the numbers are believed."""

import io
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from aliquot.errors import InputError, Where
from aliquot.instruments.microscopy.analyse import Sizes
from aliquot.instruments.microscopy.extra import needs_images
from aliquot.instruments.microscopy.records import Micrograph, Particle

COUNTED, TOUCHING, LEFT_OUT = "#62b8f0", "#f3a55c", "#ff8fbd"
"""Colours of outlines that count, that count and touch, and that do not count; these are dashed."""
_LARGEST = 2048  # px along a side; a larger picture is shrunk


def overlay_png(sizes: Sizes, *, largest: int = _LARGEST, outlines: bool = True, jpeg: bool = False) -> bytes:
    """Return the picture with an outline around each particle.

    Args:
        sizes: What was measured, with its picture.
        largest: Longest side of what is returned [px].
        outlines: Whether to draw them, or the picture alone.
        jpeg: Whether as JPEG, a fifth of the size and a little less sharp.

    Returns:
        A PNG, or a JPEG.

    Raises:
        InputError: If the sizes come from a list, or Pillow is not installed.

    Example:
        >>> from aliquot.instruments.microscopy.analyse import measure
        >>> from aliquot.instruments.microscopy.simulate import Microscope, draw
        >>> overlay_png(measure(draw(np.full(20, 3.4), Microscope((320, 320)), label="A", seed=1)[0]))[1:4]
        b'PNG'
    """
    with needs_images("--overlay"):
        from PIL import Image, ImageDraw  # noqa: PLC0415  of the extra
    picture = _picture_of(sizes)
    grey = _stretched(picture.pixels)
    factor = min(largest / max(grey.shape), 1.0) if largest < max(grey.shape) else 1.0
    zoom = factor if factor < 1.0 else float(max(1, min(3, 1024 // max(grey.shape))))
    size = (round(grey.shape[1] * zoom), round(grey.shape[0] * zoom))
    image = Image.fromarray(grey).resize(size, Image.Resampling.BICUBIC).convert("RGB" if outlines else "L")
    if outlines:
        pen = ImageDraw.Draw(image)
        width = max(1, round(min(size) / 600))
        for particle, colour, whole in _outlines(sizes):
            radius = 0.5 * particle.diameter_nm / picture.scale_nm_per_px * zoom
            x, y = (particle.x + 0.5) * zoom, (particle.y + 0.5) * zoom
            box = (x - radius, y - radius, x + radius, y + radius)
            for start in (0,) if whole else range(0, 360, 40):
                pen.arc(box, start, start + (360 if whole else 22), fill=colour, width=width)
    stream = io.BytesIO()
    if jpeg:
        image.save(stream, format="JPEG", quality=82, optimize=True)
    else:
        image.save(stream, format="PNG", optimize=True)
    return stream.getvalue()


def write_overlay(sizes: Sizes, path: Path) -> Path:
    """Write the picture with its outlines into a PNG file.

    Args:
        sizes: What was measured, with its picture.
        path: File to write; a file of that name is replaced.

    Returns:
        The path.

    Raises:
        InputError: If there is no picture, or the file can not be written.
    """
    png = overlay_png(sizes)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png)
    except OSError as fault:
        raise InputError(
            given=f"'{path}', which can not be written ({fault.strerror})",
            expected="a file name in a folder where files may be written",
            why="the picture has to go somewhere",
            remedy="Choose another folder, or free the space.",
            where=Where(str(path)),
        ) from fault
    return path


def _picture_of(sizes: Sizes) -> Micrograph:
    if sizes.picture is None:
        raise InputError(
            given=f"'{sizes.label}', a list of sizes",
            expected="a picture",
            why="outlines are drawn on a picture",
            remedy="Leave --overlay out.",
            where=Where(sizes.label, key="--overlay"),
        )
    return sizes.picture


def _outlines(sizes: Sizes) -> list[tuple[Particle, str, bool]]:
    counted = () if sizes.particles is None else sizes.particles.particles
    return [
        *((one, TOUCHING if one.touching else COUNTED, True) for one in counted),
        *((one, LEFT_OUT, False) for one in sizes.left_out),
    ]


def _stretched(pixels: Float[np.ndarray, "rows columns"]) -> UInt8[np.ndarray, "rows columns"]:
    """Return grey values from 0 to 255, the darkest and brightest thousandth cut."""
    low, high = (float(bound) for bound in np.quantile(pixels, [0.001, 0.999]))
    return np.asarray(255.0 * np.clip((pixels - low) / max(high - low, 1e-300), 0.0, 1.0)).astype(np.uint8)
