"""`aliquot errata`: located errors of the papers, as printed and as they have to read."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import lookup

if TYPE_CHECKING:
    from aliquot.knowledge.query import Term
    from aliquot.knowledge.records import Erratum

PAPERS = {"000": "gazis2023", "001": "mech2023", "003": "wang2023", "004": "tiwari2025"}
"""Numbers under which the four papers of the ground were filed, and their keys."""


def errata(
    words: lookup.Words = None,
    query: lookup.QueryText = None,
    sort: lookup.Sort = None,
    show: lookup.Show = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema errata/1.")] = False,
) -> None:
    """List located errors: of a paper (004 or tiwari2025), one by its number (E052), or by words.

    \b
    Examples:
      aliquot errata 004
      aliquot errata tiwari2025 "place:table 1"
      aliquot errata E031 --json
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
    """Take papers, by number or key, and numbers of errors out of the words of a query."""
    from aliquot.knowledge.query import Term

    papers = [PAPERS.get(word, word) for word in words if word in PAPERS or word in PAPERS.values()]
    numbers = [word.upper() for word in words if re.fullmatch(r"[eE]\d{3}", word)]
    taken = {*PAPERS, *PAPERS.values()}
    rest = [word for word in words if word not in taken and word.upper() not in numbers]
    if numbers:
        return rest, Term(tuple(numbers), "id")
    return rest, Term(tuple(papers), "source") if papers else None


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
