"""Vials that no constants could compute: they have no zone, are never met, and are told where they stand."""

import json
from dataclasses import replace

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from aliquot.cli.zones import zones as verb
from aliquot.inference.zones import Zone, Zones, zones
from aliquot.inference.zones.reader import Reader
from aliquot.inference.zones.record import Verdict
from aliquot.inference.zones.rules import ZONES
from aliquot.inference.zones.sheets import FINER, Plan
from aliquot.inference.zones.told import as_csv, as_json, vials_csv
from aliquot.inference.zones.turns import turns
from aliquot.inference.zones.vials import Jury
from aliquot.inference.zones.zones import looks
from aliquot.knowledge.records import Role
from zone_maps import mapped, small

KINDS = len(small().rules)


def nobody(members: int) -> Jury:
    """An ensemble none of which came to an end."""
    return Jury(np.full((members, 1, 1, KINDS), np.nan), np.full(members, 1.0 / members))


@pytest.fixture(scope="module")
def one_lost() -> Zones:
    """A map of one set of constants and a blind one, neither of which computes the vial without phosphine."""
    whole = Reader.read

    def read(self, flasks, told):
        found = whole(self, flasks, told)
        none = flasks.concentrations["TOP"] == 0.0
        found.shares[none], found.done[none] = np.nan, False
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reader, "read", read)
        return zones(small(2, sections=[]))


@pytest.mark.parametrize("zone", Zone)
def test_a_vial_that_none_of_a_jury_computed_has_no_zone_and_is_not_met(zone: Zone) -> None:
    verdict = nobody(3).verdict(0, 0, small().rules)
    assert (verdict.zone, verdict.words, verdict.is_divided, verdict.order) == (
        None,
        "not computed",
        False,
        (),
    )
    vial = mapped().vials[0]
    vial = replace(vial, label=vial.label.model_copy(update={"zone": zone}), verdict=verdict, blind=verdict)
    assert not vial.met
    assert not vial.meets(vial.blind)
    assert vial.probability(verdict) is None
    shares = np.full((3, 1, 1, KINDS), np.nan)
    moved = turns(shares, np.full(3, 1 / 3), small().rules, (vial,), np.full(3, 1 / 3))
    assert {one.met for one in moved} == {(0, 1)}
    assert {one.foretold for one in moved} <= {(0, 1), (0, 0)}  # of calibration vials none is foretold
    assert {one.changed for one in moved} == {None}


def test_those_of_a_jury_that_computed_a_vial_judge_it() -> None:
    shares = nobody(2).shares
    shares[1] = mapped().vials[0].verdict.shares
    verdict = Jury(shares, np.array([0.9, 0.1])).verdict(0, 0, small().rules)
    assert verdict.zone is mapped().vials[0].verdict.zone
    assert not verdict.is_divided


def test_a_lost_run_of_a_jury_of_one_is_counted_and_not_met(one_lost: Zones) -> None:
    top = next(one for one in one_lost.vials if one.label.condition == "top0")
    assert top.label.zone is Zone.NOTHING  # the first of all zones, which no number must not mean
    assert (top.verdict.zone, top.shown.zone) == (None, None)
    assert one_lost.counted(Role.PREDICTION) == (0, 1)
    assert one_lost.foretold() == (0, 1)
    assert one_lost.counted(Role.CALIBRATION) == (4, 4)
    assert {one.foretold for one in one_lost.turns} == {(0, 1)}
    assert max(one.met[0] for one in one_lost.turns) == 4
    assert {one.met[1] for one in one_lost.turns} == {5}
    assert one_lost.lost == 2
    bare = 2 * one_lost.hours.size
    assert any(flag.startswith(f"{bare} vials were computed by no set") for flag in one_lost.flags)


