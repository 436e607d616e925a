"""`aliquot errata`: located errors of the papers, as printed and as they have to read."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import lookup

if TYPE_CHECKING:
    from aliquot.errors import InputError
    from aliquot.knowledge.query import Term
    from aliquot.knowledge.records import Erratum

PAPERS = {"000": "gazis2023", "001": "mech2023", "003": "wang2023", "004": "tiwari2025"}
"""Numbers under which the four papers of the ground were filed, and their keys."""

_PAPER = r"0\d\d|[a-z]+(?:19|20)\d\d[a-z]?|(?:https?://(?:dx\.)?doi\.org/|doi:)?10\.\d{4,}/\S+"
"""What names a paper: its number, a key such as 'wang2023', a DOI."""

_FEW = 20
"""So many names are listed when none of them was given."""


def errata(
    words: lookup.Words = None,
    query: lookup.QueryText = None,
    sort: lookup.Sort = None,
    show: lookup.Show = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema errata/1.")] = False,
) -> None:
    """List located errors: of a paper (004, tiwari2025 or its DOI), one by its number (E052), or by words.

    \b
    Examples:
      aliquot errata 004
      aliquot errata tiwari2025 "place:table 1"
      aliquot errata E031 --json
      aliquot errata 10.1039/d2re00378c
      aliquot errata kind:formula severity:high
    """
    from aliquot.knowledge.base import base
    from aliquot.knowledge.search import find

    if show is not None:
        lookup.show("errata", "errata", show, fields, json)
        return
    rest, term = _paper_or_number(words or [])
    found = find(base(), "errata", lookup.asked(rest, query, sort, term))
    if json:
        results = [lookup.entry("errata", hit.card, fields(hit.card)) for hit in found.hits]
        lookup.answer("errata", found, results)
        return
    rows = [
        [
            hit.card.id,
            f"{hit.card.source} {hit.card.place}",
            hit.card.kind,
            hit.card.printed,
            hit.card.correction,
            hit.card.severity,
            hit.card.certainty,
        ]
        for hit in found.hits
    ]
    columns = ["error!", "where", "kind", "printed", "has to read", "costs!", "certainty"]
    lookup.table(f"{len(rows)} located errors", columns, rows, found.notes)


def _paper_or_number(words: Sequence[str]) -> "tuple[list[str], Term | None]":
    """Take papers, by number, key or DOI, and numbers of errors out of the words of a query.

    Raises:
        InputError: If a word is such a name and nothing has it: 'none found' would read as 'no errors'.
    """
    from aliquot.knowledge.base import base
    from aliquot.knowledge.query import Term

    errata = base().cards("errata")
    known = {erratum.source.casefold(): erratum.source for erratum in errata.values()}
    papers, numbers, rest = [], [], []
    for word in words:
        if word.casefold() in known or re.fullmatch(_PAPER, word, re.IGNORECASE):
            papers.append(_paper(word, known))
        elif re.fullmatch(r"[eE]\d+", word):
            if word.upper() not in errata:
                raise _unknown(word, "the number of a located error", list(errata))
            numbers.append(word.upper())
        else:
            rest.append(word)
    if numbers:
        return rest, Term(tuple(numbers), "id")
    return rest, Term(tuple(papers), "source") if papers else None


def _paper(word: str, known: Mapping[str, str]) -> str:
    """Return the key of a paper that has located errors, by its number, key or DOI."""
    from aliquot.knowledge.base import base

    key = PAPERS.get(word, word.casefold())
    doi = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:)", "", key)
    dois = {source.doi.casefold(): source.id for source in base().cards("sources").values() if source.doi}
    key = str(dois.get(doi, key)).casefold()
    if key not in known:
        numbers = [number for number, paper in PAPERS.items() if paper in known]
        raise _unknown(word, "a paper of which errors were located", [*numbers, *sorted(known.values())])
    return known[key]


def _unknown(word: str, expected: str, known: Sequence[str]) -> "InputError":
    from aliquot.errors import InputError, Where, suggestion

    few = len(known) < _FEW
    hint = suggestion(word, known) if few else f"They run from {min(known)} to {max(known)}."
    return InputError(
        given=f"'{word}'",
        expected=expected,
        why="none has that name, and 'no errors' would be no answer",
        remedy=f"{hint} Put it between quotes behind --query to search for it as a word.",
        where=Where(key="query"),
    )


def fields(erratum: "Erratum") -> dict[str, Any]:
    """Return what an erratum says, for programs."""
    found = erratum.found_by
    return {
        "paper": erratum.source,
        "place": erratum.place,
        "kind": erratum.kind,
        "printed": erratum.printed,
        "correction": erratum.correction,
        "severity": erratum.severity,
        "certainty": erratum.certainty,
        "touches": list(erratum.touches),
        "found_by": None if found is None else {"check": found.check, "recipes": list(found.recipes)},
    }
