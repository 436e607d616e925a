"""A vial as papers photograph it, by daylight and under a lamp of 365 nm, drawn from its spectra.

Daylight is D65 through the liquid, one centimetre of it. Under the lamp the liquid shows its emission, as
bright as it absorbs at 365 nm and as its yield is; where nothing visible is emitted it stays dark.
"""

from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, Where
from aliquot.instruments.emission.colour import Chromaticity, observer, srgb
from aliquot.instruments.signal import Signal
from aliquot.report.style import INK, PANEL, QUIET, RULE, SANS

LAMP_NM = 365.0
"""Wavelength of the lamp [nm]."""

FULL = 0.3
"""Yield times absorptance that is drawn at full brightness [1]: the exposure of the drawing."""

_PATH_MM = 10.0
_DARK = "#0d0b12"
_NEAR_NM = 60.0  # so far from the lamp an absorbance may begin and still tell what is absorbed of it, or more


@dataclass(frozen=True, slots=True)
class Vial:
    """What a vial looks like.

    Example:
        >>> Vial("#ffe9a0", "#00ff40", "yellow liquid", ()).daylight
        '#ffe9a0'
    """

    daylight: str | None
    """Colour by daylight, None where no absorbance is known."""
    lamp: str
    """Colour under the lamp."""
    told: str
    """Both in words, for those who do not see them."""
    flags: tuple[str, ...]
    """What had to be assumed."""


def vial_of(
    absorbance: Signal | None,
    emission: Chromaticity | None,
    *,
    quantum_yield: float | None = None,
    dilution: float = 1.0,
) -> Vial:
    """Return what a vial of one centimetre looks like.

    Args:
        absorbance: Absorbance of the liquid; its own path and dilution are taken out.
        emission: Colour of its emission, None where nothing visible is emitted.
        quantum_yield: Its quantum yield [1], None where not known.
        dilution: How far the liquid of the aliquot is diluted in the vial [1].

    Raises:
        InputError: If the dilution is below 1.

    Example:
        >>> from aliquot.instruments.signal import SignalKind
        >>> nm = np.arange(350.0, 701.0)
        >>> edge = Signal(SignalKind.ABSORBANCE, nm, 1.5 / (1.0 + np.exp((nm - 500.0) / 15.0)), "dots")
        >>> vial_of(edge, Chromaticity(0.2, 0.7, 1.0), quantum_yield=0.4).daylight
        '#ffde00'
    """
    if not dilution >= 1.0:
        raise InputError(
            given=f"a dilution of {dilution:g}",
            expected="at least 1",
            why="diluting a liquid makes it no stronger",
            remedy="Give the volume in the vial over that of the aliquot.",
            where=Where(key="dilution"),
        )
    flags: list[str] = []
    daylight, share = None, 1.0
    if absorbance is None:
        flags.append(
            "No absorbance is known: the vial by daylight is not drawn, and all of the lamp is taken up."
        )
    else:
        strength = _strength(absorbance, dilution)
        daylight = _through(absorbance, strength)
        share = _absorbed(absorbance, strength, flags)
    if quantum_yield is None and emission is not None:
        flags.append("The yield is not known: the glow is drawn as bright as a good one.")
    bright = min(1.0, share * (FULL if quantum_yield is None else quantum_yield) / FULL)
    lamp = _DARK if emission is None else _glow(emission, bright)
    return Vial(daylight, lamp, _told(daylight, emission, bright), tuple(flags))


def _strength(absorbance: Signal, dilution: float) -> float:
    """Return by what the absorbance as measured is multiplied in the vial [1]."""
    path = _PATH_MM if absorbance.path_mm is None else absorbance.path_mm
    own = 1.0 if absorbance.dilution is None else absorbance.dilution
    return _PATH_MM / path * own / dilution


def _through(absorbance: Signal, strength: float) -> str:
    """Return the colour of daylight behind the liquid."""
    eye = observer()
    # Beyond its ends a spectrum is taken to go on as it ends: more in the blue would hardly change the colour
    seen = strength * np.maximum(np.interp(eye.wavelengths, absorbance.wavelengths, absorbance.values), 0.0)
    light: Float[np.ndarray, " n"] = eye.daylight
    white = float(light @ eye.matching[:, 1])
    return srgb(np.asarray((light * 10.0**-seen) @ eye.matching) / white, 1.0)


def _absorbed(absorbance: Signal, strength: float, flags: list[str]) -> float:
    """Return the share of the lamp that the liquid absorbs [1]."""
    first = float(absorbance.wavelengths[0])
    if first > LAMP_NM:
        flags.append(f"The absorbance begins at {first:.0f} nm: at the lamp it is taken to be as there.")
    if first > LAMP_NM + _NEAR_NM:
        flags.append("That is far from the lamp: how much is absorbed there is a guess from below.")
    at_lamp = float(np.interp(LAMP_NM, absorbance.wavelengths, absorbance.values))
    return float(1.0 - 10.0 ** -(strength * max(at_lamp, 0.0)))


def _glow(emission: Chromaticity, bright: float) -> str:
    """Return the colour of an emission, from dark to full brightness."""
    xyz = np.array([emission.x, emission.y, 1.0 - emission.x - emission.y]) / emission.y
    full = srgb(xyz)
    linear = [(int(full[i : i + 2], 16) / 255.0) for i in (1, 3, 5)]
    dark = [(int(_DARK[i : i + 2], 16) / 255.0) for i in (1, 3, 5)]
    weight = bright ** (1.0 / 2.4)  # a screen is told the root of the light
    mixed = [weight * a + (1.0 - weight) * b for a, b in zip(linear, dark, strict=True)]
    return "#" + "".join(f"{round(255 * part):02x}" for part in mixed)


