"""What the heading of a column tells: a wavelength, the time of an aliquot, what the values are."""

import re
from enum import StrEnum
from itertools import pairwise

_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_UNITS = {
    "s": r"s|sec|secs|seconds?",
    "min": r"min|mins|minutes?",
    "h": r"h|hr|hrs|hours?",
    "d": r"days?",
}
_TIME = re.compile(
    r"(?<![\w.,+-])(?P<number>\d{1,7}(?:[.,]\d{1,6})?)\s*[\[(]?(?:"
    + "|".join(f"(?P<{unit}>{spelling})" for unit, spelling in _UNITS.items())
    + r")(?![^\W_])",
    re.ASCII,
)
_JOIN = re.compile(r"[\])\s,]*(?:and\s+)?")
_WAVELENGTH = re.compile(
    r"wave\s*length|wellenl|longueur|longitud de onda|lambda|λ|\bwl\b|\bnm\b|nanomet", re.IGNORECASE
)
_UNNAMED = re.compile(r"|x|xydata|#\s*x", re.IGNORECASE)
_PERCENT = re.compile(
    r"%\s*T\b|\bT\s*[\[(]?%|%\s*trans|trans\w*\s*[\[(]?\s*(?:%|percent)|percent\s+trans", re.IGNORECASE
)
_SHARE = re.compile(r"\btransmi(?:ttance|ssion)\b|\btransmissionsgrad\b", re.IGNORECASE)
_ABSORBANCE = re.compile(r"\babs(?:orb\w*)?\b|\bA\.?U\.?\b|\bO\.?D\.?\b|extin[ck]tion", re.IGNORECASE)
_OTHER = re.compile(
    r"\bintensity\b|\bcounts?\b|\bcps\b|emission|fluoresc|\bPL\b|excitation|reflect", re.IGNORECASE
)


class Meaning(StrEnum):
    """What the values under a heading are."""

    ABSORBANCE = "absorbance"
    PERCENT = "per cent transmission"
    SHARE = "transmission as a share of one"
    OTHER = "another quantity"
    UNKNOWN = "not said"


def time_of(heading: str) -> float | None:
    """Return the time in a heading [s], None if there is none, or more than one.

    Parts of one time that follow each other are added. A bare ``m`` is no unit: metre or minute?

    Args:
        heading: Heading of a column, or a label.

    Example:
        >>> [time_of(t) for t in ("90 s ", "t = 5 min", "1 h 30 min", "30 s reaction_overnight", "blank 2")]
        [90.0, 300.0, 5400.0, 30.0, None]
    """
    parts = list(_TIME.finditer(heading))
    units = [next(unit for unit in _UNITS if part[unit]) for part in parts]
    ranks = [_SECONDS[unit] for unit in units]
    falling = all(a > b for a, b in pairwise(ranks))
    joined = all(_JOIN.fullmatch(heading[a.end() : b.start()]) for a, b in pairwise(parts))
    if not (parts and falling and joined):
        return None
    return sum(
        float(part["number"].replace(",", ".")) * rank for part, rank in zip(parts, ranks, strict=True)
    )


def is_wavelength(heading: str) -> bool:
    """Tell whether a heading names a wavelength, as in ``Wavelength (nm)``, ``nm`` or ``λ``."""
    return bool(_WAVELENGTH.search(heading))


def is_unnamed(heading: str) -> bool:
    """Tell whether a heading says nothing about its column, as an empty cell or ``X`` do."""
    return bool(_UNNAMED.fullmatch(heading.strip()))


def meaning_of(heading: str) -> Meaning:
    """Return what the values under a heading are, by its words alone.

    Example:
        >>> [str(meaning_of(t)) for t in ("%T", "Abs", "Intensity (a.u.)", "30 s")]
        ['per cent transmission', 'absorbance', 'another quantity', 'not said']
    """
    for pattern, meaning in (
        (_PERCENT, Meaning.PERCENT),
        (_OTHER, Meaning.OTHER),
        (_SHARE, Meaning.SHARE),
        (_ABSORBANCE, Meaning.ABSORBANCE),
    ):
        if pattern.search(heading):
            return meaning
    return Meaning.UNKNOWN
