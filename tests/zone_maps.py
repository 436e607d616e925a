"""A small zone study for tests: one structure and one length of ladder, so that one program is compiled."""

from functools import cache
from json import dumps
from pathlib import Path

from aliquot.inference.zones import Zones, ZoneStudy, read_zone_study, zones

NAMES = ("amine", "cadmium", "solvent")
VIALS = {("tol", "24 h"), ("top0", "24 h"), ("oam0", "24 h"), ("ode", "24 h"), ("cd24", "24 h")}


def small(count: int = 24, **changes: object) -> ZoneStudy:
    """Return the study of the book, cut down."""
    content = read_zone_study("cdte_zones").model_dump(mode="json", by_alias=True, exclude_none=True)
    vials = [one for one in content["labels"]["vials"] if (one["condition"], one["at"]) in VIALS]
    content |= {
        "chemistries": [{"card": "cdte_mech2023"}],
        "blind": [{"card": "cdte_mech2023_split"}],
        "coordinates": [one for one in content["coordinates"] if one["name"] in NAMES],
        "times": ["1 h", "4 h", "24 h"],
        "sampling": {"kind": "sobol", "count": count, "seed": 7},
        "labels": {"card": "mech2023", "because": "as in the book", "vials": vials},
        "sections": [{"x": "amine", "y": "cadmium", "points": 4}],
        "diagram": [{"along": "amine", "points": 4}, {"along": "solvent"}],
        "numerics": {"rungs": 600, "most": 600},
    }
    return ZoneStudy.model_validate_json(dumps(content | changes))


@cache
def mapped() -> Zones:
    """Return the small map, computed once."""
    return zones(small())


def interrupted(study: ZoneStudy, folder: Path, after: int) -> None:
    """Compute a map and stop it by hand after so many blocks."""
    left = [after]

    def told(_: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt

    zones(study, folder=folder, progress=lambda _: told, workers=1)
