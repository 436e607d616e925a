"""`aliquot compare`: what several instruments say of one sample, on one weighting."""

import json as json_
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.errors import InputError
    from aliquot.finding import Interval
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

    found = hold(_all_witnesses(files), weighting=weighting_of(weighting), rsd=rsd)
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


def _all_witnesses(files: list[Path]) -> list["Witness"]:
    """Return what all files say, each file once."""
    found: list[Witness] = []
    seen: dict[str, Path] = {}
    for file in files:
        text = _text(file)
        if text in seen:
            raise _twice(file, seen[text])
        seen[text] = file
        found += _witnesses(file, text)
    return found


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as fault:
        raise _no_witness(file, f"a file that can not be opened ({fault.strerror})") from None
    except ValueError:  # not UTF-8, or a null byte in the name
        raise _no_witness(file, "a file that is not JSON") from None


def _witnesses(file: Path, text: str) -> list["Witness"]:
    """Return what a file of ours says of a mean diameter."""
    try:
        content = json_.loads(text)
    except ValueError:
        raise _no_witness(file, "a file that is not JSON") from None
    except RecursionError:
        raise _no_witness(file, "JSON nested too deep to be read") from None
    if not isinstance(content, dict) or "schema" not in content:
        error = content.get("error") if isinstance(content, dict) else None
        told = (
            f"the error '{str(error.get('message', ''))[:80]}'" if isinstance(error, dict) else "other JSON"
        )
        raise _no_witness(file, told)
    command = str(content["schema"])[:80].split("/")[0]
    told_by = {"analyse": _absorbance, "mass": _bands, "mass-size": _mass, "tem": _image, "xrd": _xray}
    if command not in told_by:
        raise _no_witness(file, f"the answer of '{command}'")
    try:
        found = told_by[command](content, file)
    except KeyError as fault:
        raise _no_witness(file, f"an answer of '{command}' without the key {fault}") from None
    except (TypeError, AttributeError, IndexError):
        raise _no_witness(
            file, f"an answer of '{command}' whose keys hold other things than they should"
        ) from None
    if not found:
        raise _no_witness(file, f"an answer of '{command}' in which no diameter is told")
    return found


def _image(content: dict[str, Any], file: Path) -> list["Witness"]:
    from aliquot.errors import InputError, Where
    from aliquot.instruments.compare import Kind, Witness

    if content["mean_nm"] is None:
        return []
    if content["weighting"] not in ("number", "volume"):
        raise InputError(
            given=f"{content['weighting']!r}"[:80],
            expected="'number' or 'volume'",
            why="a mean size means nothing without its weighting",
            remedy="Make the file again with aliquot tem.",
            where=Where(str(file), key="weighting"),
        )
    kind = Kind(content["weighting"])
    spread = _spread(content.get("rsd"), file, "rsd")  # a log-normal keeps its spread under every weighting
    mean, what = _interval(content["mean_nm"], file, "mean_nm"), "inorganic core, projected"
    return [Witness(f"image {file.stem}", mean, kind, spread, what, _flags(content))]


def _xray(content: dict[str, Any], file: Path) -> list["Witness"]:
    from aliquot.instruments.compare import Kind, Witness

    told = content["diameter_nm"]
    if told is None:
        return []
    what = str(told.get("definition") or "crystalline core")
    spread = _spread(content.get("rsd"), file, "rsd")
    size = _interval(told, file, "diameter_nm")
    return [Witness(f"X-ray {file.stem}", size, Kind.VOLUME, spread, what, _flags(content))]


def _mass(content: dict[str, Any], file: Path) -> list["Witness"]:
    return _by_mass(content, file, "", _flags(content))


def _by_mass(told: dict[str, Any], file: Path, place: str, flags: tuple[str, ...]) -> list["Witness"]:
    """Return the diameter under ligands, else that of all mass."""
    from aliquot.instruments.compare import Kind, Witness

    covered = told.get("with_ligands_nm")
    key = "with_ligands_nm" if covered else "bare_nm"
    if told[key] is None:
        return []
    what = "core under its ligands, by density" if covered else "all mass as core, by density"
    size = _interval(told[key], file, f"{place}{key}")
    return [Witness(f"mass {file.stem}", size, Kind.MASS, None, what, flags)]


def _bands(content: dict[str, Any], file: Path) -> list["Witness"]:
    """Return the largest band of a mass spectrum."""
    bands = [one for one in content["bands"] if one.get("with_ligands_nm") or one.get("bare_nm")]
    if not bands:
        return []
    shares = [_share(one.get("share"), file) for one in bands]
    most = bands[shares.index(max(shares))]
    taken = () if len(bands) == 1 else (f"the largest of {len(bands)} bands was taken.",)
    return _by_mass(most, file, "bands[].", (*taken, *_flags(content), *_flags(most)))


