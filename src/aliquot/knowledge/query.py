"""Queries: one grammar for all kinds of cards.

    flow 2009                     free words: all of them, anywhere on the card
    "hot injection"               words in this order
    target:InP                    a field says this word, or these words in this order
    target:"InP/ZnS"              quotes hold spaces and anything else
    target:InP/*                  a star stands for any letters; alone for 'it is reported'
    method:flow,heat-up           any of several values
    -outcome:negative  -review    not this one
    e1:443..451nm                 numbers in a range, both ends within it
    temperature:<200degC          below, above (>), at most (<=), at least (>=)
    sort:temperature  sort:-e1    by a field, rising or falling; what is not reported stands last

Upper and lower case are one, accents and subscripts are dropped, and a hyphen between words is a space:
'heat-up' is 'heat up'. A slash is not: 'InP' is no word of 'InP/ZnS'. Free words are more generous: 'InP'
finds 'InP/ZnS' too; there 'In' and 'As' are the elements if they are written so. A number that is reported
as a range is found if any of it lies in the range that was asked for. A line of a spectrum can be asked for
by the energy of its photons too: 'e1:2.7..2.8eV' is 'e1:442.8..459.2nm'.
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from fnmatch import fnmatchcase

from aliquot.errors import InputError, UnitError, Where
from aliquot.units import EV_NM, to_float

PLACE = Where(key="query")
"""Where errors of queries are told to be."""

_TOKEN = re.compile(
    r"""(?P<minus>-)?(?:(?P<field>[^\W\d]\w*):)?(?P<values>(?:"[^"]*"|[^\s"])+|$)""",
    re.UNICODE,
)
_VALUE = re.compile(r'"[^"]*"|[^,"]+')
_HYPHEN = re.compile(r"(?<=[^\W\d_]{2})-(?=[^\W\d_]{2})")
_PASTED = str.maketrans("−–—‐‑", "-----")
_ASKED = re.compile(r"(?P<sign><=|>=|<|>)(?P<limit>.+)|(?P<low>.*?)\.\.(?P<high>.*)", re.DOTALL)
_QUOTED = re.compile(r"[\s,:]|^-")
"""What would be read as something else where it stands without quotes."""
_LIGHT = frozenset({"e1", "e2", "emission"})
"""Fields of wavelengths of light, which have photon energies; a radius in nm has none."""
_ENERGY = re.compile(r"\s*m?eV\s*")
_NUMBER_ONLY = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class Term:
    """One condition of a query.

    Attributes:
        values: What is asked for; any one of them is enough.
        field: The field that has to say it, None for anywhere on the card.
        exclude: Whether cards that say it are left out.
    """

    values: tuple[str, ...]
    field: str | None = None
    exclude: bool = False

    def __str__(self) -> str:
        """Return it as it is written in a query."""
        said = ",".join(_quoted(value) for value in self.values)
        return f"{'-' if self.exclude else ''}{'' if self.field is None else f'{self.field}:'}{said}"


@dataclass(frozen=True, slots=True)
class Query:
    """A query that has been read.

    Attributes:
        terms: Its conditions; a card has to meet all of them.
        sort: Field to sort by, None for best first.
        falling: Whether the largest stands first.
    """

    terms: tuple[Term, ...] = ()
    sort: str | None = None
    falling: bool = False

    def also(self, *terms: Term, sort: str | None = None) -> "Query":
        """Return the query with further conditions, and sorted by a field (a '-' before it: falling).

        Example:
            >>> str(parse("flow").also(Term(("InP",), "target"), sort="-temperature"))
            'flow target:InP sort:-temperature'
        """
        order = (self.sort, self.falling) if not sort else (sort.removeprefix("-"), sort.startswith("-"))
        return Query((*self.terms, *terms), *order)

    def __str__(self) -> str:
        """Return it as it is written."""
        said = [str(term) for term in self.terms]
        if self.sort is not None:
            order = f"{'-' if self.falling else ''}{self.sort}"
            said.append(f'sort:"{order}"' if _QUOTED.search(self.sort) else f"sort:{order}")
        return " ".join(said)


def _quoted(value: str) -> str:
    """Put a value between quotes if it would be read as something else without them; it holds none itself."""
    return f'"{value}"' if _QUOTED.search(value) else value


def parse(text: str) -> Query:
    """Read a query.

    Args:
        text: Words and conditions in the grammar of this module.

    Raises:
        InputError: If quotes are left open, or a field has no value.

    Example:
        >>> parse('flow target:"InP/ZnS" -outcome:negative method:heat-up,flow').terms[1:3]
        (Term(values=('InP/ZnS',), field='target', exclude=False),
         Term(values=('negative',), field='outcome', exclude=True))
        >>> parse("e1:443..451nm sort:-e1")
        Query(terms=(Term(values=('443..451nm',), field='e1', exclude=False),), sort='e1', falling=True)
    """
    if text.count('"') % 2:
        raise _fault(text, "quotes in pairs", "the last one is left open", "Close it, or leave it out.")
    terms: list[Term] = []
    sort, falling = None, False
    position = 0
    while match := _TOKEN.match(text, position + len(text[position:]) - len(text[position:].lstrip())):
        if not match.group():
            break
        position = match.end()
        values = _values(match["values"], alone=match["field"] is None)
        if not values:
            raise _fault(
                match.group(),
                "a word, or a field and what it has to say, such as 'target:InP'",
                "nothing is asked for",
                "Write the value without a space behind the colon; 'field:*' finds all that report it.",
            )
        field = None if match["field"] is None else match["field"].casefold()
        if field == "sort":
            sort, falling = values[0].removeprefix("-"), values[0].startswith("-")
        else:
            terms.append(Term(values, field, match["minus"] is not None))
    return Query(tuple(terms), sort, falling)


def _values(written: str, *, alone: bool) -> tuple[str, ...]:
    """Split the values of a field at commas outside quotes; a free word keeps its commas."""
    if alone:
        bare = written.replace('"', "").strip()
        return (bare,) if bare else ()
    found = (value.replace('"', "").strip() for value in _VALUE.findall(written))
    return tuple(value for value in found if value)


def fold(text: str) -> str:
    """Return a text as it is compared: without case, accents, subscripts and kinds of dashes.

    Example:
        >>> fold("O. I. Mićić: Cd₃P₂ by Hot-Injection")
        'o. i. micic: cd3p2 by hot injection'
    """
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text).translate(_PASTED)
        text = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _HYPHEN.sub(" ", text.casefold())


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, folded, without the punctuation around them.

    Example:
        >>> words("InCl3 (dried), then P(SiMe3)3; heat-up.")
        ('incl3', 'dried', 'then', 'p(sime3)3', 'heat', 'up')
    """
    return tuple(word for word in map(_bare, fold(text).split()) if word)