def test_a_lost_vial_is_null_in_json_and_empty_in_rows(one_lost: Zones) -> None:
    told = json.loads(json.dumps(as_json(one_lost), allow_nan=False))
    top = next(one for one in told["labels"]["vials"] if one["condition"] == "top0")
    none = {"computed": None, "probability": None, "probabilities": None, "met": False}
    assert top["blind"] == none
    assert {key: top[key] for key in none} == none
    assert told["labels"]["prediction"] == {"met": 0, "of": 1}
    row = next(line for line in vials_csv(one_lost).splitlines() if line.startswith("top0"))
    empty = "," * len(ZONES)
    assert row.endswith(f",nothing,,no{empty},,no{empty}")


def test_a_lost_vial_is_told_on_the_page_and_crossed_in_figures(one_lost: Zones) -> None:
    pytest.importorskip("matplotlib", reason="is of the report extra")
    from aliquot.report.zones import zones_page  # noqa: PLC0415

    lost = next(one for one in one_lost.vials if one.label.condition == "tol")
    verdict = Verdict((np.nan,) * len(ZONES), np.full((1, KINDS), np.nan))
    one = replace(one_lost, vials=(replace(lost, verdict=verdict, blind=verdict),))
    page = zones_page(one)
    assert page.count('<span class="missed">not computed</span>') == 2
    assert "a cross stands where nothing could be computed" in page
    assert page.count("not computed") == 3  # in the table twice, in the key once
    assert "not computed" not in zones_page(mapped())


def test_a_gap_in_a_plane_leaves_its_neighbours_as_they_were_computed() -> None:
    study = small()
    plan = Plan(study, study.sections[0])
    shares = np.random.default_rng(5).random((1, 16, looks(study).size, KINDS)) * 0.3
    shares[:, 5] = np.nan
    sheet = plan.sheet(shares, np.ones(1), looks(study))
    assert np.isnan(sheet.probabilities).any(axis=-1).sum() == 1
    drawn = sheet.drawn.probabilities[::FINER, ::FINER]
    assert np.array_equal(drawn, sheet.probabilities, equal_nan=True)
    found = replace(mapped(), sections=(sheet,))
    told = json.loads(json.dumps(as_json(found), allow_nan=False))["sections"][0]["probabilities"]
    assert told["dots"][1][1] is None
    assert sum(row.count(None) for row in told["dots"]) == 1


def test_a_map_of_which_nothing_could_be_computed_is_told_to_the_end(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("aliquot.inference.zones.reader.PATIENCE", 2)
    app = typer.Typer()
    app.command()(verb)
    study = small(2, sections=[], diagram=[])
    text = json.dumps(study.model_dump(mode="json", by_alias=True, exclude_none=True))
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    words = [str(tmp_path / "mine.yaml"), "--out", str(tmp_path / "run")]
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["lost"] == 12
    assert {one["fraction"] for one in told["zones"]} == {None}
    assert told["entropy_bit"] is None
    assert {one["changed"] for one in told["sensitivity"]} == {None}
    assert {one["computed"] for one in told["labels"]["vials"]} == {None}
    assert told["labels"]["calibration"] == {"met": 0, "of": 4}
    shown = CliRunner().invoke(app, words)
    assert "Calibration: 0 of 4 met. Held out: 0 of 1 met." in shown.stdout
    assert "not computed" in shown.stdout
    rows = (tmp_path / "run" / "map.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert all(row.endswith("," * (len(ZONES) + 2)) for row in rows)
    pytest.importorskip("matplotlib", reason="is of the report extra")
    page = tmp_path / "page.html"
    assert CliRunner().invoke(app, [*words, "--report", str(page)]).exit_code == 0
    assert "– %" in page.read_text(encoding="utf-8")


def test_rows_of_a_map_stay_empty_where_nothing_could_be_computed() -> None:
    belief = mapped().belief
    p = belief.probabilities.copy()
    p[0] = np.nan
    found = replace(mapped(), belief=replace(belief, probabilities=p))
    first = as_csv(found).splitlines()[1]
    assert first.endswith("," * (len(ZONES) + 2))
    assert found.fraction(Zone.PURE) == pytest.approx(p[1:, :, ZONES.index(Zone.PURE)].mean())
