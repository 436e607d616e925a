"""How everything looks: inks for light and dark, the colour of light, markers by role. Used everywhere.

An ink has a name, and one colour for light and one for dark. Figures are drawn with the light colour and
then refer to the ink by its name (:func:`themed`), so that one drawing reads well on either ground. Hues of
the roles follow Okabe and Ito, which stay apart for colour-blind eyes; no meaning rests on colour alone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.knowledge.records import Role


@dataclass(frozen=True, slots=True)
class Ink:
    """A colour with a name, in its two forms.

    Example:
        >>> Ink("sky", "#0067a5", "#62b8f0").css
        'var(--sky, #0067a5)'
    """

    name: str
    """Name of the custom property, without its dashes."""
    light: str
    """On a light ground, and the sentinel that figures are drawn with."""
    dark: str
    """On a dark ground."""

    @property
    def css(self) -> str:
        """How a style sheet or a figure asks for it; a figure taken out of its page falls back to light."""
        return f"var(--{self.name}, {self.light})"


PAPER = Ink("paper", "#fdfcf9", "#171614")
INK = Ink("ink", "#1f1d1a", "#ece9e2")
QUIET = Ink("quiet", "#67635c", "#a8a399")
RULE = Ink("rule", "#d9d5cb", "#3d3a35")
PANEL = Ink("panel", "#f4f1ea", "#211f1c")
CALIBRATED = Ink("calibrated", "#0067a5", "#62b8f0")
PREDICTED = Ink("predicted", "#b34a06", "#f3a55c")
MISSED = Ink("missed", "#a0185a", "#ff8fbd")

PALETTE = (PAPER, INK, QUIET, RULE, PANEL, CALIBRATED, PREDICTED, MISSED)
"""All inks but those of wavelengths."""

SANS = "var(--sans, 'Helvetica Neue', Arial, sans-serif)"
"""Letters of figures: those of the page, or what the reader's system has."""


def role_ink(role: Role | None) -> Ink:
    """Return the ink of what was calibrated, of what is predicted, of what nothing printed speaks of."""
    return {Role.CALIBRATION: CALIBRATED, Role.PREDICTION: PREDICTED}.get(role, QUIET) if role else QUIET


_BRIGHTEST, _DARKEST = 0.24, 0.17  # relative luminance: at least 3.5 : 1 against either ground
_GLARE = 0.50  # luminance above which a line glows on a dark ground
_HUES = (410.0, 640.0)
_VISIBLE = (400.0, 700.0)
_GREY = (350.0, 900.0)
_GREYS = (0.16, 0.30)  # luminance of the grey on a light and on a dark ground
_VIOLET = 0.25  # a breath of violet stays in the grey below 400 nm


def wavelength_ink(nm: float) -> Ink:
    """Return the ink of light of a wavelength [nm], rounded to whole nanometres.

    Example:
        >>> wavelength_ink(534.12).name
        'nm-534'
    """
    whole = round(nm)
    return Ink(f"nm-{whole}", spectrum_colour(whole), spectrum_colour(whole, dark=True))


def spectrum_colour(nm: float, *, dark: bool = False) -> str:
    """Return the colour that the eye sees at a wavelength, as ``#rrggbb``.

    Chromaticity of monochromatic light, brought into the gamut of a screen; its brightness is bounded, so
    that yellow still reads on white and violet on black. Beyond 700 nm dark red fades to grey, which it is at
    900 nm, and below 400 nm violet does, down to 350 nm: there the eye sees nothing.

    Args:
        nm: Wavelength [nm].
        dark: Whether it stands on a dark ground.

    Returns:
        The colour in sRGB.

    Source:
        Fit of the CIE 1931 colour matching functions by C. Wyman, P.-P. Sloan and P. Shirley, J. Comput.
        Graph. Tech. 2 (2013) 1; IEC 61966-2-1 for sRGB.

    Example:
        >>> spectrum_colour(460.0), spectrum_colour(534.0), spectrum_colour(900.0)
        ('#1c00ff', '#009c22', '#6f6f6f')
    """
    seen = min(max(nm, _HUES[0]), _HUES[1])  # outside, hue stays and only brightness changes
    linear = _in_gamut(_XYZ_TO_RGB @ _matching(seen))
    linear = _bounded(linear, float(np.interp(nm, [640.0, 700.0], [1.0, 0.33])), dark=dark)
    grey = 1.0 - _VIOLET if nm < _VISIBLE[0] else 1.0
    fade = float(np.interp(nm, [_GREY[0], _VISIBLE[0], _VISIBLE[1], _GREY[1]], [grey, 0.0, 0.0, grey]))
    encoded = _encode((1.0 - fade) * linear + fade * np.full(3, _GREYS[dark]))
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in encoded)


