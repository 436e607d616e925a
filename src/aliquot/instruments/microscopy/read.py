"""Pictures and lists, told apart by what is in the file and not by its name.

PNG and TIFF of 8 or 16 bits, grey or colour; DM3 and DM4 where a reader is installed; results of ImageJ and
plain lists of sizes.
"""

import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, InputError, SignalError, Where
from aliquot.instruments.microscopy.lists import read_list
from aliquot.instruments.microscopy.records import Micrograph, ParticleList
from aliquot.instruments.microscopy.scale import missing_scale, parse_scale, tiff_scale

LARGEST = 200_000_000
"""Size of a file beyond which it is refused [bytes]."""
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PNG = b"\x89PNG\r\n\x1a\n"
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
_COLOURED = 0.02  # of the range, between channels; more is colour and not rounding


def read_image(path: str | Path, scale: str | None = None) -> Micrograph | ParticleList:
    """Read a picture, or a list of sizes.

    Args:
        path: PNG, TIFF, DM3, DM4, ImageJ's results or a list of sizes.
        scale: Scale as typed, such as ``"0.12 nm/px"``; it goes before that of the file.

    Returns:
        A picture with its scale, or particles.

    Raises:
        FormatError: If the file is empty, cut short, or of another kind.
        SignalError: If it has no scale, or shows nothing.
        UnitError: If the scale can not be understood.
        InputError: If a reader is not installed.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     file = Path(folder) / "sizes.txt"
        ...     _ = file.write_text("diameter (nm)" + chr(10) + chr(10).join(["3.4", "3.1", "3.6"]))
        ...     read_image(file).n
        3
    """
    file = Path(path)
    typed = None if scale is None else parse_scale(scale)
    head = _head(file)
    if head.startswith(_PNG):
        return _picture(file, _png(file), typed, None, [])
    if head.startswith(_TIFF):
        pixels, own, flags = _tiff(file)
        return _picture(file, pixels, typed, own, flags)
    if head[:4] in {b"\0\0\0\x03", b"\0\0\0\x04"}:
        pixels, own = _dm(file)
        return _picture(file, pixels, typed, own, [])
    if b"\0" in head or head.startswith((b"\xff\xd8\xff", b"BM", b"GIF8", b"%PDF")):
        raise _unreadable(file, "a file that is neither PNG, TIFF, DM3, DM4 nor text")
    return read_list(file, typed)


def _head(file: Path) -> bytes:
    try:
        size = file.stat().st_size
        if 0 < size <= LARGEST:
            with file.open("rb") as stream:
                return stream.read(512)
    except OSError as fault:
        raise _unreadable(file, f"a file that can not be opened ({fault.strerror})") from None
    raise _unreadable(file, "an empty file" if size == 0 else f"a file of {size / 1e6:.0f} MB")


def _png(file: Path) -> np.ndarray:
    from aliquot.instruments.microscopy.extra import needs_images  # noqa: PLC0415

    with needs_images(str(file)):
        from PIL import Image  # noqa: PLC0415  of the extra
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file) as opened:
                opened.load()
                palette = opened.mode in {"P", "1", "PA"}
                return np.asarray(opened.convert("RGBA") if palette else opened)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombWarning) as fault:
        raise _unreadable(file, f"a PNG that breaks off or is damaged ({_first_line(fault)})") from None


def _tiff(file: Path) -> tuple[np.ndarray, float | None, list[str]]:
    from aliquot.instruments.microscopy.extra import needs_images  # noqa: PLC0415

    with needs_images(str(file)):
        from tifffile import TiffFile  # noqa: PLC0415  of the extra
    try:
        with TiffFile(file) as opened:
            page = opened.pages.first
            pages = len(opened.pages)
            tags: dict[str, Any] = {tag.name: tag.value for tag in page.tags}
            own, doubt = tiff_scale(tags, opened.imagej_metadata or {})
            pixels = np.asarray(page.asarray())
            planar = pixels.ndim == 3 and pixels.shape[0] in {3, 4} and pixels.shape[2] not in {3, 4}
    except Exception as fault:  # noqa: BLE001  a damaged file fails in many ways
        raise _unreadable(file, f"a TIFF that breaks off or is damaged ({_first_line(fault)})") from None
    flags = [] if doubt is None else [doubt]
    if pages > 1:
        flags.append(f"The file holds {pages} pictures; the first was read.")
    return (np.moveaxis(pixels, 0, -1) if planar else pixels), own, flags


