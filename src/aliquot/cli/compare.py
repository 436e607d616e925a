"""`aliquot compare`: what several instruments say of one sample, on one weighting."""

import json as json_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.errors import InputError
    from aliquot.instruments.compare import Comparison, Witness

_TOLD_BY = ("analyse", "mass", "mass-size", "tem", "xrd")


def compare(
    files: Annotated[list[Path], typer.Argument(help="JSON of analyse, mass, mass-size, xrd or tem.")],
    weighting: Annotated[str, typer.Option(help="On which they are compared: number or volume.")] = "number",
    rsd: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Spread for those that tell none, such as 0.10.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema compare/1.")] = False,
) -> None:
    """Hold the mean diameters that instruments tell of one sample against each other.

    Means by number, by mass and by volume are brought to one weighting; then each two are compared within
    their budgets.

    \b
    Examples:
      aliquot tem dots.tif --json > tem.json
      aliquot xrd pattern.xy --material InP --json > xrd.json
      aliquot compare tem.json xrd.json --weighting volume
    """
    from aliquot.cli.tem import weighting_of
    from aliquot.instruments.compare import compare as hold

    witnesses = [witness for file in files for witness in _witnesses(file)]
    found = hold(witnesses, weighting=weighting_of(weighting), rsd=rsd)
    if json:
        output.print_json("compare", as_json(found))
    else:
        _show(found)


def as_json(found: "Comparison") -> dict[str, Any]:
    """Return a comparison as programs read it."""
    return {
        "weighting": str(found.weighting),
        "agree": found.agree,
        "witnesses": [
            {
                "name": one.name,
                "told_nm": output.interval(one.diameter),
                "told_as": str(one.kind),
                "rsd": one.rsd,
                "mean_nm": output.interval(brought),
                "definition": one.definition,
            }
            for one, brought in zip(found.witnesses, found.brought, strict=True)
        ],
        "pairs": [
            {
                "first": pair.first,
                "second": pair.second,
                "difference_nm": pair.difference,
                "sd_nm": pair.sd,
                "z": pair.z,
                "agree": pair.agree,
            }
            for pair in found.pairs
        ],
        "flags": list(found.flags),
    }


def _witnesses(file: Path) -> list["Witness"]:
    """Return what a file of ours says of a mean diameter."""
    try:
        content = json_.loads(file.read_text(encoding="utf-8"))
    except OSError as fault:
        raise _no_witness(file, f"a file that can not be opened ({fault.strerror})") from None
    except ValueError:
        raise _no_witness(file, "a file that is not JSON") from None
    if not isinstance(content, dict) or "schema" not in content:
        error = content.get("error") if isinstance(content, dict) else None
        told = f"the error '{error.get('message', '')[:80]}'" if isinstance(error, dict) else "JSON of others"
        raise _no_witness(file, told)
    command = str(content["schema"]).split("/")[0]
    try:
        told_by = {"analyse": _absorbance, "mass": _bands, "mass-size": _mass, "tem": _image, "xrd": _xray}
        found = told_by[command](content, file.stem) if command in told_by else None
    except (KeyError, TypeError, AttributeError, IndexError) as fault:
        raise _no_witness(file, f"a {command} without {fault}") from None
    if found is None:
        raise _no_witness(file, f"the answer of '{command}'")
    if not found:
        raise _no_witness(file, f"an answer of '{command}' in which no diameter is told")
    return found


def _image(content: dict[str, Any], name: str) -> list["Witness"]:
    from aliquot.instruments.compare import Kind

    spread = _value(content.get("rsd"))  # a log-normal keeps its spread under every weighting
    return _one(
        f"image {name}", content["mean_nm"], Kind(content["weighting"]), spread, "inorganic core, projected"
    )


def _xray(content: dict[str, Any], name: str) -> list["Witness"]:
    from aliquot.instruments.compare import Kind

    told = content["diameter_nm"] or {}
    what = str(told.get("definition") or "crystalline core")
    return _one(f"X-ray {name}", content["diameter_nm"], Kind.VOLUME, _value(content.get("rsd")), what)