_XYZ_TO_RGB = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def _matching(nm: float) -> Float[np.ndarray, " 3"]:
    """Return x, y, z of the standard observer, from lobes of unequal widths [nm]."""

    def lobe(peak: float, below: float, above: float) -> float:
        return float(np.exp(-0.5 * ((nm - peak) / (below if nm < peak else above)) ** 2))

    x = 1.056 * lobe(599.8, 37.9, 31.0) + 0.362 * lobe(442.0, 16.0, 26.7) - 0.065 * lobe(501.1, 20.4, 26.2)
    y = 0.821 * lobe(568.8, 46.9, 40.5) + 0.286 * lobe(530.9, 16.3, 31.1)
    z = 1.217 * lobe(437.0, 11.8, 36.0) + 0.681 * lobe(459.0, 26.0, 13.8)
    return np.array([x, y, z])


def _in_gamut(linear: Float[np.ndarray, " 3"]) -> Float[np.ndarray, " 3"]:
    """Return the nearest hue that a screen can show, at full brightness.

    What is negative lies outside the gamut. Cut off, all greens become one; lifted by white, reds turn pink:
    a third of the way keeps both apart.
    """
    shown = np.clip(linear - 0.3 * min(0.0, float(linear.min())), 0.0, None)
    return np.asarray(shown / shown.max())


def _bounded(linear: Float[np.ndarray, " 3"], dim: float, *, dark: bool) -> Float[np.ndarray, " 3"]:
    """Return the colour, dimmed, as bright as its ground allows and no brighter, or no darker."""
    luminance = float(_LUMINANCE @ linear)
    if dark:
        dimmed = linear * min(max(dim, _DARKEST / luminance), _GLARE / luminance, 1.0)
        below = max(0.0, _DARKEST - float(_LUMINANCE @ dimmed))
        return np.asarray(dimmed + below / (1.0 - luminance) * (1.0 - dimmed))
    return np.asarray(linear * dim * min(1.0, _BRIGHTEST / (luminance * dim)))


def _encode(linear: Float[np.ndarray, " 3"]) -> Float[np.ndarray, " 3"]:
    """Return sRGB values between 0 and 1."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0.0) ** (1 / 2.4) - 0.055)


def themed(svg: str, inks: Iterable[Ink]) -> str:
    """Return a drawing in which each light colour has become a reference to its ink.

    Example:
        >>> themed('<path style="fill: #1f1d1a"/>', [INK])
        '<path style="fill: var(--ink, #1f1d1a)"/>'
    """
    by_colour = {ink.light: ink.css for ink in inks}
    return re.sub(r"#[0-9a-f]{6}", lambda found: by_colour.get(found.group(), found.group()), svg)


def custom_properties(text: str, *, dark: bool) -> str:
    """Return the declarations of all inks of the palette, and of the wavelengths that a text asks for.

    Example:
        >>> custom_properties("stroke: var(--nm-534, #009c22)", dark=False).splitlines()[-1]
        '--nm-534: #009c22;'
    """
    wavelengths = sorted({int(nm) for nm in re.findall(r"var\(--nm-(\d+)", text)})
    inks = (*PALETTE, *(wavelength_ink(nm) for nm in wavelengths))
    return "\n".join(f"--{ink.name}: {ink.dark if dark else ink.light};" for ink in inks)
