"""The log that the software of a Cary writes below its spectra, one part for each spectrum."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_BEGIN = re.compile(r"Collection Time\s*:")
_KNOWN = re.compile(r"\s*(?P<name>[A-Z][\w .()/-]{0,38}?)(?:\s*:\s+|\s{2,})(?P<value>\S.*)")


@dataclass(frozen=True, slots=True)
class Log:
    """What was recorded of one spectrum.

    Attributes:
        label: Name of the spectrum.
        told: Instrument, mode, rate and the like, as written.
    """

    label: str
    told: dict[str, str]


def log_of(lines: Sequence[str]) -> tuple[Log, ...]:
    """Return the logs in the lines below the data, in order; none where this is no Cary's.

    Args:
        lines: Lines below the data that are not blank.

    Example:
        >>> lines = ["A1", "Collection Time: 1/15/2014 4:59:54 PM", "Y Mode            Abs"]
        >>> log_of(lines)[0].told["Y Mode"]
        'Abs'
    """
    begins = [place for place, line in enumerate(lines) if _BEGIN.match(line)]
    if not begins:
        return ()
    ends = [*(begin - 1 for begin in begins[1:]), len(lines)]
    return tuple(
        Log(lines[begin - 1].strip().rstrip(",") if begin else "", _told(lines[begin:end]))
        for begin, end in zip(begins, ends, strict=True)
    )


def _told(lines: Sequence[str]) -> dict[str, str]:
    """Return names and values; what was changed before the scan is joined under one name."""
    told: dict[str, str] = {}
    changed = []
    for line in lines:
        if " Changed:" in line:
            changed.append(re.sub(r"\s+", " ", line).strip(" ,"))
            continue
        found = _KNOWN.fullmatch(line.strip().rstrip(","))
        if found:
            told.setdefault(found["name"].strip(), found["value"].strip())
    if changed:
        told["Changed before the scan"] = "; ".join(changed)
    return told
