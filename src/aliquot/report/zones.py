"""A map of zones as one page: axes against time, planes, the whole box, vials of the paper, rules, doubts."""

from pathlib import Path

from markupsafe import Markup

from aliquot.inference.zones.record import Zones
from aliquot.inference.zones.rules import ZONES
from aliquot.knowledge import store
from aliquot.knowledge.records import Role
from aliquot.report.provenance import short_authors
from aliquot.report.publish import filled, write
from aliquot.report.zone_figures import INKS, box, diagram, sections

SHOWN_H = (0.5, 1.0, 2.0, 4.0, 8.0, 24.0)
"""Times of the table of shares [h], where a map has them."""


def zones_page(found: Zones) -> str:
    """Return a map as one self-contained page of HTML: equal maps give equal pages."""
    figures = {"box": box(found)}
    if found.lanes:
        figures["axes"] = diagram(found)
    if found.sections:
        figures["sections"] = sections(found)
    shown = [j for j, hour in enumerate(found.hours.tolist()) if hour in SHOWN_H] or [found.hours.size - 1]
    return filled(
        "zones.html.j2",
        figures,
        found=found,
        inks_light=Markup(_inks(dark=False)),  # noqa: S704  our own colours
        inks_dark=Markup(_inks(dark=True)),  # noqa: S704
        swatches={zone: INKS[zone].name for zone in ZONES},
        hours=[found.hours[j] for j in shown],
        rows=[(zone, found.fraction(zone), [found.fraction(zone, j) for j in shown]) for zone in ZONES],
        calibration=found.counted(Role.CALIBRATION),
        prediction=found.counted(Role.PREDICTION),
        foretold=found.foretold(),
        blind_known=found.foretold(Role.CALIBRATION),
        uncomputed=any(vial.shown.zone is None for vial in found.vials),
        zones=ZONES,
        sources=[(key, _source(key)) for key in found.citations],
    )


def _inks(*, dark: bool) -> str:
    """Return the declarations of the inks of zones."""
    return "\n".join(f"--{ink.name}: {ink.dark if dark else ink.light};" for ink in INKS.values())


def _source(key: str) -> str:
    one = store.source(key)
    return f"{short_authors(one.authors)}, {one.container} {one.year}, {one.volume}, {one.pages}"


def write_zones(found: Zones, path: Path) -> Path:
    """Write the page of a map into a file, whole or not at all.

    Args:
        found: The map.
        path: File to write; its folder is made, a file of that name is replaced.

    Returns:
        The path.

    Raises:
        InputError: If the file can not be written there.
    """
    return write(zones_page(found), path)
