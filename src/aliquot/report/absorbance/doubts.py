"""Quality of the spectra by gate, and all other doubts, each once with the aliquots that share it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from aliquot.instruments.absorbance.findings import AliquotFindings
from aliquot.instruments.absorbance.quality.record import Gate
from aliquot.report.absorbance.look import name_of
from aliquot.report.absorbance.tables import spoken_of

_NUMBER = re.compile(r"[-+−]?\d+(?:\.\d+)?")
_LISTED = 6


@dataclass(frozen=True, slots=True)
class Shared:
    """A sentence, and who shares it."""

    who: str
    """Names of aliquots, or ``"all"``."""
    text: str
    """The sentence."""


@dataclass(frozen=True, slots=True)
class GateRow:
    """What one gate says of the series."""

    gate: str
    """What was looked for."""
    sentences: tuple[Shared, ...]
    """What was found; none where it let everything pass."""


def by_gate(aliquots: Sequence[AliquotFindings]) -> tuple[GateRow, ...]:
    """Return what each gate found, those that found nothing last."""
    rows = []
    for gate in Gate:
        pairs = [(name_of(one), str(doubt)) for one in aliquots for doubt in one.examined.about(gate)]
        rows.append(GateRow(str(gate), _shared(pairs, len(aliquots))))
    return tuple(sorted(rows, key=lambda row: not row.sentences))


def left_out(aliquots: Sequence[AliquotFindings]) -> str:
    """Return how many points were left out, in a sentence."""
    masked = [(one, np.count_nonzero(~one.examined.mask)) for one in aliquots]
    points = sum(one.signal.values.size for one in aliquots)
    total = int(sum(count for _, count in masked))
    if total == 0:
        spectra = "the spectrum" if len(aliquots) == 1 else f"{len(aliquots)} spectra"
        return f"All {points} points of {spectra} are trusted."
    touched = sum(count > 0 for _, count in masked)
    return (
        f"{total} of {points} points were left out, in {touched} of {len(aliquots)} spectra; the values "
        "themselves were not altered."
    )


def doubts(aliquots: Sequence[AliquotFindings]) -> tuple[Shared, ...]:
    """Return every doubt about an aliquot that no gate raised."""
    pairs = [
        (name_of(one), spoken_of(one, flag))
        for one in aliquots
        for flag in one.flags
        if flag not in one.examined.flags
    ]
    return _shared(pairs, len(aliquots))


def _shared(pairs: Iterable[tuple[str, str]], everyone: int) -> tuple[Shared, ...]:
    """Return each sentence once, with all who share it; of those that differ in numbers alone, the first.

    A series of twenty aliquots would else fill a page with one doubt.
    """
    who: dict[str, list[str]] = {}
    text_of: dict[str, dict[str, None]] = {}
    for name, text in pairs:
        pattern = _NUMBER.sub("#", text)
        who.setdefault(pattern, []).append(name)
        text_of.setdefault(pattern, {})[text] = None
    return tuple(
        Shared(_names(names, everyone), _first(list(text_of[pattern]))) for pattern, names in who.items()
    )


def _first(texts: Sequence[str]) -> str:
    """Return a sentence that stands for others like it."""
    others = len(texts) - 1
    return texts[0] if not others else f"{texts[0]} (The first of {len(texts)} that differ in their numbers.)"


def _names(names: Sequence[str], everyone: int) -> str:
    """Return names as a list that a line holds.

    Example:
        >>> _names(["30 s", "60 s"], 2), _names(["30 s"], 1), _names([f"{k} s" for k in range(9)], 20)
        ('all', '30 s', '0 s, 1 s, 2 s, 3 s and 5 more')
    """
    own = list(dict.fromkeys(names))
    if len(own) == everyone > 1:
        return "all"
    return ", ".join(own) if len(own) <= _LISTED else f"{', '.join(own[:4])} and {len(own) - 4} more"
