"""Search: the cards of a kind that meet a query, best first, and why.

A word that no card has is read as the
nearest one that some card has, which is told; formulas, codes and short words are never read as others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log
from typing import Any

from aliquot.errors import InputError, suggestion
from aliquot.knowledge.base import Base
from aliquot.knowledge.index import Index, Places, index_of
from aliquot.knowledge.query import PLACE, Query, Term, bounds, fold, parse, says, words
from aliquot.knowledge.records import Facet, Measure

_NO_TOLERANCE = 5
"""Words of fewer letters are taken as they are written."""

_FEW = 30
"""So many words of a field are listed when none of them was meant."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A card that meets a query."""

    card: Any
    """The card."""
    score: float
    """How well its free words fit; 0 where there were none."""
    why: tuple[str, ...]
    """Where each condition was met, as 'field: what was asked'."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a query found."""

    kind: str
    query: Query
    hits: tuple[Hit, ...]
    """Best first, or in the order that was asked for."""
    respelt: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Words that no card has, and as what they were read."""
    notes: tuple[str, ...] = ()
    """What a reader has to know: respelt words, and words that nothing is near to."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Names of the cards that were found."""
        return tuple(hit.card.id for hit in self.hits)


def find(base: Base, kind: str, query: str | Query = "") -> Found:
    """Find the cards of a kind that meet a query.

    Args:
        base: Where to look.
        kind: One of :data:`aliquot.knowledge.base.KINDS`.
        query: In the grammar of :mod:`aliquot.knowledge.query`; empty for all cards.

    Returns:
        The cards: by score, then in the order of their files, unless the query sorts them.

    Raises:
        InputError: If the query asks for a field that the kind does not have, or for a range that is none.
        CardError: If a card can not be read.

    Example:
        >>> from aliquot.knowledge.base import base
        >>> find(base(), "errata", "formula dehalosilation").notes
        ("'dehalosilation' is in none of the errata",)
        >>> find(base(), "errata", "source:wang2023 severity:high").ids
        ('E038', 'E041')
    """
    asked = parse(query) if isinstance(query, str) else query
    return _Search(index_of(base, kind), asked).found()


def fields(base: Base, kind: str) -> Mapping[str, str]:
    """Return what a query can ask a kind for: each field, with its unit, '' for words.

    Example:
        >>> from aliquot.knowledge.base import base
        >>> fields(base(), "sources")
        {'id': '', 'author': '', 'journal': '', 'year': '1'}
    """
    return dict(index_of(base, kind).units)


