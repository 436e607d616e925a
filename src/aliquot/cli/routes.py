"""`aliquot routes`: published ways to a material."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import lookup

if TYPE_CHECKING:
    from aliquot.knowledge.hazards import RouteHazard
    from aliquot.knowledge.records import Route
    from aliquot.knowledge.search import Found


def routes(
    words: lookup.Words = None,
    target: Annotated[str | None, typer.Option(help="Material made: InP, 'InP/*', InP,InAs.")] = None,
    avoid: Annotated[
        str | None, typer.Option(help="Leave out what contains this: pyrophoric, 'toxic gas', H350, PH3.")
    ] = None,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="With --avoid: list also routes that can not be judged, marked.")
    ] = False,
    method: Annotated[str | None, typer.Option(help="How: flow, 'hot injection', heat-up, ...")] = None,
    class_: Annotated[
        str | None, typer.Option("--class", help="Chemistry: dehalosilylation, aminopnictogen, ...")
    ] = None,
    outcome: Annotated[
        str | None, typer.Option(help="What came of it: dots, poor, bulk, negative or general.")
    ] = None,
    query: lookup.QueryText = None,
    sort: lookup.Sort = None,
    show: lookup.Show = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema routes/1.")] = False,
) -> None:
    """Find published routes, failures included: by target, chemistry, method, temperature, hazard, words.

    With --avoid, a route stays only if all that goes in is known and free of it; the others are counted and
    named. Hazards are a reminder: check the supplier's safety data sheet.

    \b
    Examples:
      aliquot routes --target InAs --avoid pyrophoric --unknown
      aliquot routes flow target:InP --sort temperature
      aliquot routes "temperature:>250degC" --json
      aliquot routes --show R056
    """
    from aliquot.knowledge.base import base
    from aliquot.knowledge.search import find

    unknown = unknown and avoid is not None
    if show is not None:
        lookup.show("routes", "routes", show, fields, json)
        return
    options = {"target": target, "method": method, "class": class_, "outcome": outcome}
    terms = (lookup.term(field, value) for field, value in options.items())
    found = find(base(), "routes", lookup.asked(words, query, sort, *terms))
    hazards = _hazards(found, avoid)
    kept = [route for route in _cards(found) if _stays(hazards, route, unknown=unknown)]
    if json:
        _answer(found, kept, hazards, avoid)
        return
    if hazards and not kept:  # none that is known to be free: show at least those of which too little is told
        unknown = True
        kept = [route for route in _cards(found) if _stays(hazards, route, unknown=True)]
    _table(found, kept, hazards, avoid, unknown=unknown)


def _cards(found: "Found") -> "list[Route]":
    return [hit.card for hit in found.hits]


def _hazards(found: "Found", avoid: str | None) -> "dict[str, RouteHazard]":
    """Return what is known of the hazard to avoid, by route."""
    from aliquot.knowledge.base import base
    from aliquot.knowledge.hazards import route_hazard

    if avoid is None:
        return {}
    return {route.id: route_hazard(base(), route, avoid) for route in _cards(found)}


def _stays(hazards: "dict[str, RouteHazard]", route: "Route", *, unknown: bool) -> bool:
    presence = str(hazards[route.id].presence) if hazards else "free"
    return presence == "free" or (unknown and presence == "unknown")


def fields(route: "Route") -> dict[str, Any]:
    """Return what a route says, for programs."""
    return {
        "label": route.label,
        "targets": list(route.targets),
        "class": str(route.class_),
        "detail": route.detail,
        "method": route.method,
        "methods": list(route.methods),
        "cation": _species(route.cation),
        "anion": _species(route.anion),
        "additives": [_species(part) for part in route.additives],
        "medium": [_species(part) for part in route.medium],
        "temperature_K": lookup.span(lookup.measure_of(route, "temperature")),
        "conditions": route.conditions,
        "outcome": str(route.outcome),
        "result": route.result,
        "place": route.place,
        "references": list(route.references),
        "remark": route.remark,
    }


def _species(part: Any) -> dict[str, str | None] | None:  # noqa: ANN401  a species or None
    return None if part is None else {"text": part.text, "reagent": part.reagent}


def _answer(
    found: "Found", kept: "list[Route]", hazards: "dict[str, RouteHazard]", avoid: str | None
) -> None:
    results = []
    for route in kept:
        known = hazards.get(route.id)
        told = {
            "avoided": None if known is None else str(known.presence),
            "unknown": [] if known is None else list(known.because),
        }
        results.append(lookup.entry("routes", route, {**fields(route), **told}))
    left_out = None if avoid is None else {name: _of(hazards, name) for name in ("contains", "unknown")}
    lookup.answer("routes", found, results, avoid=avoid, left_out=left_out)


def _of(hazards: "dict[str, RouteHazard]", presence: str) -> list[str]:
    return [name for name, known in hazards.items() if str(known.presence) == presence]


def _table(
    found: "Found",
    kept: "list[Route]",
    hazards: "dict[str, RouteHazard]",
    avoid: str | None,
    *,
    unknown: bool,
) -> None:
    rows = []
    for route in kept:
        doubts = hazards[route.id].because if hazards else ()
        row = [
            route.id,
            ", ".join(route.targets),
            str(route.class_) if route.detail is None else f"{route.class_}, {route.detail}",
            _precursors(route),
            lookup.celsius(lookup.measure_of(route, "temperature")),
            str(route.outcome),
            route.result,
            f"{route.source} {', '.join(route.references)}".strip(),
        ]
        rows.append([*row, "; ".join(doubts)] if unknown else row)
    notes = list(found.notes)
    if avoid is not None:
        notes += _left_out(hazards, avoid, unknown=unknown)
    columns = ["route!", "makes", "chemistry", "from", "temperature", "outcome!", "what came of it", "source"]
    doubted = [f"? {avoid}: not known"] if unknown else []
    free = sum(_stays(hazards, route, unknown=False) for route in kept)
    title = f"{free} of the routes" if avoid is None else f"{free} of the routes known to be free of it"
    doubtful = f"; {len(kept) - free} of which the source tells too little" if unknown else ""
    lookup.table(f"{title}{doubtful}", [*columns, *doubted], rows, notes)


def _precursors(route: "Route") -> str:
    """Write what goes in, for people."""
    named = {"metal": route.cation, "non-metal": route.anion}
    parts = [
        f"{what} {lookup.SILENT}" if part.text == "not given" else part.text
        for what, part in named.items()
        if part is not None
    ]
    return " + ".join([*(parts or [lookup.SILENT]), *(part.text for part in route.additives)])


def _left_out(hazards: "dict[str, RouteHazard]", avoid: str, *, unknown: bool) -> list[str]:
    """Say what was left out, and why."""
    containing, doubtful = _of(hazards, "contains"), _of(hazards, "unknown")
    notes = []
    if containing:
        notes.append(f"Left out, with something {avoid}: {len(containing)} ({', '.join(containing)}).")
    if doubtful:
        listed = f"{len(doubtful)} ({', '.join(doubtful)})"
        how = "Listed above with what is not known" if unknown else "Left out, --unknown lists them"
        notes.append(f"{how}: not all that goes in is named well enough in {listed}.")
    notes.append("A reminder only: check the supplier's safety data sheet.")
    return notes
