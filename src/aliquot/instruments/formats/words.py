"""What the words of headings and labels say of an axis or a quantity, and in which unit."""

import re

from aliquot.instruments.formats.contents import Axis, AxisKind, Quantity, QuantityKind
from aliquot.instruments.formats.headings import Meaning, is_wavelength, meaning_of

_I = re.IGNORECASE
_EXCITATION = re.compile(r"excitation|(?<![A-Za-z])PLE(?![A-Za-z])", _I)
_EMISSION = re.compile(r"emission|fluoresc|luminesc|(?<![A-Za-z])(?:PL|FL)(?![A-Za-z])", _I)
_ABSORPTION = re.compile(r"absor|extinction|uv[\s_-]*vis|transmi", _I)
_LENGTHS = (
    (re.compile(r"µm|μm|\bum\b|micro\s*m|micron", _I), "µm"),
    (re.compile(r"Å|angstr|\\AA", _I), "Å"),
    (re.compile(r"\bnm\b|nano\s*m|\bmillimicron", _I), "nm"),
)
_PER_CM = re.compile(r"cm\s*\^?\s*[-−⁻{(]+\s*[1¹]|1\s*/\s*cm|cm⁻¹|reciprocal\s+cent|\bkayser", _I)
_ENERGIES = (
    (re.compile(r"\bkeV\b"), "keV"),
    (re.compile(r"\bmeV\b"), "meV"),
    (re.compile(r"\beV\b", _I), "eV"),
)
_TIMES = (
    (re.compile(r"\bps\b|picosec", _I), "ps"),
    (re.compile(r"\bns\b|nanosec", _I), "ns"),
    (re.compile(r"\b[µμu]s\b|microsec", _I), "µs"),
    (re.compile(r"\bms\b|msec|millisec", _I), "ms"),
    (re.compile(r"\bmin(?:utes?)?\b", _I), "min"),
    (re.compile(r"\bh(?:ours?)?\b", _I), "h"),
    (re.compile(r"\bs(?:ec(?:onds?)?)?\b", _I), "s"),
)
_TIME = re.compile(
    r"\s*(?:elapsed\s+)?(?:time|zeit|temps|delay|retention\s+time|drift\s+time|t\s*[\[(/])", _I
)
_BARE_TIME = re.compile(r"(?:pico|nano|micro|milli)?sec(?:ond)?s?|minutes?|hours?", _I)
_FREQUENCY = re.compile(r"\b[kMGT]?hz\b|frequency|hertz", _I)
_MASS = re.compile(r"\bm\s*/\s*[ze]\b|mass\s*/\s*charge|\bmass\s*\[?\(?(?:Da|amu|u)\b|^\s*mass\s*$", _I)
_ANGLE = re.compile(r"2\s*-?theta|2θ|\bdegrees?\b|\bdeg\b|\bangle\b", _I)
_SHIFT = re.compile(r"\bppm\b|chemical\s+shift", _I)
_DISTANCE = re.compile(r"^\s*r\s*[\[(/]|\bdistance\b", _I)
_TRANSFER = re.compile(r"^\s*q\s*[\[(/]|scattering vector|momentum transfer", _I)
_TEMPERATURE = re.compile(r"^\s*temperature", _I)


def axis_of(words: str) -> Axis | None:
    """Return the axis that words name, None where they name none.

    Example:
        >>> [axis_of(t).told for t in ("Wavelength (nm)", "1/CM", "Time[ns]", "Photon energy / eV", "M/Z")]
        ['wavelength / nm', 'wavenumber / cm-1', 'time / ns', 'energy / eV', 'm/z']
        >>> axis_of("30 s") is None
        True
    """
    text = words.strip()
    per_cm = bool(_PER_CM.search(text))
    if re.search(r"raman", text, _I):
        return Axis(AxisKind.RAMAN, "nm" if re.search(r"\bnm\b", text) else "cm-1" if per_cm else "", text)
    if per_cm or re.search(r"wave\s*number|wellenzahl|nombre d.onde", text, _I):
        return Axis(AxisKind.WAVENUMBER, "cm-1" if per_cm else "", text)
    if is_wavelength(text) or re.fullmatch(r"\W*(?:micro(?:ns?|met(?:er|re)s?)|[µμ]m)\W*", text, _I):
        return Axis(AxisKind.WAVELENGTH, _unit(text, _LENGTHS), text)
    return _physical(text)