def _told(daylight: str | None, emission: Chromaticity | None, bright: float) -> str:
    """Return a vial in words."""
    by_day = "" if daylight is None else f"By daylight the liquid is {word_of(daylight)}. "
    if emission is None:
        return f"{by_day}Under a lamp of {LAMP_NM:g} nm it is dark: no visible light is emitted."
    how = "brightly" if bright > 0.5 else "faintly" if bright > 0.02 else "hardly at all"
    return f"{by_day}Under a lamp of {LAMP_NM:g} nm it glows {word_of(emission.srgb)}, {how}."


def word_of(colour: str) -> str:
    """Return the name of a colour, as plain as a child would say it.

    Example:
        >>> [word_of(colour) for colour in ("#ff2000", "#ffe080", "#00ff40", "#0040ff", "#fefefe", "#201000")]
        ['red', 'pale yellow', 'green', 'blue', 'colourless', 'nearly black']
    """
    red, green, blue = (int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5))
    high, low = max(red, green, blue), min(red, green, blue)
    if high < 0.2:
        return "nearly black"
    if high - low < 0.08 * high:
        return "colourless" if high > 0.85 else "grey"
    hue = _hue(red, green, blue)
    names = (
        (20, "red"),
        (42, "orange"),
        (70, "yellow"),
        (85, "yellow-green"),
        (160, "green"),
        (200, "cyan"),
        (265, "blue"),
    )
    name = next(
        (name for end, name in names if hue < end), "violet" if hue < 320 else "pink" if hue < 345 else "red"
    )
    if high < 0.6 and name in {"orange", "red", "yellow"}:
        name = "brown"
    return f"pale {name}" if (high - low) / high < 0.55 else name


def _hue(red: float, green: float, blue: float) -> float:
    """Return the hue of a colour [degrees]."""
    high, low = max(red, green, blue), min(red, green, blue)
    span = high - low
    if high == red:
        return float((60.0 * (green - blue) / span) % 360.0)
    if high == green:
        return float(60.0 * (blue - red) / span + 120.0)
    return float(60.0 * (red - green) / span + 240.0)


def vials_svg(name: str, vials: list[tuple[str, Vial]]) -> str:
    """Return a row of vials as an inline SVG: each by daylight above, under the lamp below.

    Args:
        name: Name of the drawing, unique in its page: letters, digits and dashes.
        vials: Label and look of each.

    Example:
        >>> vials_svg("v", [("A", Vial(None, "#00ff40", "It glows green.", ()))]).startswith("<svg ")
        True
    """
    step, left = 96.0, 92.0
    across = step * len(vials) + 8.0
    told = escape(" ".join(f"{label}: {vial.told}" for label, vial in vials))
    letters = escape(SANS, {'"': "&quot;"})
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="figure" role="img" font-family="{letters}" ',
        f'viewBox="0 0 {left + across + 2:g} 330" style="max-width: {left + across + 2:g}px" ',
        f'aria-labelledby="{name}-title"><title id="{name}-title">',
        f"Vials by daylight and under a lamp of {LAMP_NM:g} nm. {told}</title>",
        _ground(left - 6.0, 4.0, across, PANEL.css),
        _ground(left - 6.0, 156.0, across, _DARK),
        _text(0.0, 82.0, "daylight", "start"),
        _text(0.0, 234.0, f"{LAMP_NM:g} nm", "start"),
    ]
    for i, (label, vial) in enumerate(vials):
        middle = left + step * (i + 0.5)
        parts += [
            _vial(middle, 12.0, vial.daylight, glows=False),
            _vial(middle, 164.0, vial.lamp, glows=vial.lamp != _DARK),
            _text(middle, 320.0, escape(label), "middle"),
        ]
    return "".join([*parts, "</svg>"])


def _ground(x: float, y: float, width: float, fill: str) -> str:
    return _box(x, y, width, 146.0, f'rx="4" fill="{fill}" stroke="{RULE.css}"')


def _box(x: float, y: float, width: float, height: float, more: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" {more}/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" font-size="12.5" text-anchor="{anchor}" fill="{INK.css}">{text}</text>'


def _vial(middle: float, top: float, colour: str | None, *, glows: bool) -> str:
    """Return one vial: cap, glass, liquid; light of its own where it glows."""
    left = middle - 22.0
    glass = QUIET.css if not glows else "#8a879a"
    liquid = "none" if colour is None else colour
    parts = [
        _box(left - 5.0, top + 40.0, 54.0, 84.0, f'rx="12" fill="{liquid}" opacity="0.22"') if glows else "",
        _box(left + 2.0, top + 46.0, 40.0, 74.0, f'rx="5" fill="{liquid}"'),
        f'<path d="M{left:g} {top + 22:g} v92 q0 8 8 8 h28 q8 0 8 -8 v-92" fill="none" ',
        f'stroke="{glass}" stroke-width="1.4"/>',
        _box(left + 1.0, top + 2.0, 42.0, 20.0, 'rx="3" fill="#55525e"'),
        _box(left + 6.0, top + 52.0, 4.0, 56.0, 'rx="2" fill="#ffffff" opacity="0.28"'),
        _text(middle, top + 84.0, "–", "middle") if colour is None else "",
    ]
    return "".join(parts)
