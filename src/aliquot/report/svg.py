"""One drawing as inline SVG: the same letters on every machine, and no colour but inks.

matplotlib is loaded with the first drawing, never before. Its output is made fit to stand in a page: text
stays text, names of parts are unique in the page, colours refer to inks, and nothing tells when or where it
was drawn.
"""

import re
from collections.abc import Callable, Iterable
from io import StringIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from aliquot.report.style import INK, PALETTE, QUIET, RULE, SANS, Ink, themed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SVG = "http://www.w3.org/2000/svg"
_HREF = "{http://www.w3.org/1999/xlink}href"
_STYLE = {
    "axes.edgecolor": QUIET.light,
    "axes.facecolor": "none",
    "axes.labelcolor": INK.light,
    "axes.labelsize": 11.0,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11.5,
    "axes.unicode_minus": True,
    "figure.constrained_layout.use": True,
    "figure.dpi": 72.0,  # one point is one unit of the drawing
    "figure.facecolor": "none",
    "font.family": "DejaVu Sans",  # comes with matplotlib, so that all machines measure text alike
    "font.size": 10.5,
    "grid.color": RULE.light,
    "grid.linewidth": 0.7,
    "legend.fontsize": 10.0,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "legend.labelcolor": INK.light,
    "lines.solid_capstyle": "round",
    "svg.fonttype": "none",
    "svg.hashsalt": "aliquot",
    "text.parse_math": False,
    "text.color": INK.light,
    "xtick.color": QUIET.light,
    "xtick.labelcolor": INK.light,
    "ytick.color": QUIET.light,
    "ytick.labelcolor": INK.light,
}


def svg_of(
    name: str,
    title: str,
    size: tuple[float, float],
    draw: Callable[["Figure"], None],
    inks: Iterable[Ink] = (),
) -> str:
    """Return a drawing as an inline SVG element.

    Args:
        name: Name of the drawing, unique in its page: letters, digits and dashes.
        title: What it shows, read aloud to those who do not see it.
        size: Width and height [px].
        draw: Draws on the figure it is given, with the light colours of inks.
        inks: Inks beyond the palette that it draws with.

    Example:
        >>> svg_of("dot", "A dot", (90, 60), lambda figure: None).startswith("<svg ")
        True
    """
    # Loaded here, so that nobody who draws nothing waits for matplotlib.
    from matplotlib import style  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with style.context(["default", _STYLE]), StringIO() as file:  # whatever a reader has set
        figure = Figure(figsize=(size[0] / 72.0, size[1] / 72.0))
        draw(figure)
        figure.savefig(
            file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
        drawn = file.getvalue()
    return themed(_inline(drawn, name, title), (*PALETTE, *inks))


def _inline(drawn: str, name: str, title: str) -> str:
    """Return a drawing of matplotlib as an element that can stand in a page among others."""
    root = ET.fromstring(re.sub(r"<!DOCTYPE[^>]*>", "", drawn))  # noqa: S314  our own drawing
    _own_names(root, name)
    box = root.attrib["viewBox"]
    root.attrib.clear()
    root.attrib.update({"class": "figure", "role": "img", "viewBox": box, "aria-labelledby": f"{name}-title"})
    for child in list(root):
        if child.tag == f"{{{_SVG}}}metadata":
            root.remove(child)
    told = ET.Element(f"{{{_SVG}}}title", {"id": f"{name}-title"})
    told.text = title
    root.insert(0, told)
    ET.register_namespace("", _SVG)
    plain = ET.tostring(root, encoding="unicode")
    return plain.replace("font-family: 'DejaVu Sans'", f"font-family: {SANS}")


def _own_names(root: ET.Element, name: str) -> None:
    """Drop names that nothing refers to, and put the name of the drawing before those that remain."""
    for element in root.iter():
        link = element.attrib.pop(_HREF, None)
        if link is not None:
            element.attrib["href"] = f"#{name}-{link.removeprefix('#')}"
        if "d" in element.attrib:  # a hundredth of a pixel is seen by nobody, and pages are half as long
            element.attrib["d"] = re.sub(r"(\.\d{2})\d+", r"\1", element.attrib["d"])
        for key, value in element.attrib.items():
            element.attrib[key] = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", value)
    used = set(re.findall(rf"#({re.escape(name)}-[\w.-]+)", ET.tostring(root, encoding="unicode")))
    for element in root.iter():
        own = element.attrib.pop("id", None)
        if own is not None and f"{name}-{own}" in used:
            element.attrib["id"] = f"{name}-{own}"