def _absorbance(content: dict[str, Any], file: Path) -> list["Witness"]:
    """Return the only aliquot, or the last one: an image and a pattern are taken of the product."""
    from aliquot.instruments.compare import Kind, Witness

    aliquots = content["aliquots"]
    told = [one for one in aliquots if one.get("distribution") or one.get("diameter_nm")]
    if not told:
        return []
    one = told[-1]
    flags = () if len(aliquots) == 1 else (f"of {len(aliquots)} aliquots the last one was taken.",)
    flags = (*flags, *_flags(one), *_flags(content.get("series") or {}))
    by_e1, label = one.get("diameter_nm"), f"absorbance {file.stem}, {one['label'].strip()}"
    sized = None if by_e1 is None else _interval(by_e1, file, "aliquots[].diameter_nm")
    if one.get("distribution"):
        key = "aliquots[].distribution"
        spread = _spread(one["distribution"].get("rsd"), file, f"{key}.rsd")
        mean = _interval(one["distribution"]["mean_nm"], file, f"{key}.mean_nm")
        mean, doubt = _with_sizing(mean, sized)
        return [Witness(label, mean, Kind.VOLUME, spread, "sizes whose spectrum fits", (*flags, doubt))]
    if sized is None:
        return []
    flags = (*flags, "a sizing curve tells the number mean of the images it was made from.")
    what = str(by_e1.get("definition") or "sizing curve")
    return [Witness(label, sized, Kind.NUMBER, None, what, flags)]


def _with_sizing(mean: "Interval", sized: "Interval | None") -> tuple["Interval", str]:
    """Add to the interval of a fitted distribution that of the sizing curve its sizes rest on."""
    from math import hypot

    from aliquot.finding import Interval
    from aliquot.instruments.compare import at_95

    if sized is None:
        return mean, "its interval is of the fit alone, without that of a sizing curve."
    fit, curve = at_95(mean), at_95(sized)
    relative = 0.5 * (curve.high - curve.low) / curve.value
    below = hypot(fit.value - fit.low, relative * fit.value)
    above = hypot(fit.high - fit.value, relative * fit.value)
    # A bound at or below zero is none of a diameter.
    low = max(fit.value - below, 1e-3 * fit.value)
    widened = Interval(fit.value, low, fit.value + above)
    return widened, f"the interval of the fit was widened by that of the sizing curve, {relative:.1%}."


def _interval(told: Any, file: Path, key: str) -> "Interval":  # noqa: ANN401  JSON may hold anything
    from aliquot.errors import Where
    from aliquot.finding import Interval
    from aliquot.instruments.compare import check_interval

    parts = {part: _number(told[part], file, f"{key}.{part}") for part in ("value", "low", "high", "level")}
    interval = Interval(**parts)
    check_interval(interval, Where(str(file), key=key))
    return interval


def _spread(told: Any, file: Path, key: str) -> float | None:  # noqa: ANN401  JSON may hold anything
    """Return a relative standard deviation, None where none is told."""
    if told is None or told["value"] is None:
        return None
    value = _number(told["value"], file, f"{key}.value")
    if not 0.0 <= value <= 1.0:
        raise _no_number(file, f"{key}.value", value, "a relative standard deviation between 0 and 1")
    return value


def _share(told: Any, file: Path) -> float:  # noqa: ANN401  JSON may hold anything
    return 0.0 if told is None else _number(told["value"], file, "bands[].share.value")


def _number(told: Any, file: Path, key: str) -> float:  # noqa: ANN401  JSON may hold anything
    """Return a finite number, or refuse what stands in its place."""
    try:
        value = float(told) if isinstance(told, int | float) and not isinstance(told, bool) else math.nan
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise _no_number(file, key, told, "a finite number")
    return value


def _flags(told: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(flag) for flag in told.get("flags") or ())


def _no_number(file: Path, key: str, given: Any, expected: str) -> "InputError":  # noqa: ANN401
    from aliquot.errors import InputError, Where

    return InputError(
        given=f"{given!r}"[:60] if not isinstance(given, int) else "a whole number without end",
        expected=expected,
        why="diameters are compared within their budgets, and these are reckoned with it",
        remedy="Make the file again with --json, and leave its numbers as they are.",
        where=Where(str(file), key=key),
    )


def _twice(file: Path, first: Path) -> "InputError":
    from aliquot.errors import InputError, Where

    return InputError(
        given=f"the same content as '{first}'",
        expected="answers of different measurements",
        why="a witness agrees with itself, which proves nothing",
        remedy="Give each file once.",
        where=Where(str(file)),
    )


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
