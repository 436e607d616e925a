"""A map as plain data: one row for each vial as CSV, the rest by schema zones/1."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from aliquot.inference.zones.coordinates import Coordinate
from aliquot.inference.zones.record import Sheet, Vial, Zones
from aliquot.inference.zones.rules import UNKNOWN, ZONES, Zone
from aliquot.inference.zones.study import TIME
from aliquot.knowledge.records.observations import Role


def as_csv(found: Zones) -> str:
    """Return one row for each recipe and time: coordinates, most probable zone, probabilities, entropy.

    Numbers have five digits, so that equal maps are equal files.
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
            told = [f"{p:.4g}" for p in found.belief.probabilities[i, j].tolist()]
            yield ",".join([str(i + 1), place, hour, name, *told, f"{entropy[i, j]:.4g}"])


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
        "chemistries": [{"chemistry": name, "weight": weight} for name, weight in found.members],
        "zones": [
            {
                "zone": zone.value,
                "fraction": found.fraction(zone),
                "by_time": [found.fraction(zone, j) for j in range(found.hours.size)],
            }
            for zone in ZONES
        ],
        "entropy_bit": float(np.nanmean(found.belief.entropy)),
        "labels": {
            "because": None if found.study.labels is None else found.study.labels.because,
            **{str(role): dict(zip(("met", "of"), found.counted(role), strict=True)) for role in _ROLES},
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
        "computed": vial.zone.value,
        "probability": vial.probability,
        "probabilities": dict(zip((key(zone) for zone in ZONES), vial.probabilities, strict=True)),
        "met": vial.met,
        "place": vial.label.place,
        "says": vial.label.says,
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
        "probabilities": {key(zone): one.probabilities[..., i].tolist() for i, zone in enumerate(ZONES)},
    }


def unit(found: Zones, name: str) -> str | None:
    """Return the unit of a coordinate, or of time."""
    return "h" if name == TIME else found.study.coordinate(name).unit
