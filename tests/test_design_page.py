"""Pages and commands of designs: what people read, what programs read, how a refusal leaves."""

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import typer
from typer.testing import CliRunner

from aliquot.cli import design
from aliquot.finding import Interval
from aliquot.inference.design.base import Base
from aliquot.inference.design.record import (
    Blocked,
    Bound,
    Compromise,
    Designed,
    Drawn,
    Failed,
    Reached,
    Setting,
)
from aliquot.inference.design.told import as_json
from aliquot.report.design import design_page, write_design
from designs import BASE, study

ASKED = study(
    BASE
    + """
spread: {cards: [inp_wang2023]}
front: {target: diameter, values: [2.6 nm, 2.7 nm]}
"""
)


def made(*, feasible=True) -> Designed:
    """A design as it might come out, with a recipe that is one."""
    mean = 2.6 if feasible else 2.4
    base = Base.of(ASKED)
    return Designed(
        study="small",
        title=ASKED.title,
        base="inp_wang2023",
        chemistry="inp_wang2023/1",
        feasible=feasible,
        settings=(
            Setting("temperature", ("flow.temperatures.HB1",), 180.0, 180.0, 220.0, "degC", 2.0),
            Setting("flow", ("flow.rate",), 0.15, 0.08, 0.4, "mL/min", None),
        ),
        objective=Reached(
            "rate", "maximise", "mg/h", 90.0, 90.0, None, 0.0, Interval(88.0, 70.0, 95.0), None, (2.0, None)
        ),
        targets=(
            Reached(
                "diameter", "2.6 nm ± 0.05 nm", "nm", mean, mean, feasible, 0.0 if feasible else 3.0,
                Interval(2.61, 2.4, 2.9), 0.4, (0.01, None),
            ),
            Reached(
                "RSD", "below 11 %", "%", 9.0, 9.0, True, 0.0, Interval(9.1, 8.0, 12.0), 0.9, (0.2, None)
            ),
        ),
        violation=0.0 if feasible else 3.0,
        bounds=(Bound("the temperature of zone HB1", 180.0, 180.0, "degC"),),
        blocked=() if feasible else (
            Blocked("temperature", "lower", "enough", 150.0, "degC", ("its low end, 180 degC",)),
            Blocked("flow", "lower", "none", None, "mL/min", ("its low end, 0.08 mL/min",)),
        ),
        failed=None if feasible else Failed(
            7, "7 × it is full, such as a ladder", (("temperature", 200.0, 220.0, "degC"),), 7, 600
        ),
        drawn=Drawn("an example", 10, 1, 0.3),
        front=(
            Compromise(2.6, True, (180.0, 0.15), 90.0, (2.6, 9.0)),
            Compromise(2.7, False, (181.0, 0.1), 60.0, (2.64, 9.2)),
        ),
        front_target="diameter",
        recipe=base.written(base.settings([180.0, 0.15]), "an example"),
        searches=("It arrived, after 6 evaluations.",),
        looked_at=40,
        with_slopes=12,
        citations=("wang2023",),
        flags=("A doubt & more.",),
    )  # fmt: skip


def invoke(monkeypatch, found: Designed, *words: str, folder):
    monkeypatch.setattr("aliquot.inference.design.design.design", lambda *_, **__: found)
    file = folder / "small.yaml"
    file.write_text(BASE, encoding="utf-8")
    verbs = typer.Typer()
    verbs.command()(design.design)
    return CliRunner().invoke(verbs, [str(file), "--out", str(folder / "run"), *words])


def test_a_page_tells_settings_spread_limits_and_recipe():
    page = design_page(made(), ASKED)
    for words in (
        "180&nbsp;°C",
        "±",
        "Touched",
        "this design",
        "flow:",
        "30 % of the draws",
        "A doubt &amp; more.",
    ):
        assert words in page
    assert "nan" not in page.casefold().replace("nanometre", "")
    assert page == design_page(made(), ASKED)
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_a_page_of_what_can_not_be_had_says_so_and_what_stands_in_the_way():
    page = design_page(made(feasible=False), ASKED)
    assert "No recipe that was found within the limits meets all targets" in page
    assert "would have to go to about 150" in page
    assert "flow is stopped by its low end, 0.08 mL/min: going lower is no help" in page
    assert "7 recipes could not be computed" in page


def test_a_page_opens_with_what_the_draws_say():
    lead = design_page(made(), ASKED).partition('class="lead">')[2].partition("</p>")[0]
    lead = " ".join(lead.replace("&nbsp;", " ").split())
    assert lead.startswith("With what is known of the constants, 30 % of the draws meet all targets")
    assert "diameter 2.61 (2.40 to 2.90) nm" in lead
    assert lead.index("30 %") < lead.index("2.61") < lead.index("With one set of constants, inp_wang2023/1")
    assert "edge" not in lead
    sure = replace(made(), drawn=None)
    assert "how sure this is stands open" in design_page(sure, ASKED)


