"""Numbers of JCAMP-DX, plain and compressed: AFFN, PAC, SQZ, DIF, DUP.

SQZ   @ABCDEFGHI abcdefghi      first digit and sign of a value
DIF   %JKLMNOPQR jklmnopqr      first digit and sign of a difference to the value before
DUP   STUVWXYZs                 how often the last value, or the last difference, stands in all

Where a line ends with a difference, the next begins with its last value once more, as a check.

Source: McDonald & Wilks, Appl. Spectrosc. 42, 151 (1988); the decoded values of the official test files.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from aliquot.errors import FormatError, Where
from aliquot.instruments.formats.contents import MOST_POINTS

_SQZ = {
    **{c: f"{i}" for i, c in enumerate("@ABCDEFGHI")},
    **{c: f"-{i}" for i, c in enumerate("abcdefghi", 1)},
}
_DIF = {
    **{c: f"{i}" for i, c in enumerate("%JKLMNOPQR")},
    **{c: f"-{i}" for i, c in enumerate("jklmnopqr", 1)},
}
_DUP = {c: f"{i}" for i, c in enumerate("STUVWXYZs", 1)}

_PLAIN = re.compile(r"(?P<plain>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)|(?P<gap>\?)|(?P<part>[\s,;]+)")
_PACKED = re.compile(
    r"(?P<plain>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]\d{1,3})?)"
    r"|(?P<code>[@A-Ia-i%J-Rj-rS-Zs])(?P<rest>\d*\.?\d*)|(?P<gap>\?)|(?P<part>[\s,;]+)"
)
_LETTERS = re.compile(r"[@A-DF-Za-df-z%]")
_EXPONENT = re.compile(r"[Ee]")
_AFFN = r"[+-]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d{1,3})?+"
_PLAIN_LINE = re.compile(rf"\s*+{_AFFN}(?:(?:[\s,;]++|(?=[+-])){_AFFN})++[\s,;]*+")


Place = Callable[[int], Where]
"""Makes the place of an error from the number of a line."""


@dataclass(slots=True)
class Decoded:
    """What a table of numbers holds.

    Attributes:
        values: Ordinates, None where the file has a question mark.
        starts: For each line its first abscissa, the place of its first value, and the line in the file.
        unmet: Checks of values that failed: line, expected, found.
    """

    values: list[float | None] = field(default_factory=list)
    starts: list[tuple[float, int, int]] = field(default_factory=list)
    unmet: list[tuple[int, float, float]] = field(default_factory=list)


def is_packed(lines: Sequence[str]) -> bool:
    """Tell compressed numbers from plain ones: letters other than the E of an exponent.

    Example:
        >>> is_packed(["0 1.5e3 2"]), is_packed(["4@VKT%TL"]), is_packed(["0E5E5"])
        (False, True, True)
    """
    # An E alone may be either: as an exponent it leaves an abscissa and an ordinate at least.
    return any(
        _LETTERS.search(line) or (_EXPONENT.search(line) and not _PLAIN_LINE.fullmatch(line))
        for line in lines
    )


def decoded(lines: Sequence[str], first_line: int, most: int, where: Place) -> Decoded:
    """Read lines of an abscissa and its ordinates.

    Args:
        lines: The lines, comments taken away.
        first_line: Number of the first in the file.
        most: Most values that are believed.
        where: Makes the place of an error from a line.

    Raises:
        FormatError: If a line holds anything else, or there are too many values.

    Example:
        >>> from aliquot.errors import Where
        >>> decoded(["4@VKT%TLkj", "16A3"], 1, 100, lambda line: Where("a.jdx", line)).values[:8]
        [0.0, 0.0, 0.0, 0.0, 2.0, 4.0, 4.0, 4.0]
    """
    chain = _Chain(Decoded(), most, where)
    pattern = _PACKED if is_packed(lines) else _PLAIN
    for count, line in enumerate(lines, first_line):
        if line.strip():
            chain.take(_tokens(line, pattern, where, count), count)
    return chain.end()


def _tokens(line: str, pattern: re.Pattern[str], where: Place, count: int) -> Iterator[tuple[str, str]]:
    """Yield the kind and the text of each number of a line: plain, sqz, dif, dup or gap."""
    end = 0
    for token in pattern.finditer(line):
        if token.start() != end:
            break
        end = token.end()
        kind = token.lastgroup
        if kind == "part":
            continue
        if kind in {"plain", "gap"}:
            yield kind, token[0]
            continue
        code, rest = token["code"], token["rest"]
        if code in _SQZ:
            yield "sqz", _SQZ[code] + rest
        elif code in _DIF:
            yield "dif", _DIF[code] + rest
        else:
            yield "dup", _DUP[code] + rest
    if end != len(line):
        raise FormatError(
            given=f"'{line[end : end + 12]}' in a table of numbers",
            expected="numbers, plain or compressed",
            why="no number of JCAMP-DX is written so",
            remedy="Export the spectrum again; the file may be damaged.",
            where=where(count),
        )


@dataclass(slots=True)
class _Chain:
    """Values as they are read, each from the one before."""

    found: Decoded
    most: int
    where: Place
    step: float | None = None  # the last difference, None where the last value stands for itself
    begun: bool = False  # whether the line has had its first value
    count: int = 0

    def take(self, tokens: Iterator[tuple[str, str]], count: int) -> None:
        """Read one line."""
        self.count = count
        first = next(tokens, None)
        if first is None or first[0] not in {"plain", "sqz"}:
            raise self.broken("a line that does not begin with its abscissa")
        check = self.step is not None
        self.begun = False
        values = self.found.values
        for kind, text in tokens:
            if not self.begun:
                self.found.starts.append((float(first[1]), len(values) - check, count))
            self.one(kind, text, checks=check and not self.begun)
            self.begun = True
            if len(values) > self.most:
                raise self.broken(f"more than {self.most} values")

    def one(self, kind: str, text: str, *, checks: bool) -> None:
        """Read one number."""
        values = self.found.values
        if kind == "dup":
            self.repeat(int(float(text)) - 1)
        elif kind == "dif":
            last = values[-1] if values and (self.begun or checks) else None
            if last is None:
                raise self.broken("a difference to nothing")
            self.step = float(text)
            values.append(last + self.step)
        elif kind == "gap":
            self.step = None
            values.append(None)
        else:
            self.step = None
            value, last = float(text), values[-1] if values else None
            if checks and last is not None:
                if last != value:
                    self.found.unmet.append((self.count, last, value))
                    values[-1] = value
            else:
                values.append(value)

    def repeat(self, times: int) -> None:
        """Repeat the last value, or the last difference."""
        values = self.found.values
        if not self.begun or not values:
            raise self.broken("a repetition of nothing")
        if times < 0 or len(values) + times > self.most:
            raise self.broken(f"{times + 1} times the same, which makes more than {self.most} values")
        last = values[-1]
        if self.step is None or last is None:
            values.extend([last] * times)
        else:
            values.extend(last + self.step * (i + 1) for i in range(times))

    def end(self) -> Decoded:
        """Return what was found; a failed check that ends the table corrects nothing."""
        found = self.found
        if found.unmet and found.unmet[-1][0] == self.count and found.starts[-1][1] == len(found.values) - 1:
            found.values[-1] = found.unmet[-1][1]
        return found

    def broken(self, given: str) -> FormatError:
        """Return the error for a line that can not be decoded."""
        return FormatError(
            given=given,
            expected="an abscissa, then its ordinates",
            why="the line can not be decoded",
            remedy="Export the spectrum again; the file may be damaged.",
            where=self.where(self.count),
        )


def most_values(claimed: float | None, where: Where) -> int:
    """Return how many values a table may have: what its header claims and a half more, or a million.

    Args:
        claimed: NPOINTS, None where it is not written.
        where: Place of the table.

    Raises:
        FormatError: If more is claimed than any spectrum has.

    Example:
        >>> most_values(1000.0, Where("a.jdx"))
        2500
    """
    if claimed is None:
        return 1_000_000
    if not 0 <= claimed <= MOST_POINTS:
        raise FormatError(
            given=f"NPOINTS = {claimed:g}",
            expected=f"at most {MOST_POINTS}",
            why="no spectrum is so long",
            remedy="Export the spectrum again; the header may be damaged.",
            where=where,
        )
    return int(1.5 * claimed) + 1000
