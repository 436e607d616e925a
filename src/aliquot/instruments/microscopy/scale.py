"""The scale of a picture: as people type it, and as files carry it."""

import re
from collections.abc import Mapping

from aliquot.errors import SignalError, UnitError, Where
from aliquot.units import to_float

_UNITS_NM = {
    "nm": 1.0,
    "µm": 1e3,
    "um": 1e3,
    "micron": 1e3,
    "microns": 1e3,
    "pm": 1e-3,
    "å": 0.1,
    "angstrom": 0.1,
}
_LIKELY = (1e-3, 50.0)  # nm per pixel of electron micrographs; printing resolutions are 40 000 and more


def parse_scale(text: str) -> float:
    """Read a scale as it is typed.

    Args:
        text: A length per pixel such as ``"0.12 nm/px"``, pixels per length such as ``"8.3 px/nm"``, or the
            bar of the picture with its length in pixels such as ``"20 nm = 166 px"``.

    Returns:
        Length of the side of a pixel [nm].

    Raises:
        UnitError: If the text is none of these, or not positive.

    Example:
        >>> parse_scale("0.12 nm/px"), parse_scale("8 px/nm"), parse_scale("20 nm = 160 px")
        (0.12, 0.125, 0.125)
    """
    plain = text.strip().replace("pixels", "px").replace("pixel", "px")
    number = r"[0-9.eE+-]+"
    per_px = re.fullmatch(rf"({number})\s*([^\W\d]+)\s*/\s*px", plain)
    per_length = re.fullmatch(rf"({number})\s*px\s*/\s*([^\W\d]+)", plain)
    bar = re.fullmatch(rf"({number}\s*[^\W\d]+)\s*=\s*({number})\s*px", plain)
    try:
        if per_px:
            return _positive(to_float(f"{per_px[1]} {per_px[2]}", "nm"), text)
        if per_length:
            one = to_float(f"1 {per_length[2]}", "nm")
            return _positive(one / _positive(float(per_length[1]), text), text)
        if bar:
            return _positive(to_float(bar[1], "nm") / _positive(float(bar[2]), text), text)
    except ValueError:
        pass
    raise _no_scale(text)


def _positive(value: float, text: str) -> float:
    if value > 0.0:
        return value
    raise _no_scale(text)


def _no_scale(text: str) -> UnitError:
    return UnitError(
        given=f"'{text}'",
        expected="a scale such as '0.12 nm/px', '8.3 px/nm' or '20 nm = 166 px'",
        why="a size in pixels is no size",
        remedy="Write the length of a pixel, or the bar's length and how many pixels it has.",
        where=Where(key="--scale"),
    )


def missing_scale(file: str) -> SignalError:
    """Return the error of a file without a scale.

    Example:
        >>> "nm/px" in str(missing_scale("a.png"))
        True
    """
    return SignalError(
        given="a picture without a scale",
        expected="a length per pixel, in the file or typed",
        why="a size in pixels is no size",
        remedy="Type it: --scale '0.12 nm/px', or from the bar: --scale '20 nm = 166 px'.",
        where=Where(file),
    )


def tiff_scale(tags: Mapping[str, object], imagej: Mapping[str, object]) -> tuple[float | None, str | None]:
    """Return the scale that a TIFF carries [nm per pixel], and why one it carries was not used.

    Args:
        tags: Its tags by name: ``XResolution`` as a pair of integers, ``YResolution``, ``ResolutionUnit``.
        imagej: What ImageJ wrote into it: ``unit``.

    Returns:
        The scale or None, and a sentence or None.

    Example:
        >>> tiff_scale({"XResolution": (25, 3), "YResolution": (25, 3)}, {"unit": "nm"})
        (0.12, None)
        >>> tiff_scale({"XResolution": (72, 1), "YResolution": (72, 1), "ResolutionUnit": 2}, {})[0] is None
        True
    """
    across, down = _ratio(tags.get("XResolution")), _ratio(tags.get("YResolution"))
    if across is None:
        return None, None
    if down is not None and abs(down / across - 1.0) > 0.01:
        return None, "The file says that its pixels are not square, so that its scale was not used."
    unit = str(imagej.get("unit", "")).replace("\\u00B5", "µ").replace("\\u00b5", "µ").strip().lower()
    if unit in _UNITS_NM:
        nm = _UNITS_NM[unit] / across
    elif "unit" not in imagej and tags.get("ResolutionUnit") in {2, 3}:
        nm = (2.54e7 if tags["ResolutionUnit"] == 2 else 1e7) / across
    else:
        return None, None
    if not _LIKELY[0] <= nm <= _LIKELY[1]:
        return None, "The file's resolution is that of print or screen, not of a microscope; it was not used."
    return float(f"{nm:.10g}"), None


def _ratio(value: object) -> float | None:
    if isinstance(value, tuple) and len(value) == 2 and value[0] and value[1]:
        return float(value[0]) / float(value[1])
    if isinstance(value, float | int) and value > 0:
        return float(value)
    return None
