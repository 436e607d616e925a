"""`aliquot fit`: a study in; constants with intervals, and what the data can not tell, out."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.inference.evaluator import Evaluator
    from aliquot.inference.problem import Problem
    from aliquot.inference.sample import Sample
    from aliquot.inference.study import Study
    from aliquot.knowledge.document import Document

Told = dict[str, Any]
"""A fit, or a part of it, as the contract writes it: what programs read is what tables are made of."""

Asked = Annotated[str, typer.Argument(help="A study file, or the name of a study in the book.")]
Out = Annotated[
    Path | None,
    typer.Option(help="Run folder; 'fit-ID' in the current folder unless given. An interrupted fit goes on."),
]
Profiled = Annotated[
    list[str] | None, typer.Option(help="Profile likelihood of this constant, such as 'k'; may be repeated.")
]
Validated = Annotated[
    bool, typer.Option("--validate", help="Leave one series out at a time, and predict it.")
]
Drawn = Annotated[
    int | None, typer.Option(min=50, help="Draw this many sets of constants by NUTS; needs an extra.")
]
Starts = Annotated[
    int | None, typer.Option(min=1, help="Points to start from; as the study says unless given.")
]


def fit(
    study: Asked,
    out: Out = None,
    profile: Profiled = None,
    validate: Validated = False,
    sample: Drawn = None,
    starts: Starts = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema fit/1.")] = False,
) -> None:
    """Fit constants of a chemistry to observations, with priors: values, intervals, and what stays unknown.

    \b
    Examples:
      aliquot fit cdte_449_alone
      aliquot fit my_study.yaml --out runs/my_study
      aliquot fit inp_wang2023 --profile m --validate
    """
    from aliquot.inference.finished import finished
    from aliquot.inference.keep import folder_of
    from aliquot.inference.profile import place_of
    from aliquot.inference.study import Study, study_document
    from aliquot.recipe.read import is_file

    document = study_document(study)
    asked = document.read(Study)
    if starts is not None:
        asked = asked.model_copy(update={"starts": starts})
    places = [place_of(asked.free, name) for name in profile or []]
    more = _More(tuple(asked.free[place].name for place in dict.fromkeys(places)), validate, sample)
    if sample is not None:
        with output.needs("sample", "--sample"):
            import mici  # noqa: F401
    place = out if out is not None else Path(f"fit-{asked.id}")
    beside = Path(study).parent if Path(study).is_file() else None
    # A study that can not be made ready leaves no folder; one that was begun may only have to be told again.
    needed = [place / "basis.json", *((beside or Path()) / one.file for one in asked.spectra)]
    ready = None if all(map(is_file, needed)) else _ready(asked, document, beside, more)
    with (
        closing(folder_of(place, document.text, asked, beside)) as folder,
        output.counting(f"fitting {asked.id}", quiet=json) as told,
    ):
        content = finished(folder, asked, more.profiles, validate=validate) if sample is None else None
        drawn = None
        if content is None:
            from aliquot.inference.evaluator import Evaluator

            ready = ready or _ready(asked, document, beside, more)
            content, drawn = _computed(Evaluator(ready, folder, told), more)
    if json:
        output.print_json("fit", as_json(content, drawn, place))
    else:
        _show(content, drawn, place)


@dataclass(frozen=True, slots=True)
class _More:
    """What is asked beside the fit itself: profiles by name, a series left out at a time, draws."""

    profiles: tuple[str, ...]
    validate: bool
    sample: int | None


def _ready(asked: "Study", document: "Document", beside: Path | None, more: _More) -> "Problem":
    """Return the study made ready; what is wrong with it is told with its line before any work."""
    from aliquot.errors import AliquotError
    from aliquot.inference.fit import placed, series_of
    from aliquot.inference.problem import Problem

    try:
        problem = Problem.of(asked, beside)
        if more.validate:
            series_of(problem)
    except AliquotError as fault:
        raise placed(fault, asked, document) from None
    return problem


def _computed(evaluator: "Evaluator", more: _More) -> tuple[Told, "Sample | None"]:
    """Fit, do what else is asked, and leave all of it in the run folder."""
    from aliquot.inference.fit import fitted
    from aliquot.inference.keep import save
    from aliquot.inference.profile import profile
    from aliquot.inference.sample import sampled
    from aliquot.inference.told import as_json
    from aliquot.inference.validate import cross_validated

    found = fitted(evaluator)
    profiles = [profile(evaluator, found, name) for name in more.profiles]
    left = cross_validated(evaluator, found) if more.validate else ()
    drawn = None if more.sample is None else sampled(evaluator, found, more.sample)
    if evaluator.folder is not None:
        save(found, evaluator.folder, profiles, left)
    return as_json(found, profiles, left), drawn


def as_json(content: Told, drawn: "Sample | None", place: Path) -> Told:
    """Return a fit as the contract writes it."""
    return {**content, "sample": None if drawn is None else drawn.as_json(), "folder": str(place)}


# --- for people ------------------------------------------------------------------------------------------


def _show(content: Told, drawn: "Sample | None", place: Path) -> None:
    columns = ["constant", "unit", "value", "95 % interval", "of its prior / %", "determined"]
    output.print_table(
        f"{content['study']} — constants of {content['chemistry']}",
        columns,
        [_constant(one) for one in content["constants"]],
        _of_constants(content),
        ["unit", "determined"],
    )
    columns = ["observation", "of", "has to be", "computed", "off / σ", "met", "role"]
    lines = [_line(one) for one in content["observations"] if one["computed"] is not None]
    output.print_table("Observations", columns, lines, _of_lines(content), ["of", "has to be", "met", "role"])
    by_name = {one["name"]: one for one in content["constants"]}
    for one in content["profiles"]:
        _show_profile(one, by_name[one["constant"]])
    if content["left_out"]:
        columns = ["series left out", "met", "of", "rms / σ", "constant that moved most"]
        left = [_left(one, content["constants"]) for one in content["left_out"]]
        output.print_table("Cross-validation", columns, left, (), columns[-1:])
    if drawn is not None:
        columns = ["constant", "median", "95 % interval", "effective draws", "R-hat"]
        output.print_table(f"{drawn.count} draws by NUTS", columns, drawn.rows(), drawn.flags)
    output.print_table("", ["Run folder"], [[str(place)]])


def _symbol(one: Told) -> str:
    """Return the name of a constant beside a value in its own unit."""
    from aliquot.inference.free import symbol

    return symbol(one["name"], one["transform"])


def _constant(one: Told) -> list[str]:
    if one["at_bound"]:
        known = "at its bound"
    else:
        known = "yes" if one["determined"] else "no" if one["told"] else "not told"
    value = one["value"]
    interval = f"{value['low']:.4g} to {value['high']:.4g}"
    return [
        _symbol(one),
        one["unit"],
        f"{value['value']:.4g}",
        interval,
        f"{100.0 * one['share']:.0f}",
        known,
    ]


def _of_constants(content: Told) -> list[str]:
    directions = content["directions"]
    known = [one for one in directions if one["determined"]]
    head = f"The data determine {len(known)} of {len(directions)} combinations of constants"
    notes = [f"{head}, each to less than 30 % of its prior spread:" if known else f"{head}."]
    notes += [f"  {one['words']} (strength {one['strength']:.3g})" for one in known]
    held = [_symbol(one) for one in content["constants"] if one["told"] and not one["determined"]]
    if held:
        notes.append(f"Not determined by the data, and held by their priors: {', '.join(held)}.")
    untold = [_symbol(one) for one in content["constants"] if not one["told"]]
    if untold:
        notes.append(
            f"Not told by the data: {', '.join(untold)}. The posterior is the prior, and the "
            "interval as wide as that."
        )
    notes.append(
        f"Cost {content['cost']:.4g}: {content['misfit']:.4g} from {content['data']} residuals of the data, "
        f"the others from priors; {content['evaluations']} evaluations."
    )
    ends = Counter(one["ended"].rstrip(".") for one in content["starts"])
    if len(content["starts"]) > 1:
        told = "; ".join(f"{count} × {message}" for message, count in ends.most_common())
        notes.append(f"Of {len(content['starts'])} starts: {told}.")
    return [*notes, *content["flags"]]


def _line(one: Told) -> list[str]:
    spread = "" if one["sd"] is None else f" ± {1.96 * one['sd']:.2g}"
    met = "–" if one["met"] is None else "yes" if one["met"] else "NO"
    role = one["role"] + ("" if one["fitted"] or one["role"] == "prediction" else ", left out")
    off = "–" if one["residual"] is None else f"{one['residual']:+.1f}"
    unit = "" if one["unit"] == "1" else f" {one['unit']}"
    return [
        one["id"].partition(":")[2],
        ", ".join(one["conditions"]),
        one["published"],
        f"{one['computed']:.3g}{spread}{unit}",
        off,
        met,
        role,
    ]


def _of_lines(content: Told) -> list[str]:
    (met, of), (told, held) = (_counted(content["observations"], fitted=fitted) for fitted in (True, False))
    notes = [f"Fitted: {met} of {of} met. Held out: {told} of {held} met."]
    left = [one for one in content["observations"] if one["computed"] is None]
    notes += [f"{one['id'].partition(':')[2]}: not computed, {one['note']}" for one in left[:12]]
    if len(left) > 12:
        notes.append(f"and {len(left) - 12} more that are not computed; --json tells all.")
    notes.append("Cite: " + ", ".join(content["citations"]) + ".")
    return notes


def _counted(lines: Sequence[Told], *, fitted: bool) -> tuple[int, int]:
    """Return how many are met, and how many there are; what was left out for a reason is neither."""
    known = [one for one in lines if one["met"] is not None and one["note"] is None]
    mine = [one for one in known if one["fitted"] is fitted]
    return sum(bool(one["met"]) for one in mine), len(mine)


def _show_profile(one: Told, constant: Told) -> None:
    """Print a profile, in the unit of the constant."""
    name = _symbol(constant)

    def written(theta: float) -> str:
        return f"{10.0**theta if constant['transform'] == 'log10' else theta:.4g}"

    rows = [
        [written(theta), "–" if cost is None else f"{cost:.4g}"]
        for theta, cost in zip(one["theta"], one["cost"], strict=True)
    ]
    low, high = ("open" if end is None else written(end) for end in (one["low"], one["high"]))
    notes = [f"95 % by profile: {low} to {high} {constant['unit']}.", *one["flags"]]
    output.print_table(f"Profile of {name}", [f"{name} / {constant['unit']}", "least cost"], rows, notes)


def _left(one: Told, constants: Sequence[Told]) -> list[str]:
    most = max(range(len(constants)), key=lambda i: abs(one["moved"][i]))
    rms = "–" if one["rms"] is None else f"{one['rms']:.2f}"
    moved = f"{constants[most]['name']}, by {one['moved'][most]:+.1f} σ"
    return [one["series"], str(one["met"]), str(one["of"]), rms, moved]
