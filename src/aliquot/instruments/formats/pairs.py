"""Two columns of numbers, each line read or refused with its number."""

import re
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, Where
from aliquot.instruments.formats.contents import bounded
from aliquot.instruments.formats.numbers import number


def pairs_of(lines: Sequence[str], where: Where) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    r"""Return both columns of numbers, shape (n,); blank lines are passed over.

    Args:
        lines: Lines of two numbers, parted by tab, semicolon, comma or blanks; a decimal comma is understood
            where something else parts them.
        where: The file, and the line before the first.

    Raises:
        FormatError: If a line is no pair of numbers, or there is none.

    Example:
        >>> pairs_of(["339,95\t0,5", "340,32\t166"], Where("a.txt", 14))
        (array([339.95, 340.32]), array([  0.5, 166. ]))
    """
    bounded(len(lines), 1, where)
    found = []
    mark = mark_of(next((line.strip() for line in lines if line.strip()), ""))
    for count, line in enumerate(lines):
        if not line.strip():
            continue
        pair = [number(part, decimal_comma=mark != ",") for part in line.strip().split(mark)]
        if len(pair) != 2 or None in pair:
            raise FormatError(
                given=f"the line '{line.strip()[:60]}'",
                expected="two numbers",
                why="a spectrum has one value at each place",
                remedy="Export the spectrum again, or remove what is no data.",
                where=replace(where, line=(where.line or 1) + count),
            )
        found.append(pair)
    if not found:
        raise FormatError(
            given="no pair of numbers where the data should begin",
            expected="lines of two numbers",
            why="the file may be truncated",
            remedy="Export the spectrum again.",
            where=where,
        )
    x, y = np.array(found, dtype=float).T
    return x, y


def mark_of(line: str) -> str | None:
    """Return what parts the two numbers of a line, None for blanks.

    Example:
        >>> [mark_of(line) for line in ("400;0,1", "400,0.1", "0.003 ,  7", "400,5 0,1")]
        [';', ',', ',', None]
    """
    if "\t" in line or ";" in line:
        return "\t" if "\t" in line else ";"
    return "," if re.search(r",\s", line) or (line.count(",") == 1 and " " not in line) else None


def bare_pairs(text: str) -> Float[np.ndarray, "n 2"] | None:
    """Return the numbers of a text of nothing but two columns, fast; None where it is anything else.

    Args:
        text: The text.

    Example:
        >>> bare_pairs("400,0.1" + chr(10) + "401,0.2")
        array([[4.00e+02, 1.00e-01],
               [4.01e+02, 2.00e-01]])
        >>> bare_pairs("nm,Abs" + chr(10) + "401,0.2") is None
        True
    """
    body = text.strip()
    mark = mark_of(body.partition("\n")[0].strip())
    if re.search(r"[^\d\s.,;eE+-]", body) or re.search(r"\n\s*\n", body):
        return None
    if mark != "," and "," in body:
        body = body.replace(",", ".")
    try:
        numbers = np.loadtxt(StringIO(body), delimiter=mark, comments=None, ndmin=2)
    except ValueError:
        return None
    return numbers if numbers.shape[1] == 2 and np.isfinite(numbers).all() else None
