"""`aliquot fit`: a study in; constants with intervals, and what the data can not tell, out."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.inference.profile import Profile
    from aliquot.inference.record import Constant, Fit, Line
    from aliquot.inference.sample import Sample
    from aliquot.inference.validate import Left


def fit(
    study: Annotated[str, typer.Argument(help="A study file, or the name of a study in the book.")],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Run folder; 'fit-ID' in the current folder unless given. An interrupted fit goes on."
        ),
    ] = None,
    profile: Annotated[
        list[str] | None, typer.Option(help="Profile likelihood of this constant; may be repeated.")
    ] = None,
    validate: Annotated[
        bool, typer.Option("--validate", help="Leave one series out at a time, and predict it.")
    ] = False,
    sample: Annotated[
        int | None, typer.Option(min=50, help="Draw this many sets of constants by NUTS; needs an extra.")
    ] = None,
    starts: Annotated[
        int | None, typer.Option(min=1, help="Points to start from; as the study says unless given.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema fit/1.")] = False,
) -> None:
    """Fit constants of a chemistry to observations, with priors: values, intervals, and what stays unknown.

    \b
    Examples:
      aliquot fit cdte_449_alone
      aliquot fit my_study.yaml --out runs/my_study
      aliquot fit inp_wang2023 --profile m --validate
    """
    from aliquot.inference.evaluator import Evaluator
    from aliquot.inference.fit import fitted
    from aliquot.inference.keep import folder_of, save
    from aliquot.inference.problem import Problem
    from aliquot.inference.profile import profile as profile_of
    from aliquot.inference.sample import sampled
    from aliquot.inference.study import Study, study_document
    from aliquot.inference.validate import cross_validated

    document = study_document(study)
    asked = document.read(Study)
    if starts is not None:
        asked = asked.model_copy(update={"starts": starts})
    place = out if out is not None else Path(f"fit-{asked.id}")
    beside = Path(study).parent if Path(study).is_file() else None
    problem = Problem.of(asked, beside)
    with (
        closing(folder_of(place, document.text, asked, beside)) as folder,
        output.counting(f"fitting {asked.id}", quiet=json) as told,
    ):
        evaluator = Evaluator(problem, folder, told)
        found = fitted(evaluator)
        profiles = [profile_of(evaluator, found, name) for name in profile or []]
        left = cross_validated(evaluator, found) if validate else ()
        drawn = None if sample is None else sampled(evaluator, found, sample)
        save(found, folder, profiles, left)
    if json:
        output.print_json("fit", as_json(found, profiles, left, drawn, place))
    else:
        _show(found, profiles, left, drawn, place)


def as_json(
    found: "Fit",
    profiles: "list[Profile]",
    left: "tuple[Left, ...]",
    drawn: "Sample | None",
    place: Path,
) -> dict[str, Any]:
    """Return a fit as the contract writes it."""
    from aliquot.inference.told import as_json as told
    from aliquot.inference.told import left_as_json, profile_as_json

    return {
        **told(found),
        "profiles": [profile_as_json(one) for one in profiles],
        "left_out": [left_as_json(one) for one in left],
        "sample": None if drawn is None else drawn.as_json(),
        "folder": str(place),
    }


def _show(
    found: "Fit", profiles: "list[Profile]", left: "tuple[Left, ...]", drawn: "Sample | None", place: Path
) -> None:
    columns = ["constant", "unit", "value", "95 % interval", "of its prior / %", "determined"]
    rows = [_constant(one) for one in found.constants]
    output.print_table(
        f"{found.study} — constants of {found.chemistry}",
        columns,
        rows,
        _of_constants(found),
        ["unit", "determined"],
    )
    columns = ["observation", "of", "has to be", "computed", "off / σ", "met", "role"]
    lines = [_line(one) for one in found.lines if one.computed is not None]
    output.print_table("Observations", columns, lines, _of_lines(found), ["of", "has to be", "met", "role"])
    for one in profiles:
        _show_profile(one)
    if left:
        columns = ["series left out", "met", "of", "rms / σ", "constant that moved most"]
        output.print_table("Cross-validation", columns, [_left(one, found) for one in left], (), columns[-1:])
    if drawn is not None:
        columns = ["constant", "median", "95 % interval", "effective draws", "R-hat"]
        output.print_table(f"{drawn.count} draws by NUTS", columns, drawn.rows(), drawn.flags)
    output.print_table("", ["Run folder"], [[str(place)]])


def _constant(one: "Constant") -> list[str]:
    known = "at its bound" if one.at_bound else "yes" if one.determined else "no"
    interval = f"{one.low:.4g} to {one.high:.4g}"
    return [one.name, one.unit, f"{one.value:.4g}", interval, f"{100.0 * one.share:.0f}", known]


def _of_constants(found: "Fit") -> list[str]:
    known = [one for one in found.directions if one.determined]
    head = f"The data determine {len(known)} of {len(found.directions)} combinations of constants"
    notes = [
        f"{head}, each to less than 30 % of its prior spread:",
        *(f"  {one.words} (strength {one.strength:.3g})" for one in known),
    ]
    if found.undetermined:
        notes.append(
            f"Not determined by the data, and held by their priors: {', '.join(found.undetermined)}."
        )
    notes.append(
        f"Cost {found.cost:.4g}: {found.misfit:.4g} from {found.data} residuals of the data, the others from "
        f"priors; {found.evaluations} evaluations."
    )
    return notes + list(found.flags)


def _line(one: "Line") -> list[str]:
    spread = "" if one.sd is None else f" ± {1.96 * one.sd:.2g}"
    met = "–" if one.met is None else "yes" if one.met else "NO"
    role = f"{one.role}" + ("" if one.fitted or str(one.role) == "prediction" else ", left out")
    off = "–" if one.residual is None else f"{one.residual:+.1f}"
    unit = "" if one.unit == "1" else f" {one.unit}"
    return [
        one.id.partition(":")[2],
        ", ".join(one.conditions),
        one.text,
        f"{one.computed:.3g}{spread}{unit}",
        off,
        met,
        role,
    ]


def _of_lines(found: "Fit") -> list[str]:
    (met, of), (told, held) = found.counted(fitted=True), found.counted(fitted=False)
    notes = [f"Fitted: {met} of {of} met. Held out: {told} of {held} met."]
    left = [one for one in found.lines if one.computed is None]
    notes += [f"{one.id.partition(':')[2]}: not computed, {one.note}" for one in left[:12]]
    if len(left) > 12:
        notes.append(f"and {len(left) - 12} more that are not computed; --json tells all.")
    notes.append("Cite: " + ", ".join(found.citations) + ".")
    return notes


def _show_profile(one: "Profile") -> None:
    rows = [[f"{theta:.4g}", f"{cost:.4g}"] for theta, cost in zip(one.theta, one.cost, strict=True)]
    low, high = ("open" if end is None else f"{end:.4g}" for end in (one.low, one.high))
    notes = [f"95 % by profile: {low} to {high}.", *one.flags]
    output.print_table(f"Profile of {one.name}", [one.name, "least cost"], rows, notes)


def _left(one: "Left", found: "Fit") -> list[str]:
    most = max(range(len(one.moved)), key=lambda i: abs(one.moved[i]))
    met, of = one.met
    rms = "–" if one.rms is None else f"{one.rms:.2f}"
    return [one.series, str(met), str(of), rms, f"{found.constants[most].name}, by {one.moved[most]:+.1f} σ"]