def _dm(file: Path) -> tuple[np.ndarray, float | None]:
    """Read a file of DigitalMicrograph with whichever reader is there."""
    try:
        file_reader = import_module("rsciio.digitalmicrograph").file_reader
    except ModuleNotFoundError:
        return _dm_by_ncempy(file)
    signal = max(file_reader(str(file)), key=lambda part: np.asarray(part["data"]).size)
    axis = signal["axes"][-1]
    return np.asarray(signal["data"]), _nm(float(axis["scale"]), str(axis["units"]))


def _dm_by_ncempy(file: Path) -> tuple[np.ndarray, float | None]:
    try:
        read = import_module("ncempy.io.dm").dmReader
    except ModuleNotFoundError:
        raise InputError(
            given="a file of DigitalMicrograph, and no reader for it",
            expected="the package ncempy, or rosettasciio",
            why="DM3 and DM4 are read by others' programs",
            remedy="Install one: pip install ncempy; or export the picture as a TIFF with its scale.",
            where=Where(str(file)),
        ) from None
    signal = read(str(file))
    return np.asarray(signal["data"]), _nm(float(signal["pixelSize"][-1]), str(signal["pixelUnit"][-1]))


def _nm(length: float, unit: str) -> float | None:
    factor = {"nm": 1.0, "µm": 1e3, "um": 1e3, "A": 0.1, "Å": 0.1, "pm": 1e-3}.get(unit)
    return None if factor is None or length <= 0.0 else factor * length


def _picture(
    file: Path, pixels: np.ndarray, typed: float | None, own: float | None, flags: list[str]
) -> Micrograph:
    scale = typed if typed is not None else own
    if scale is None:
        error = missing_scale(str(file))
        for flag in flags:
            error.add_note(flag)
        raise error
    grey, doubts = _grey(pixels, file)
    if typed is not None and own is not None and abs(typed / own - 1.0) > 0.01:
        doubts.append(f"The typed scale is used; the file says {own:.4g} nm/px.")
    told = [*(flags if typed is None else []), *doubts, *_clipped(pixels, grey)]
    return Micrograph(grey, scale, file.stem, tuple(told), Where(str(file)))


def _grey(pixels: np.ndarray, file: Path) -> tuple[Float[np.ndarray, "rows columns"], list[str]]:
    """Return grey values; of colours their luminance, with a flag where they are colours."""
    values = np.asarray(pixels)
    if values.dtype.kind not in "uifb":
        raise _unreadable(file, f"pixels of the kind {values.dtype}")
    values = values.astype(float)
    if values.ndim == 2:
        return values, []
    if values.ndim != 3 or values.shape[2] not in {2, 3, 4}:
        raise SignalError(
            given=f"an array of shape {values.shape}",
            expected="one picture, grey or of three colours",
            why="a stack has no one distribution",
            remedy="Export one picture of it.",
            where=Where(str(file)),
        )
    if values.shape[2] == 2:  # grey and opacity
        return values[:, :, 0], []
    colours = values[:, :, :3]
    spread = float(np.ptp(colours, axis=2).mean()) / max(float(np.ptp(colours)), 1e-300)
    flags = ["The picture is stored in colours; their luminance was read."]
    if spread > _COLOURED:
        flags.append("Its channels differ: false colours or drawings on it change the sizes.")
    return np.asarray(colours @ _LUMINANCE), flags


def _clipped(pixels: np.ndarray, grey: Float[np.ndarray, "rows columns"]) -> list[str]:
    """Tell of a picture whose brightest or darkest level holds many pixels."""
    if np.asarray(pixels).dtype.kind not in "ui":
        return []
    ends = float(max((grey == grey.min()).mean(), (grey == grey.max()).mean()))
    return (
        [f"{ends:.0%} of the pixels are at an end of the scale of grey: contrast is cut."]
        if ends > 0.02
        else []
    )


def _first_line(fault: BaseException) -> str:
    return (str(fault).splitlines() or [type(fault).__name__])[0][:80]


def _unreadable(file: Path, given: str) -> FormatError:
    return FormatError(
        given=given,
        expected="PNG or TIFF (8 or 16 bits), DM3, DM4, ImageJ's Results.csv or a list of sizes",
        why="nothing can be counted in it",
        remedy="Export the picture again as a TIFF.",
        where=Where(str(file)),
    )