class _Search:
    """One query, put to one index."""

    def __init__(self, index: Index, query: Query) -> None:
        self.index, self.query = index, query
        self.respelt: dict[str, tuple[str, ...]] = {}
        self.notes: list[str] = []

    def found(self) -> Found:
        """Return the cards that meet all conditions."""
        alive: dict[int, tuple[float, tuple[str, ...]]]
        alive = dict.fromkeys(range(len(self.index.cards)), (0.0, ()))
        if self.index.cards:
            self._check_fields()
            for term in self.query.terms:
                met = self._meets(term)
                if term.exclude:
                    alive = {number: so_far for number, so_far in alive.items() if number not in met}
                else:
                    alive = {
                        number: (score + met[number][0], (*why, met[number][1]))
                        for number, (score, why) in alive.items()
                        if number in met
                    }
        order = sorted(alive, key=self._order(alive))
        hits = tuple(
            Hit(self.index.cards[number], round(alive[number][0], 6), alive[number][1]) for number in order
        )
        told = [f"'{word}' is read as {_either(read)}" for word, read in self.respelt.items()]
        return Found(
            self.index.kind,
            self.query,
            hits,
            tuple(self.respelt.items()),
            (*told, *dict.fromkeys(self.notes)),
        )

    def _check_fields(self) -> None:
        """Refuse a field that no card of the kind has."""
        asked = [term.field for term in self.query.terms] + [self.query.sort]
        for field in asked:
            if field is not None and field not in self.index.units:
                raise InputError(
                    given=f"the field '{field}'",
                    expected=f"a field of the {self.index.kind}",
                    why="no card has one of that name",
                    remedy=suggestion(field, self.index.units) + " Put a word with a colon between quotes.",
                    where=PLACE,
                )

    def _order(self, alive: Mapping[int, tuple[float, tuple[str, ...]]]) -> Callable[[int], tuple[Any, ...]]:
        """Return the key by which hits are sorted."""
        field = self.query.sort
        if field is None:
            return lambda number: (-alive[number][0], number)
        reported = sorted(
            {_least(facets[field]) for facets in self.index.facets if facets.get(field)},
            reverse=self.query.falling,
        )
        rank = {value: place for place, value in enumerate(reported)}

        def key(number: int) -> tuple[Any, ...]:
            facet = self.index.facets[number].get(field)
            return (rank[_least(facet)] if facet else len(rank), -alive[number][0], number)

        return key

    def _meets(self, term: Term) -> Places:
        """Return the cards that say a term, each with its score and where."""
        met: Places = {}
        for value in term.values:
            found = (
                self._anywhere(value, term) if term.field is None else self._under(term.field, value, term)
            )
            for number, so in found.items():
                if number not in met or met[number][0] < so[0]:
                    met[number] = so
        return met

    # --- a field ------------------------------------------------------------------------------------------

    def _under(self, field: str, value: str, term: Term) -> Places:
        """Return the cards that say a value under a field."""
        unit = self.index.units[field]
        if value.strip("* ") == "":
            return {
                n: (0.0, f"{field}: reported") for n, said in enumerate(self.index.facets) if said.get(field)
            }
        if unit:
            low, high = bounds(value, unit, field)
            return {
                number: (0.0, f"{field}: {value}")
                for number, said in enumerate(self.index.facets)
                if any(isinstance(one, Measure) and one.overlaps(low, high) for one in said.get(field, ()))
            }
        met = self._saying(field, value)
        if met or (term.exclude and "*" in value):
            return met
        for read in self._near_values(field, value):
            met |= self._saying(field, read)
        if not met:
            known = self.index.values(field)
            hint = f"; known are {', '.join(sorted(known, key=fold))}" if len(known) <= _FEW else ""
            self.notes.append(f"no card of the {self.index.kind} has {field} '{value}'{hint}")
        return met

    def _saying(self, field: str, value: str) -> Places:
        return {
            number: (0.0, f"{field}: {value}")
            for number, said in enumerate(self.index.facets)
            if any(isinstance(one, str) and says(value, one) for one in said.get(field, ()))
        }

    def _near_values(self, field: str, value: str) -> tuple[str, ...]:
        """Return the words under a field that are nearest to a value that none says."""
        said = {word for text in self.index.values(field) for word in words(text)}
        read = [_nearest(word, said) if word not in said else (word,) for word in words(value)]
        if "*" in value or not all(read):
            return ()
        meant = " ".join(one[0] for one in read)
        self.respelt[value] = (meant,)
        return (meant,)

    # --- free words ---------------------------------------------------------------------------------------

    def _anywhere(self, value: str, term: Term) -> Places:
        """Return the cards that have all words of a value, in their order, anywhere."""
        wanted = (value,) if value in ("In", "As") else words(value)
        found = [self._word(word, value, term) for word in wanted]
        if not found:
            return {}
        shared = set(found[0]).intersection(*found[1:])
        if len(wanted) > 1 and not any(word in self.respelt for word in wanted) and "*" not in value:
            shared = {n for n in shared if f" {' '.join(wanted)} " in self.index.texts[n]}
            if not shared and not self.notes and not term.exclude:
                self.notes.append(f"no card of the {self.index.kind} has the words '{value}' in this order")
        return {n: (sum(one[n][0] for one in found), f"{found[0][n][1]}: {value}") for n in shared}

    def _word(self, word: str, written: str, term: Term) -> Places:
        """Return the cards that have a word, or the word as which it is read."""
        places = self.index.places
        if "*" in word:
            matching = [known for known in places if says(word, known)]
        elif word in places:
            return self._scored([places[word]], 1.0)
        elif word in (cited := self.index.cited):
            return self._scored([cited[word]], 1.0)
        else:
            matching = list(() if term.exclude or not _tolerant(written) else _nearest(word, places))
            if matching:
                self.respelt[word] = tuple(matching)
        if not matching and not term.exclude:
            self.notes.append(f"'{word}' is in none of the {self.index.kind}")
        return self._scored([places[known] for known in matching], 0.8)

    def _scored(self, held: list[Places], share: float) -> Places:
        """Return cards by number: a word counts for more where it stands, and the rarer it is."""
        scored: Places = {}
        for places in held:
            rare = 1.0 + log(len(self.index.cards) / len(places))
            for number, (weight, field) in places.items():
                if number not in scored or scored[number][0] < share * weight * rare:
                    scored[number] = (share * weight * rare, field)
        return scored


def _least(facet: Facet) -> tuple[float, str]:
    """Return by what a card is sorted: its lowest number, or its first word."""
    first = facet[0]
    return (first.low, "") if isinstance(first, Measure) else (0.0, fold(str(first)))


def _either(read: tuple[str, ...]) -> str:
    return " or ".join(f"'{word}'" for word in read)


def _tolerant(written: str) -> bool:
    """Tell whether a word may be read as another: no formula, no code, no short word."""
    return (
        len(written) >= _NO_TOLERANCE
        and not any(letter.isdigit() for letter in written)
        and not any(letter.isupper() for letter in written[1:])
    )


def _nearest(word: str, known: Any) -> tuple[str, ...]:  # noqa: ANN401  any collection of words
    """Return the known words that are spelt most alike, none where they are too far."""
    if not _tolerant(word):
        return ()
    from rapidfuzz.distance import DamerauLevenshtein  # noqa: PLC0415  only a miss needs it

    limit = 1 if len(word) < 6 else 2 if len(word) < 10 else 3
    near: dict[int, list[str]] = {}
    for other in known:
        if abs(len(other) - len(word)) <= limit and not any(letter.isdigit() for letter in other):
            near.setdefault(DamerauLevenshtein.distance(word, other, score_cutoff=limit), []).append(other)
    best = min(near, default=limit + 1)
    return tuple(sorted(near[best])) if best <= limit else ()
