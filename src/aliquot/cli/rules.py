"""`aliquot rules`: what the field holds true, with its numbers and its grounds."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import lookup

if TYPE_CHECKING:
    from aliquot.knowledge.records import Rule


def rules(
    words: lookup.Words = None,
    query: lookup.QueryText = None,
    sort: lookup.Sort = None,
    show: lookup.Show = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema rules/1.")] = False,
) -> None:
    """Find rules that a recipe, a route or a result can be held against.

    \b
    Examples:
      aliquot rules
      aliquot rules topic:redox
      aliquot rules reductant applies:InAs --json
    """
    from aliquot.knowledge.base import base
    from aliquot.knowledge.search import find

    if show is not None:
        lookup.show("rules", "rules", show, fields, json)
        return
    found = find(base(), "rules", lookup.asked(words, query, sort))
    if json:
        results = [lookup.entry("rules", hit.card, fields(hit.card)) for hit in found.hits]
        lookup.answer("rules", found, results)
        return
    rows = [
        [hit.card.id, hit.card.topic, hit.card.statement, _numbers(hit.card), ", ".join(hit.card.sources)]
        for hit in found.hits
    ]
    columns = ["rule", "topic!", "statement", "numbers", "source"]
    lookup.table(f"{len(rows)} of the rules", columns, rows, found.notes)


def fields(rule: "Rule") -> dict[str, Any]:
    """Return what a rule says, for programs."""
    return {
        "topic": rule.topic,
        "statement": rule.statement,
        "numbers": [
            {"name": name, "value": number.value, "range": list(number.range or ())}
            for name, number in rule.numbers.items()
        ],
        "applies": list(rule.applies),
        "check": rule.check,
        "contradicted": rule.contradicted,
        "place": rule.place,
        "because": rule.because,
    }


def _numbers(rule: "Rule") -> str:
    return "; ".join(f"{name} {lookup.amount(number)}" for name, number in rule.numbers.items())
