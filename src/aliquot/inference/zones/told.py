"""A map as plain data: rows for the vials of the box and of the paper as CSV, the rest by schema zones/1."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from aliquot.inference.zones.coordinates import Coordinate
from aliquot.inference.zones.record import Sheet, Verdict, Vial, Zones
from aliquot.inference.zones.rules import UNKNOWN, ZONES, Zone
from aliquot.inference.zones.study import TIME
from aliquot.knowledge.records.observations import Role


def as_csv(found: Zones) -> str:
    """Return one row for each recipe and time: coordinates, most probable zone, probabilities, entropy.

    Numbers have five digits, so that equal maps are equal files. What could not be computed stays empty.
    """
    columns = [_column(one) for one in found.study.coordinates]
    head = ["recipe", *columns, "time_h", "zone", *(f"p_{key(zone)}" for zone in ZONES), "entropy_bit"]
    return "\n".join([",".join(head), *_rows(found)]) + "\n"


def _rows(found: Zones) -> Iterator[str]:
    zones, entropy = found.belief.zones, found.belief.entropy
    hours = [f"{hour:g}" for hour in found.hours]
    columns = [found.values[one.name].tolist() for one in found.study.coordinates]
    for i, recipe in enumerate(zip(*columns, strict=True)):
        place = ",".join(value if isinstance(value, str) else f"{value:.5g}" for value in recipe)
        for j, hour in enumerate(hours):
            name = "" if zones[i, j] == UNKNOWN else ZONES[zones[i, j]].value
            told = [_number(p) for p in (*found.belief.probabilities[i, j].tolist(), entropy[i, j])]
            yield ",".join([str(i + 1), place, hour, name, *told])


def _number(value: float) -> str:
    """Return a number as it stands in a row; nothing for none."""
    return "" if np.isnan(value) else f"{value:.4g}"


def vials_csv(found: Zones) -> str:
    """Return one row for each vial of the paper: what is told, what the map says, what blind constants say.

    The last columns stay empty where a study has no constants that never saw what is held out. Of a vial that
    could not be computed zone and probabilities stay empty, and it is not met.
    """
    ways = ("map", "blind")
    head = ["condition", "time_h", "series", "role", "published"]
    head += [
        f"{way}_{name}" for way in ways for name in ("zone", "met", *(f"p_{key(zone)}" for zone in ZONES))
    ]
    rows = [
        ",".join([*_told(vial), *_judged(vial, vial.verdict), *_judged(vial, vial.blind)])
        for vial in found.vials
    ]
    return "\n".join([",".join(head), *rows]) + "\n"


def _told(vial: Vial) -> list[str]:
    hours = f"{vial.label.at.value / 3600.0:g}"
    return [vial.label.condition, hours, vial.series, str(vial.role), vial.label.zone.value]


def _judged(vial: Vial, verdict: Verdict | None) -> list[str]:
    if verdict is None:
        return [""] * (2 + len(ZONES))
    met = "yes" if vial.meets(verdict) else "no"
    name = "" if verdict.zone is None else verdict.zone.value
    return [name, met, *(_number(p) for p in verdict.probabilities)]


def key(zone: Zone) -> str:
    """Return a zone as it stands in keys and headings.

    Example:
        >>> key(Zone.PURE)
        'pure_cluster'
    """
    return zone.value.replace(" ", "_")


def _column(one: Coordinate) -> str:
    return one.name if one.unit is None else f"{one.name}_{one.unit}"


def as_json(found: Zones) -> dict[str, Any]:
    """Return a map as the contract writes it; vials of the box stand in the CSV."""
    return {
        "study": found.study.id,
        "recipes": found.count,
        "times_h": found.hours.tolist(),
        "coordinates": [_coordinate(one) for one in found.study.coordinates],
        "chemistries": _chemistries(found.members),
        "zones": [
            {
                "zone": zone.value,
                "fraction": found.fraction(zone),
                "by_time": [found.fraction(zone, j) for j in range(found.hours.size)],
            }
            for zone in ZONES
        ],
        "entropy_bit": found.entropy,
        "labels": {
            "because": None if found.study.labels is None else found.study.labels.because,
            **{str(role): _count(found.counted(role)) for role in _ROLES},
            "blind": {
                "chemistries": _chemistries(found.blind),
                **{str(role): _count(found.foretold(role)) for role in _ROLES},
            }
            if found.blind
            else None,
            "vials": [_vial(vial) for vial in found.vials],
        },
        "rules": [kind.model_dump(mode="json") for kind in found.study.rules],
        "sensitivity": [
            {
                "kind": turn.kind,
                "factor": turn.factor,
                "changed": turn.changed,
                "met": turn.met[0],
                "of": turn.met[1],
                "blind": _count(turn.foretold),
            }
            for turn in found.turns
        ],
        "sections": [_sheet(one, found) for one in found.sections],
        "axes": [_sheet(one, found) for one in found.lanes],
        "steps_mean": found.steps,
        "lost": found.lost,
        "lids": found.lids,
        "citations": list(found.citations),
        "flags": list(found.flags),
    }


_ROLES = (Role.CALIBRATION, Role.PREDICTION)


def _chemistries(members: tuple[tuple[str, float], ...]) -> list[dict[str, Any]]:
    return [{"chemistry": name, "weight": weight} for name, weight in members]


def _count(counted: tuple[int, int] | None) -> dict[str, int] | None:
    return None if counted is None else dict(zip(("met", "of"), counted, strict=True))


def _coordinate(one: Coordinate) -> dict[str, Any]:
    ends = (
        {"values": list(one.values)} if one.values else {"low": one.low, "high": one.high, "unit": one.unit}
    )
    return {"name": one.name, "of": one.of, **ends, "scale": None if one.values else one.scale}


def _vial(vial: Vial) -> dict[str, Any]:
    return {
        "condition": vial.label.condition,
        "time_h": vial.label.at.value / 3600.0,
        "series": vial.series,
        "role": str(vial.role),
        "published": vial.label.zone.value,
        **_verdict(vial, vial.verdict),
        "blind": None if vial.blind is None else _verdict(vial, vial.blind),
        "place": vial.label.place,
        "says": vial.label.says,
    }


def _verdict(vial: Vial, verdict: Verdict) -> dict[str, Any]:
    zone, each = verdict.zone, zip((key(zone) for zone in ZONES), verdict.probabilities, strict=True)
    return {
        "computed": None if zone is None else zone.value,
        "probability": vial.probability(verdict),
        "probabilities": None if zone is None else dict(each),
        "met": vial.meets(verdict),
    }


def _sheet(one: Sheet, found: Zones) -> dict[str, Any]:
    x, y = one.names
    return {
        "x": x,
        "y": y,
        "units": [unit(found, x), unit(found, y)],
        "x_values": one.x.tolist(),
        "y_values": one.y.tolist(),
        "held": dict(one.held),
        "time_h": one.hour,
        "probabilities": {key(zone): _nulled(one.probabilities[..., i]) for i, zone in enumerate(ZONES)},
    }


def _nulled(numbers: np.ndarray) -> list[Any]:
    """Return numbers as lists in which null stands for what could not be computed."""
    whole = numbers.astype(object)
    whole[np.isnan(numbers)] = None
    return list(whole.tolist())


def unit(found: Zones, name: str) -> str | None:
    """Return the unit of a coordinate, or of time."""
    return "h" if name == TIME else found.study.coordinate(name).unit