def _physical(text: str) -> Axis | None:
    """Return an axis that is no wavelength and no wavenumber."""
    for pattern, kind, unit in (
        (_MASS, AxisKind.MASS, ""),
        (_TRANSFER, AxisKind.TRANSFER, "Å-1" if re.search(r"Å|AA|ang|\bA\b", text, _I) else ""),
        (_DISTANCE, AxisKind.DISTANCE, _unit(text, _LENGTHS)),
        (_ANGLE, AxisKind.ANGLE, "deg"),
        (_SHIFT, AxisKind.SHIFT, "ppm"),
        (_TEMPERATURE, AxisKind.TEMPERATURE, ""),
        (_FREQUENCY, AxisKind.FREQUENCY, _hertz(text)),
    ):
        if pattern.search(text):
            return Axis(kind, unit, text)
    energy = _unit(text, _ENERGIES)
    if re.search(r"\benergy|energie", text, _I) or re.fullmatch(r"\W*[km]?eV\W*", text, _I):
        return Axis(AxisKind.ENERGY, energy, text)
    if _TIME.match(text) or _BARE_TIME.fullmatch(text):
        return Axis(AxisKind.TIME, _unit(text, _TIMES), text)
    return None


def _hertz(text: str) -> str:
    found = re.search(r"\b([kMGT]?)hz\b", text, _I)
    if not found:
        return "Hz" if re.search("hertz", text, _I) else ""
    return f"{found[1]}Hz"


def _unit(text: str, known: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    return next((unit for pattern, unit in known if pattern.search(text)), "")


_KINDS = (
    (
        re.compile(r"log\w*\s*\(?\s*(?:epsilon|ε)|molar\s+abs|extinction\s+coef|\bepsilon\b", _I),
        QuantityKind.ABSORPTIVITY,
    ),
    (_EXCITATION, QuantityKind.EXCITATION),
    (_EMISSION, QuantityKind.EMISSION),
    (re.compile(r"reflect|kubelka|(?<![A-Za-z])%\s*R\b", _I), QuantityKind.REFLECTION),
    (re.compile(r"^\s*G\s*\(|pair distribution", _I), QuantityKind.CORRELATION),
    (
        re.compile(
            r"\bintensit|\bcounts?\b|\bcps\b|photons?(?![A-Za-z])|abundance|\bions?\b|ampere|arbitrary|\ba\.?u\.?\b|raman",
            _I,
        ),
        QuantityKind.INTENSITY,
    ),
)
_MEANINGS = {
    Meaning.ABSORBANCE: (QuantityKind.ABSORBANCE, "1"),
    Meaning.PERCENT: (QuantityKind.TRANSMISSION, "%"),
    Meaning.SHARE: (QuantityKind.TRANSMISSION, ""),
    Meaning.OTHER: (QuantityKind.INTENSITY, ""),
}
_VALUES = (
    (re.compile(r"\bcounts?\b|photons?(?![A-Za-z])", _I), "counts"),
    (re.compile(r"\bcps\b|counts?\s*/\s*s", _I), "counts s-1"),
    (re.compile(r"pico\s*amp|\bpA\b", _I), "pA"),
    (re.compile(r"nano\s*amp|\bnA\b", _I), "nA"),
    (re.compile(r"\ba\.?u\.?(?![A-Za-z])|\barb", _I), "a.u."),
    (re.compile(r"relative|abundance", _I), "relative"),
    (re.compile(r"%|per\s*cent"), "%"),
)


def quantity_of(words: str) -> Quantity:
    """Return what the values under words are; ``not said`` where the words say nothing.

    Example:
        >>> [quantity_of(t).told for t in ("Abs", "%T", "No_of_photons", "Logarithm epsilon", "30 s")]
        ['absorbance', 'transmission / %', 'intensity / counts', 'molar absorptivity', 'not said']
    """
    text = words.strip()
    meaning = meaning_of(text)
    if meaning in {Meaning.ABSORBANCE, Meaning.PERCENT, Meaning.SHARE} and not _KINDS[0][0].search(text):
        kind, unit = _MEANINGS[meaning]
        return Quantity(kind, unit, text)
    spaced = text.replace("_", " ")
    kind = next((kind for pattern, kind in _KINDS if pattern.search(spaced)), QuantityKind.UNKNOWN)
    if kind is QuantityKind.UNKNOWN:
        return Quantity(kind, "", text)
    return Quantity(kind, _unit(spaced, _VALUES), text)


def kind_told(words: str) -> QuantityKind | None:
    """Return what words say of a spectrum, None where they say nothing or more than one thing.

    Example:
        >>> [str(kind_told(words)) for words in ("Run 9 FL excitation", "PL 5 min", "uv-vis", "30 s")]
        ['excitation', 'emission', 'absorbance', 'None']
    """
    absorbs = bool(_ABSORPTION.search(words)) or meaning_of(words) is Meaning.ABSORBANCE
    excites, emits = bool(_EXCITATION.search(words)), bool(_EMISSION.search(words))
    if absorbs:
        return None if excites or emits else QuantityKind.ABSORBANCE
    if excites:
        return QuantityKind.EXCITATION
    return QuantityKind.EMISSION if emits else None
