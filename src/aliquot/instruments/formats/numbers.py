"""Numbers as instruments write them: with a point, or with a comma where that does not part the cells."""

import math
import re

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?", re.ASCII)


def number(cell: str, decimal_comma: bool = False) -> float | None:
    """Return the number in a cell, None if there is none.

    Stricter than ``float``: no ``nan``, ``inf`` or ``1_000``, which in a spectrum are faults and no values.

    Args:
        cell: Text of one cell.
        decimal_comma: Whether a comma may stand for the decimal point.

    Example:
        >>> number(" 0.25 "), number("0,25", decimal_comma=True), number("nan")
        (0.25, 0.25, None)
    """
    text = cell.strip()
    if decimal_comma and "." not in text:
        text = text.replace(",", ".", 1)
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None
