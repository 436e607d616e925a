"""Names with values, as headers write them: ``Name: value``, ``Name<tab>value``, ``#Name=value``."""

import re
from collections.abc import Iterable

_NAMED = re.compile(r"\s*#?\s*(?P<name>[^:\t=]{1,60}?)\s*(?:[:=]\t?|\t)\s*(?P<value>.*?)\s*")


def named_of(lines: Iterable[str]) -> dict[str, str]:
    r"""Return the names and values of a header, in order; lines that are neither are left out.

    Args:
        lines: The lines.

    Example:
        >>> named_of(["User: B.", "#Laser (nm)=\t405 ", "XUNITS\tNANOMETERS", "+++++"])
        {'User': 'B.', 'Laser (nm)': '405', 'XUNITS': 'NANOMETERS'}
    """
    told: dict[str, str] = {}
    for line in lines:
        found = _NAMED.fullmatch(line[:4000])
        if found:
            told.setdefault(found["name"], found["value"])
    return told
