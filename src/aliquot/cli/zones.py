"""`aliquot zones`: a study in; where clusters, dots, both or nothing are seen, with probabilities, out."""

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.inference.zones.record import Turn, Vial, Zones
    from aliquot.inference.zones.study import ZoneStudy


def zones(
    study: Annotated[str, typer.Argument(help="A zone study: a file, or the name of one in the book.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the map; 'zones-ID' unless given. An interrupted map goes on."),
    ] = None,
    count: Annotated[
        int | None, typer.Option(min=2, help="Recipes; of a grid, values along each coordinate.")
    ] = None,
    points: Annotated[
        int | None, typer.Option(min=2, max=200, help="Values along each axis of sections and diagram.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Chunks that are computed at a time.")] = 2,
    report: Annotated[Path | None, typer.Option(help="Write a page with figures to this HTML file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema zones/1.")] = False,
) -> None:
    """Map where in the space of recipes clusters, dots, mixtures or nothing are seen, with probabilities.

    The folder keeps every chunk that is computed, 'map.csv' with one row for each recipe and time,
    'vials.csv' with the vials of the paper, and 'result.json'. A map that was stopped goes on where it was,
    and comes to the same.

    \b
    Examples:
      aliquot zones cdte_zones --count 500 --points 9
      aliquot zones cdte_zones --out runs/cdte --report zones.html
      aliquot zones my_study.yaml --json

    Exit codes: 0 done; 1 a simulation that failed; 2 bad input; 130 stopped by hand.
    """
    from aliquot.inference.zones.study import ZoneStudy, zone_study_document
    from aliquot.inference.zones.zones import zones as computed

    asked = sized(zone_study_document(study).read(ZoneStudy), count, points)
    place = out if out is not None else Path(f"zones-{asked.id}")
    beside = Path(study).parent if Path(study).is_file() else None
    began = perf_counter()
    with _Bar(asked.id, quiet=json) as bar:
        found = computed(asked, folder=place, beside=beside, workers=workers, progress=bar.open)
    wall = perf_counter() - began
    _keep(found, place)
    if report is not None:
        with output.needs("report", "--report"):
            from aliquot.report.zones import write_zones

            write_zones(found, report)
    if json:
        output.print_json("zones", as_json(found, place, report, wall))
        return
    _show(found, place, report, wall)


def sized(study: "ZoneStudy", count: int | None, points: int | None) -> "ZoneStudy":
    """Return a study with other numbers of recipes, and of values along axes."""
    sampling = study.sampling if count is None else study.sampling.model_copy(update={"count": count})
    by_points = {} if points is None else {"points": points}
    return study.model_copy(
        update={
            "sampling": sampling,
            "sections": tuple(one.model_copy(update=by_points) for one in study.sections),
            "diagram": tuple(one.model_copy(update=by_points) for one in study.diagram),
        }
    )


class _Bar:
    """A progress bar whose length is known only when recipes have been counted."""

    def __init__(self, name: str, *, quiet: bool) -> None:
        from contextlib import ExitStack

        self._name, self._quiet, self._stack = name, quiet, ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def open(self, total: int) -> Any:  # noqa: ANN401  a function of the progress bar
        """Show the bar; return whom to tell of each step."""
        return self._stack.enter_context(output.progress(total, f"zones of {self._name}", quiet=self._quiet))


def _keep(found: "Zones", place: Path) -> None:
    """Write map and result into the folder, whole or not at all."""
    from json import dumps

    from aliquot.inference.zones.told import as_csv, vials_csv
    from aliquot.inference.zones.told import as_json as told
    from aliquot.inference.zones.vault import Vault

    vault = Vault.at(place)
    vault.write("map.csv", as_csv(found).encode())
    vault.write("vials.csv", vials_csv(found).encode())
    text = dumps(told(found), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    vault.write("result.json", text.encode())


def as_json(found: "Zones", place: Path, report: Path | None, wall: float) -> dict[str, Any]:
    """Return a map as the contract writes it."""
    from aliquot.inference.zones.told import as_json as told

    return {
        **told(found),
        "folder": str(place),
        "csv": str(place / "map.csv"),
        "vials_csv": str(place / "vials.csv"),
        "reports": [] if report is None else [str(report)],
        "wall_s": wall,
    }


# --- for people ------------------------------------------------------------------------------------------


def _show(found: "Zones", place: Path, report: Path | None, wall: float) -> None:
    from aliquot.inference.zones.rules import ZONES

    hours = found.hours.tolist()
    shown = [j for j, hour in enumerate(hours) if hour in {1.0, 4.0, hours[-1]}]
    columns = ["zone", "of all vials / %", *(f"after {hours[j]:g} h / %" for j in shown)]
    rows = [[zone.value, *(_percent(found.fraction(zone, j)) for j in (None, *shown))] for zone in ZONES]
    title = f"{found.study.title} — {found.count} recipes, {len(found.members)} sets of constants"
    output.print_table(title, columns, rows)
    if found.vials:
        _show_vials(found)
    blind = ["held out, by constants that never saw them"] if found.blind else []
    columns = ["threshold of", "times", "vials that change / %", "vials of the paper met", *blind]
    output.print_table(
        "What rests on the thresholds",
        columns,
        [_turn(one) for one in found.turns],
        _last(found, place, report, wall),
    )


def _show_vials(found: "Zones") -> None:
    """Print the vials of the paper; constants that never saw what is held out have columns of their own."""
    ways = ["by all constants", "met", *(["by blind constants", "met blind"] if found.blind else [])]
    columns = ["vial of the paper", "time / h", "series", "role", "published", *ways]
    words = [name for name in columns if name != "time / h"]
    output.print_table(
        "Vials of the paper", columns, [_vial(one) for one in found.vials], _counts(found), words
    )


def _counts(found: "Zones") -> list[str]:
    from aliquot.knowledge.records.observations import Role

    (met, of), (told, held) = found.counted(Role.CALIBRATION), found.counted(Role.PREDICTION)
    notes = [f"Calibration: {met} of {of} met. Held out: {told} of {held} met."]
    foretold, known = found.foretold(), found.foretold(Role.CALIBRATION)
    if foretold is not None and known is not None:
        notes.append(
            f"Held out, by constants that never saw them ('blind'): {foretold[0]} of {foretold[1]} met; "
            f"of the calibration series they meet {known[0]} of {known[1]}."
        )
    return notes


def _vial(one: "Vial") -> list[str]:
    place = [one.label.condition, f"{one.label.at.value / 3600:g}", one.series, str(one.role)]
    row = [*place, one.label.zone.value]
    for verdict in (one.verdict, *([] if one.blind is None else [one.blind])):
        row += [verdict.words, "yes" if one.meets(verdict) else "NO"]
    return row


def _turn(one: "Turn") -> list[str]:
    name = "all" if one.kind is None else one.kind
    row = [name, f"{one.factor:.2g}", _percent(one.changed), f"{one.met[0]} of {one.met[1]}"]
    return row if one.foretold is None else [*row, f"{one.foretold[0]} of {one.foretold[1]}"]


def _percent(share: float | None) -> str:
    """Return a share in percent; a dash where nothing could be computed."""
    return "–" if share is None else f"{100 * share:.1f}"


def _last(found: "Zones", place: Path, report: Path | None, wall: float) -> list[str]:
    notes = [*found.flags, f"Cite: {', '.join(found.citations)}."]
    notes.append(f"Map: {place / 'map.csv'}, {place / 'vials.csv'}, {wall:.0f} s.")
    return notes if report is None else [*notes, f"Report: {report}"]