def test_a_page_says_where_a_number_stands_at_the_edge_of_its_target():
    near = made()
    first = replace(near.targets[0], simulated=2.553)  # of 2.55 to 2.65
    lead = design_page(replace(near, targets=(first, near.targets[1])), ASKED).partition('class="lead">')[2]
    assert "diameter 2.55&nbsp;nm (at the edge of 2.6 nm ± 0.05 nm)" in lead.partition("</p>")[0]


def test_the_command_tells_what_stands_in_the_way_and_what_was_not_computed(monkeypatch, tmp_path):
    done = invoke(monkeypatch, made(feasible=False), folder=tmp_path)
    told = " ".join(done.output.split())
    assert "Flow is stopped by its low end, 0.08 mL/min: going lower is no help." in told
    assert "7 recipes could not be computed: 7 × it is full" in told
    assert "numerics: {most: 1200}" in str(done.exception)


def test_figures_are_drawings_that_stand_alone(tmp_path):
    page = write_design(made(), ASKED, tmp_path / "new" / "page.html").read_text(encoding="utf-8")
    drawings = [part.partition("</svg>")[0] + "</svg>" for part in page.split("<svg ")[1:]]
    assert len(drawings) == 3
    for drawing in drawings:
        ET.fromstring("<svg " + drawing)  # noqa: S314  our own


def test_the_command_writes_recipe_and_result(monkeypatch, tmp_path):
    done = invoke(monkeypatch, made(), folder=tmp_path)
    assert done.exit_code == 0
    assert "2.6 nm ± 0.05 nm" in done.output
    assert (tmp_path / "run" / "recipe.yaml").read_text(encoding="utf-8") == made().recipe
    result = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))
    assert result == json.loads(json.dumps(as_json(made())))
    assert result["result"] == "feasible"


def test_the_command_writes_a_file_where_one_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr("aliquot.inference.design.design.design", lambda *_, **__: made())
    file = tmp_path / "small.yaml"
    file.write_text(BASE, encoding="utf-8")
    verbs = typer.Typer()
    verbs.command()(design.design)
    done = CliRunner().invoke(verbs, [str(file), "--out", str(tmp_path / "mine.yaml"), "--json"])
    assert done.exit_code == 0
    assert (tmp_path / "mine.yaml").is_file()
    assert json.loads(done.output)["schema"] == "design/1"


def test_a_refusal_leaves_with_two_and_the_nearest_recipe(monkeypatch, tmp_path):
    done = invoke(monkeypatch, made(feasible=False), folder=tmp_path)
    assert "diameter 2.4 nm in place of 2.6 nm ± 0.05 nm" in str(done.exception)
    assert done.exception.exit_code == 2
    assert "150 degC" in str(done.exception)
    assert (tmp_path / "run" / "nearest.yaml").is_file()
    assert not (tmp_path / "run" / "recipe.yaml").exists()


def test_a_refusal_for_programs_is_one_object(monkeypatch, tmp_path):
    done = invoke(monkeypatch, made(feasible=False), "--json", folder=tmp_path)
    assert done.exit_code == 2
    told = json.loads(done.output)
    assert told["result"] == "infeasible"
    assert [(one["knob"], one["help"]) for one in told["blocked"]] == [
        ("temperature", "enough"),
        ("flow", "none"),
    ]
    assert told["failed"]["at"] == {"temperature": {"low": 200.0, "high": 220.0, "unit": "degC"}}
    assert (told["failed"]["count"], told["failed"]["outgrown"]) == (7, 7)


def test_options_change_the_study(monkeypatch, tmp_path):
    seen = {}

    def caught(asked, **_):
        seen["asked"] = asked
        return made()

    monkeypatch.setattr("aliquot.inference.design.design.design", caught)
    file = tmp_path / "small.yaml"
    file.write_text(BASE, encoding="utf-8")
    verbs = typer.Typer()
    verbs.command()(design.design)
    words = [
        str(file),
        "--out",
        str(tmp_path / "a.yaml"),
        "--fit",
        str(tmp_path),
        "--draws",
        "20",
        "--starts",
        "3",
    ]
    done = CliRunner().invoke(verbs, [*words, "--extrapolate"])
    assert done.exit_code == 0
    assert seen["asked"].spread.fit == str(tmp_path)
    assert (seen["asked"].spread.draws, seen["asked"].starts) == (20, 3)
    assert seen["asked"].limits.extrapolate


def test_draws_without_a_fit_are_refused(monkeypatch, tmp_path):
    done = invoke(monkeypatch, made(), "--draws", "20", folder=tmp_path)
    assert "counted, not drawn" in str(done.exception)


def test_a_written_recipe_keeps_no_word_of_the_original_settings():
    text = made().recipe
    assert "180C" not in text
    assert "checks:" not in text
    assert "44.4 mL" not in text
    assert np.sum([line.startswith("#") for line in text.splitlines()]) >= 2