def _bare(word: str) -> str:
    """Strip punctuation around a word, and brackets that have no partner in it."""
    before = ""
    while word != before:
        before = word
        word = word.strip(".,;:!?'\"…·")
        for left, right in ("()", "[]", "{}"):
            if word.count(left) > word.count(right):
                word = word.removeprefix(left) if word.startswith(left) else word.removesuffix(left)
            elif word.count(left) < word.count(right):
                word = word.removesuffix(right) if word.endswith(right) else word.removeprefix(right)
            elif word.startswith(left) and word.endswith(right) and word.find(right) == len(word) - 1:
                word = word[1:-1]
    return word


def says(asked: str, text: str) -> bool:
    """Tell whether a facet says what is asked: whole words in that order, ``*`` for any letters.

    Example:
        >>> says("InP", "InP/ZnS"), says("InP/*", "InP/ZnS"), says("injection", "hot injection")
        (False, True, True)
    """
    wanted, said = words(asked), words(text)
    if "*" in asked:
        pattern = " ".join(wanted)
        return fnmatchcase(" ".join(said), _pattern(pattern)) or any(
            fnmatchcase(word, _pattern(pattern)) for word in said
        )
    return bool(wanted) and f" {' '.join(wanted)} " in f" {' '.join(said)} "


def _pattern(folded: str) -> str:
    """Return a pattern in which only the star is special."""
    return folded.replace("[", "[[]").replace("?", "[?]")


