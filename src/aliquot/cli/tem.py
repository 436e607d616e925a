"""`aliquot tem`: a micrograph in, the sizes of its dots out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.instruments.microscopy.analyse import Sizes


def tem(
    image: Annotated[
        Path, typer.Argument(help="PNG, TIFF, DM3, DM4, ImageJ's Results.csv or a list of sizes.")
    ],
    scale: Annotated[
        str | None, typer.Option(help="Scale: '0.12 nm/px', '8.3 px/nm' or '20 nm = 166 px'.")
    ] = None,
    weighting: Annotated[str, typer.Option(help="Of mean and RSD: number or volume.")] = "number",
    seed: Annotated[int, typer.Option(min=0, help="Seed of calibration and intervals.")] = 1,
    overlay: Annotated[Path | None, typer.Option(help="Write the picture with outlines to this PNG.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write picture and figures to this HTML file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema tem/1.")] = False,
) -> None:
    """Find the dots of an electron micrograph, and the mean and spread of their diameters.

    Spheres are fitted, and spheres of known size are drawn with the picture's own contrast and noise to
    measure the bias. Where that is too large no mean is told.

    \b
    Examples:
      aliquot tem dots.tif --scale "0.12 nm/px" --overlay seen.png
      aliquot tem dots.tif --weighting volume --report dots.html
      aliquot tem Results.csv --scale "0.12 nm/px" --json
    """
    from aliquot.instruments.microscopy.analyse import STEPS, measure, measure_list
    from aliquot.instruments.microscopy.read import read_image
    from aliquot.instruments.microscopy.records import Micrograph

    kind = weighting_of(weighting)
    seen = read_image(image, scale)
    if isinstance(seen, Micrograph):
        with output.needs("images", "tem"), output.progress(len(STEPS), "measuring", quiet=json) as told:
            found = measure(seen, weighting=kind, seed=seed, progress=told)
    else:
        found = measure_list(seen, weighting=kind, seed=seed)
    written = _write(found, overlay, report)
    if json:
        output.print_json("tem", {**as_json(found), "source": str(image), "reports": written})
        return
    _show(found, written)


def as_json(found: "Sizes") -> dict[str, Any]:
    """Return sizes as the contract writes them."""
    told = found.corrected
    calibration = found.calibration
    return {
        "label": found.label,
        "n": found.n,
        "mean_nm": output.interval(found.mean.value),
        "rsd": output.interval(found.rsd.value),
        "weighting": str(found.weighting),
        "definition": found.mean.definition,
        "budget_nm": dict(found.mean.budget),
        "statistics": None
        if told is None
        else {
            "number_mean_nm": told.mean,
            "sd_nm": told.sd,
            "median_nm": told.median,
            "d32_nm": told.d32,
            "volume_mean_nm": told.volume_mean,
        },
        "calibration": None
        if calibration is None
        else {
            "bias": calibration.bias,
            "added_rsd": calibration.added_sd,
            "found": calibration.found,
            "false": calibration.false,
        },
        "particles": [] if found.picture is None else _particles(found),
        "left_out": len(found.left_out),
        "scale_nm_per_px": None if found.picture is None else found.picture.scale_nm_per_px,
        "flags": list(found.flags),
    }


def _particles(found: "Sizes") -> list[dict[str, Any]]:
    counted = () if found.particles is None else found.particles.particles
    return [
        {
            "x_px": round(one.x, 2),
            "y_px": round(one.y, 2),
            "diameter_nm": round(one.diameter_nm, 4),
            "touching": one.touching,
        }
        for one in counted
    ]


def weighting_of(word: str) -> str:
    """Return a weighting as it is typed, or refuse it with the words that are known."""
    from aliquot.errors import InputError, Where, suggestion
    from aliquot.population import Weighting

    known = [str(one) for one in Weighting]
    if word in known:
        return word
    raise InputError(
        given=f"'{word}'",
        expected="'number' or 'volume'",
        why="a mean size means nothing without its weighting",
        remedy=suggestion(word, known),
        where=Where(key="--weighting"),
    )


def _write(found: "Sizes", overlay: Path | None, report: Path | None) -> list[str]:
    written = []
    if overlay is not None:
        from aliquot.instruments.microscopy.overlay import write_overlay

        written.append(str(write_overlay(found, overlay)))
    if report is not None:
        with output.needs("report", "--report"):
            from aliquot.report.microscopy import write_microscopy
        written.append(str(write_microscopy(found, report)))
    return written


def _show(found: "Sizes", written: list[str]) -> None:
    rows = [
        ["particles", f"{found.n}"],
        [f"mean d by {found.weighting} / nm", output.plus_minus(found.mean, 3)],
        ["RSD / %", output.plus_minus(found.rsd, 1, 100.0)],
    ]
    if found.corrected is not None:
        one = found.corrected
        rows += [
            ["number mean / nm", f"{one.mean:.3f}"],
            ["standard deviation / nm", f"{one.sd:.3f}"],
            ["median / nm", f"{one.median:.3f}"],
            ["D32 / nm", f"{one.d32:.3f}"],
            ["volume mean / nm", f"{one.volume_mean:.3f}"],
        ]
    notes = [] if found.mean.definition is None else [f"d: {found.mean.definition}."]
    notes += [*found.flags, *(f"Written: {path}" for path in written)]
    output.print_table(f"{found.label} — values with 95 % intervals", ["", "value"], rows, notes)