def _mass(content: dict[str, Any], name: str) -> list["Witness"]:
    from aliquot.instruments.compare import Kind

    covered = content.get("with_ligands_nm")
    what = "core under its ligands, by density" if covered else "all mass as core, by density"
    return _one(f"mass {name}", covered or content["bare_nm"], Kind.MASS, None, what)


def _bands(content: dict[str, Any], name: str) -> list["Witness"]:
    """Return the largest band of a mass spectrum."""
    from aliquot.instruments.compare import Kind

    bands = [one for one in content["bands"] if one.get("with_ligands_nm") or one.get("bare_nm")]
    if not bands:
        return []
    most = max(bands, key=lambda one: _value(one.get("share")) or 0.0)
    covered = most.get("with_ligands_nm")
    what = "core under its ligands, by density" if covered else "all mass as core, by density"
    flags = () if len(bands) == 1 else (f"the largest of {len(bands)} bands was taken.",)
    return _one(f"mass {name}", covered or most["bare_nm"], Kind.MASS, None, what, flags)


def _absorbance(content: dict[str, Any], name: str) -> list["Witness"]:
    """Return the only aliquot, or the last one: an image and a pattern are taken of the product."""
    from aliquot.instruments.compare import Kind

    aliquots = content["aliquots"]
    told = [one for one in aliquots if one.get("distribution") or one.get("diameter_nm")]
    if not told:
        return []
    one = told[-1]
    flags = () if len(aliquots) == 1 else (f"of {len(aliquots)} aliquots the last one was taken.",)
    by_e1, label = one.get("diameter_nm") or {}, f"absorbance {name}, {one['label'].strip()}"
    if one.get("distribution"):
        spread = _value(one["distribution"].get("rsd"))
        mean = one["distribution"]["mean_nm"]
        return _one(label, mean, Kind.VOLUME, spread, "sizes whose spectrum fits", flags)
    flags = (*flags, "a sizing curve tells the number mean of the images it was made from.")
    return _one(label, by_e1, Kind.NUMBER, None, str(by_e1.get("definition") or "sizing curve"), flags)


def _one(
    name: str,
    told: dict[str, Any] | None,
    kind: Any,  # noqa: ANN401  a Kind, loaded with the verb
    rsd: float | None,
    definition: str,
    flags: tuple[str, ...] = (),
) -> list["Witness"]:
    from aliquot.finding import Interval
    from aliquot.instruments.compare import Witness

    if told is None:
        return []
    interval = Interval(float(told["value"]), float(told["low"]), float(told["high"]), float(told["level"]))
    return [Witness(name, interval, kind, rsd, definition, flags)]


def _value(told: Any) -> float | None:  # noqa: ANN401  JSON may hold anything
    return float(told["value"]) if isinstance(told, dict) and told.get("value") is not None else None


def _no_witness(file: Path, given: str) -> "InputError":
    from aliquot.errors import InputError, Where

    return InputError(
        given=given,
        expected=f"what {', '.join(_TOLD_BY)} print with --json, with a diameter in it",
        why="witnesses are compared by the diameter they tell",
        remedy="Make it again: aliquot tem IMAGE --json > tem.json; its flags tell why a diameter is null.",
        where=Where(str(file)),
    )


def _show(found: "Comparison") -> None:
    columns = ["witness", "told as", "told / nm", f"{found.weighting} mean / nm"]
    rows = [
        [
            one.name,
            f"{one.kind} mean",
            f"{one.diameter.value:.3f} [{one.diameter.low:.3f}, {one.diameter.high:.3f}]",
            f"{brought.value:.3f} [{brought.low:.3f}, {brought.high:.3f}]",
        ]
        for one, brought in zip(found.witnesses, found.brought, strict=True)
    ]
    notes = [
        f"{pair.first} and {pair.second}: {pair.difference:+.3f} ± {pair.sd:.3f} nm, z = {pair.z:+.1f}, "
        f"{'agree' if pair.agree else 'do NOT agree'}."
        for pair in found.pairs
    ]
    title = "The witnesses agree" if found.agree else "The witnesses do not agree"
    output.print_table(f"{title} within their budgets", columns, rows, [*notes, *found.flags], columns[:2])