def bounds(asked: str, unit: str, field: str) -> tuple[float, float]:
    """Return the range that is asked for, its ends within it.

    Args:
        asked: ``443..451nm``, ``<200degC``, ``>=1eV``, ``449nm``, ``..300K``; a low end without a
            unit has that of the high end.
        unit: Unit of the field.
        field: Its name: lines of spectra can be asked for in eV too.

    Returns:
        Lower and upper end [unit], infinite where nothing is asked.

    Raises:
        InputError: If it is no range, or upside down.
        UnitError: If a number has no unit, or one of another dimension.

    Example:
        >>> bounds("443..451nm", "nm", "e1")
        (443.0, 451.0)
        >>> bounds(">=1eV", "eV", "gap")
        (1.0, inf)
        >>> bounds(">2.5eV", "nm", "e1")[1] < EV_NM / 2.5
        True
    """
    match = _ASKED.fullmatch(asked.strip())
    if unit == "nm" and field in _LIGHT and _is_energy(asked, match):
        low, high = (max(end, 0.0) for end in bounds(asked, "eV", field))
        return EV_NM / high if high else math.inf, EV_NM / low if low else math.inf
    if match is None:
        low = high = _number(asked, unit, field, asked)
    elif match["sign"]:
        limit = _number(match["limit"], unit, field, asked)
        low, high = {
            "<": (-math.inf, math.nextafter(limit, -math.inf)),
            "<=": (-math.inf, limit),
            ">": (math.nextafter(limit, math.inf), math.inf),
            ">=": (limit, math.inf),
        }[match["sign"]]
    else:
        first, last = match["low"].strip(), match["high"].strip()
        if not first and not last:
            raise _no_range(asked, unit, field, "it has no end")
        if _NUMBER_ONLY.fullmatch(first):
            first += _NUMBER_ONLY.sub("", last, count=1)
        low = _number(first, unit, field, asked) if first else -math.inf
        high = _number(last, unit, field, asked) if last else math.inf
    if low > high:
        raise _no_range(asked, unit, field, "its low end lies above its high end")
    return low, high


def _is_energy(asked: str, match: re.Match[str] | None) -> bool:
    """Tell whether all numbers of a range are energies of photons; its low end may have no unit."""
    ends = [asked] if match is None else [match["limit"] or "", match["low"] or "", match["high"] or ""]
    units = [_NUMBER_ONLY.sub("", end.strip(), count=1) for end in ends if end.strip()]
    return any(units) and all(_ENERGY.fullmatch(unit) for unit in units if unit)


def wavelength(text: str, field: str) -> float:
    """Return a wavelength of light [nm]: of '447', '447 nm', '0.447um', or of the photon energy '2.77 eV'.

    Args:
        text: The number; without a unit it is in nm.
        field: What it is, for the error.

    Raises:
        UnitError: If it is neither a length nor an energy.

    Example:
        >>> wavelength("447", "near"), wavelength("0.447 um", "near"), round(wavelength("2.77eV", "near"), 1)
        (447.0, 447.0, 447.6)
    """
    bare = text.strip()
    asked = f"{bare}nm" if _NUMBER_ONLY.fullmatch(bare) else bare
    if _is_energy(asked, None):
        energy = _number(asked, "eV", field, asked)
        if energy > 0.0:
            return EV_NM / energy
    return _number(asked, "nm", field, asked)


def _number(text: str, unit: str, field: str, asked: str) -> float:
    """Return one end of a range that was asked for [unit]."""
    try:
        return to_float(text.strip(), unit)
    except UnitError as error:
        raise UnitError(
            given=f"'{field}:{asked}'",
            expected=f"a number with a unit that converts to {unit}" if unit != "1" else "a plain number",
            why=error.why,
            remedy=f"Write it as '{field}:{_example(unit)}'.",
            where=PLACE,
        ) from None


def _no_range(asked: str, unit: str, field: str, why: str) -> InputError:
    return _fault(
        f"{field}:{asked}", "a number or a range of numbers", why, f"Write it as '{field}:{_example(unit)}'."
    )


def _example(unit: str) -> str:
    """Return a range of numbers as somebody would write it in a unit."""
    known = {"nm": "443..451nm", "K": "<200degC", "eV": ">1eV", "1": "2010..2020"}
    return known.get(unit, f">1{unit}" if unit.isalpha() else f'">1 {unit}"')


def _fault(given: str, expected: str, why: str, remedy: str) -> InputError:
    return InputError(given=f"'{given}'", expected=expected, why=why, remedy=remedy, where=PLACE)
