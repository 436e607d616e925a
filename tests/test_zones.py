"""Maps of zones: the same by whatever way they come about; the vials of the paper; what is refused."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from aliquot.cli.zones import zones as verb
from aliquot.errors import InputError, RangeError, Where
from aliquot.inference.dual import Dual
from aliquot.inference.forward import Seen
from aliquot.inference.plan import Look
from aliquot.inference.reading import Reading
from aliquot.inference.study import read_study, study_document
from aliquot.inference.zones import Zone, read_zone_study, zones
from aliquot.inference.zones.engine import CHUNK
from aliquot.inference.zones.ensemble import drawn, unseeing
from aliquot.inference.zones.flasks import flasks_of
from aliquot.inference.zones.reader import Reader
from aliquot.inference.zones.record import Verdict
from aliquot.inference.zones.rules import ZONES
from aliquot.inference.zones.sheets import FINER
from aliquot.inference.zones.study import zone_study_document
from aliquot.inference.zones.told import as_csv, as_json, vials_csv
from aliquot.inference.zones.zones import looks, points
from aliquot.knowledge import store
from aliquot.knowledge.records import Role
from aliquot.report.zones import write_zones, zones_page
from cdte_courses import FLASKS, HOURS, courses
from zone_maps import interrupted, mapped, small

FILES = ("map.csv", "vials.csv", "result.json")


def test_shares_are_those_of_every_other_reading() -> None:
    card, study = store.chemistry("cdte_mech2023_wide"), read_zone_study("cdte_zones")
    rng = np.random.default_rng(1)
    rungs, species = rng.random(600) / 3e4, rng.random(len(card.species))
    start = np.array([20.0, 24.0, 0.0, 0.0, 0.0])
    weights = Reader(card, study.rules, looks(study), study.numerics).weights(600)
    found = (rungs @ weights.rungs + species @ weights.species) / (weights.total @ start)
    look = Look(1.0, 0, 0, start, 0.0, 373.15)
    seen = Seen((look,), Dual.still(species[None], 0), Dual.still(rungs[None], 0), 1)
    reading = Reading(seen, card, store.material("CdTe").unit_volume, 34)
    for share, kind in zip(found, study.rules, strict=True):
        read = sum(float(reading.share(name, Where(name)).value[0]) for name in kind.of)
        assert share == pytest.approx(read)


def test_a_small_map_says_what_the_paper_says() -> None:
    found = mapped()
    assert found.count == 24
    assert {(vial.label.condition, vial.met) for vial in found.vials} == {
        (name, True) for name in ("tol", "top0", "oam0", "ode", "cd24")
    }
    assert found.counted(Role.CALIBRATION) == (4, 4)
    assert found.counted(Role.PREDICTION) == (1, 1)
    assert np.allclose(found.belief.probabilities.sum(axis=-1), 1.0)
    assert sum(found.fraction(zone) for zone in ZONES) == pytest.approx(1.0)
    assert found.lost == 0
    # Octadecene with much cadmium: on ladders that may not grow, that is told.
    assert (found.lids > 0) == any("top of the longest ladder" in flag for flag in found.flags)
    assert any("the map knows what is held out" in flag for flag in found.flags)


def test_held_out_vials_are_judged_by_constants_that_never_saw_them() -> None:
    found = mapped()
    assert found.blind == (("cdte_mech2023_split/1", 1.0),)
    assert found.foretold() == (1, 1)
    assert found.foretold(Role.CALIBRATION) == (4, 4)
    vial = next(one for one in found.vials if one.label.condition == "cd24")
    assert vial.blind is not None
    assert not np.allclose(vial.blind.shares, vial.verdict.shares)
    told = as_json(found)["labels"]
    assert told["blind"]["prediction"] == {"met": 1, "of": 1}
    assert told["blind"]["chemistries"] == [{"chemistry": "cdte_mech2023_split/1", "weight": 1.0}]
    assert {one["blind"]["computed"] for one in told["vials"]} == {zone.value for zone in Zone} - {"dots"}
    assert any("laws and structures" in flag for flag in found.flags)


def test_vials_of_the_paper_are_told_row_by_row() -> None:
    head, *rows = (line.split(",") for line in vials_csv(mapped()).splitlines())
    assert head[:7] == ["condition", "time_h", "series", "role", "published", "map_zone", "map_met"]
    assert len(rows) == len(mapped().vials)
    assert {len(row) for row in rows} == {len(head)}
    top = next(dict(zip(head, row, strict=True)) for row in rows if row[0] == "top0")
    assert (top["role"], top["blind_zone"], top["blind_met"]) == ("prediction", "nothing", "yes")
    assert float(top["blind_p_nothing"]) == 1.0


def test_a_study_without_blind_constants_tells_of_none() -> None:
    found = zones(small(2, blind=[], sections=[], diagram=[]))
    assert (found.blind, found.foretold()) == ((), None)
    assert {vial.blind for vial in found.vials} == {None}
    assert as_json(found)["labels"]["blind"] is None
    assert vials_csv(found).splitlines()[1].endswith("," * 7)
    assert any("no vial is a true prediction" in flag for flag in found.flags)


def test_an_ensemble_of_divided_opinion_shows_its_probabilities() -> None:
    verdict = Verdict((0.0, 0.0, 1 / 3, 2 / 3, 0.0), np.zeros((3, 5)))
    assert (verdict.zone, verdict.words) == (Zone.MIXTURE, "mixture 67 %, pure cluster 33 %")
    one = mapped().vials[0]
    found = replace(mapped(), vials=(replace(one, verdict=verdict), replace(one, blind=verdict)))
    assert vials_csv(found).splitlines()[1].split(",")[7:12] == ["0", "0", "0.3333", "0.6667", "0"]
    pytest.importorskip("matplotlib", reason="is of the report extra")
    assert zones_page(found).count("67 %") == 2


def test_a_map_is_told_row_by_row() -> None:
    found = mapped()
    head, *rows = as_csv(found).splitlines()
    assert head.startswith(
        "recipe,solvent,amine_mM,cadmium_mM,time_h,zone,p_nothing,p_complex,p_pure_cluster"
    )
    assert len(rows) == found.count * found.hours.size
    assert {row.split(",")[5] for row in rows} <= {zone.value for zone in Zone}
    json.dumps(as_json(found), allow_nan=False)


def test_an_interrupted_map_goes_on_and_equals_the_uninterrupted_one(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("aliquot.inference.zones.engine.CHUNK", 32)
    study = small(70)
    with pytest.raises(KeyboardInterrupt):
        interrupted(study, tmp_path, 2)
    kept = sorted((tmp_path / "chunks").glob("*.npz"))
    assert len(kept) == 2  # of three chunks of recipes, and one each of all else
    written = {path.name: path.stat().st_mtime_ns for path in kept}
    again, whole = zones(study, folder=tmp_path), zones(study)
    assert as_csv(again) == as_csv(whole)
    assert as_json(again) == as_json(whole)
    assert {path.name: path.stat().st_mtime_ns for path in kept} == written


def test_more_recipes_begin_with_the_fewer(tmp_path) -> None:
    few, many = (zones(small(count), folder=tmp_path) for count in (24, 40))
    assert (many.shares[:, :24] == few.shares).all()
    assert (few.shares == mapped().shares).all()


def test_a_damaged_chunk_is_computed_anew_and_told(tmp_path) -> None:
    first = zones(small(), folder=tmp_path)
    path = min((tmp_path / "chunks").glob("*.npz"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    again = zones(small(), folder=tmp_path)
    assert (again.shares == first.shares).all()
    assert any(path.name in flag for flag in again.flags)
    assert not any("damaged" in flag for flag in zones(small(), folder=tmp_path).flags)


def test_other_thresholds_compute_nothing_anew(tmp_path) -> None:
    zones(small(), folder=tmp_path)
    before = sorted((tmp_path / "chunks").iterdir())
    kinds = [kind.model_dump(mode="json") | {"visible": 0.05} for kind in small().rules]
    zones(small(rules=kinds), folder=tmp_path)
    assert sorted((tmp_path / "chunks").iterdir()) == before


def test_a_section_is_the_same_seen_from_its_other_side() -> None:
    one = mapped().sections[0]
    other = zones(small(sections=[{"x": "cadmium", "y": "amine", "points": 4}])).sections[0]
    assert (one.x == other.y).all()
    assert (one.probabilities == np.swapaxes(other.probabilities, 0, 1)).all()
    assert one.words == other.words == "in toluene, after 24 h"


def test_what_is_drawn_goes_through_what_was_computed() -> None:
    for sheet in (mapped().sections[0], mapped().lanes[0]):
        assert (sheet.drawn.probabilities[::FINER, ::FINER] == sheet.probabilities).all()
        assert np.allclose(sheet.drawn.x[::FINER], sheet.x)
        assert np.allclose(sheet.drawn.y[::FINER], sheet.y)
    words = mapped().lanes[1]
    assert words.drawn.x.tolist() == [0.0, 1.0, 2.0]
    assert (words.drawn.probabilities[::FINER] == words.probabilities).all()


def test_vials_stand_only_on_planes_on_which_they_lie() -> None:
    found = mapped()
    amine, solvent = found.lanes
    assert {vial.label.condition for vial in found.on(amine)} == {"tol", "oam0"}
    assert {vial.label.condition for vial in found.on(solvent)} == {"tol", "ode"}
    assert {vial.label.condition for vial in found.on(found.sections[0])} == {"tol", "oam0", "cd24"}


def test_a_grid_fills_the_box() -> None:
    study = small(sampling={"kind": "grid", "count": 3})
    made = points(study)
    assert {column.size for column in made.values()} == {27}
    assert len(set(zip(*(column.tolist() for column in made.values()), strict=True))) == 27


def test_concentrations_are_those_of_the_base_but_for_what_varies() -> None:
    made = flasks_of(small(), {"cadmium": np.array([10.0, 100.0])})
    assert made.concentrations["CdOA2"].tolist() == [10.0, 100.0]
    assert made.concentrations["OAM"].tolist() == [748.0, 748.0]
    assert made.temperatures.tolist() == [373.15, 373.15]


def test_a_page_shows_the_map(tmp_path) -> None:
    pytest.importorskip("matplotlib", reason="is of the report extra")
    page = zones_page(mapped())
    assert page == zones_page(mapped())
    for told in (
        "zones-axes",
        "zones-sections",
        "zones-box",
        "cadmium [mM]",
        "time [h]",
        "pure cluster",
        "l.94",
    ):
        assert told in page
    assert write_zones(mapped(), tmp_path / "zones.html").read_text(encoding="utf-8") == page


def _fit_folder(folder: Path, spread: float) -> Path:
    """Make what a finished fit leaves behind, as far as an ensemble needs it."""
    study = read_study("cdte_449_alone")
    folder.mkdir()
    (folder / "study.yaml").write_text(study_document("cdte_449_alone").text, encoding="utf-8")
    constants = [{"name": one.name, "theta": one.prior.mean} for one in study.free]
    covariance = np.diag([(spread * one.prior.sd) ** 2 for one in study.free]).tolist()
    (folder / "result.json").write_text(json.dumps({"constants": constants, "covariance": covariance}))
    return folder


def test_constants_are_drawn_about_a_fit(tmp_path) -> None:
    folder = _fit_folder(tmp_path / "fit", 0.1)
    some, same, other = drawn(folder, 4, 1), drawn(folder, 4, 1), drawn(folder, 4, 2)
    assert some == same != other
    rates = [float(card.reactions["conversion"].rate.value.split()[0]) for card in drawn(folder, 60, 3)]
    logs = np.log10(rates)
    assert logs.mean() == pytest.approx(1.191, abs=0.04)
    assert logs.std() == pytest.approx(0.0866, rel=0.3)
    (best,) = drawn(folder, 1, 1)
    assert float(best.reactions["conversion"].rate.value.split()[0]) == pytest.approx(10**1.191)


def test_a_law_outside_of_its_bounds_is_refused(tmp_path) -> None:
    with pytest.raises(InputError, match="within the bounds of the priors"):
        drawn(_fit_folder(tmp_path / "fit", 1e4), 2, 1)


def test_a_folder_without_a_finished_fit_is_refused(tmp_path) -> None:
    with pytest.raises(InputError, match="run folder of a finished fit"):
        zones(small(chemistries=[{"fit": "nowhere"}]), beside=tmp_path)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        (
            {"base": {"concentrations": {"TOPTe": "20 mM", "CdOA3": "1 mM"}}},
            InputError,
            "Did you mean 'CdOA2'",
        ),
        ({"base": {"temperature": "180 degC"}}, RangeError, "was calibrated there"),
        ({"base": {"solvent": "HEX"}}, InputError, "HEX"),
        ({"chemistries": [{"card": "cdte_mech2023"}, {"card": "inp_wang2023"}]}, InputError, "one material"),
        (
            {
                "labels": {
                    "card": "mech2023",
                    "because": "so",
                    "vials": [
                        {"condition": "tal", "at": "1 h", "zone": "dots", "says": "so", "place": "l.1"}
                    ],
                }
            },
            InputError,
            "Did you mean 'tol'",
        ),
    ],
)
def test_what_no_chemistry_knows_is_refused_before_anything_is_computed(changes, error, words) -> None:
    if "base" in changes:
        changes = {"base": small().base.model_dump(mode="json", exclude_none=True) | changes["base"]}
    with pytest.raises(error, match=words):
        zones(small(**changes), progress=lambda _: pytest.fail("nothing may be computed"))


def test_constants_that_saw_what_is_held_out_are_not_blind(tmp_path) -> None:
    with pytest.raises(InputError, match="such as 'cdte_mech2023_split'"):
        zones(small(blind=[{"card": "cdte_mech2023_wide"}]))
    folder = _fit_folder(tmp_path / "fit", 0.1)
    assert len(unseeing(small(blind=[{"fit": "fit", "draws": 2}]), tmp_path)) == 2
    text = (folder / "study.yaml").read_text(encoding="utf-8")
    seen = "observations:\n  cards: [mech2023]\n  roles: [calibration, prediction]"
    seeing = text.replace("observations:", seen, 1)
    (folder / "study.yaml").write_text(seeing, encoding="utf-8")
    with pytest.raises(InputError, match="would predict nothing"):
        unseeing(small(blind=[{"fit": "fit"}]), tmp_path)


def test_blind_constants_need_vials_to_judge(tmp_path) -> None:
    content = small().model_dump(mode="json", by_alias=True, exclude_none=True)
    del content["labels"]
    path = tmp_path / "study.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match="judge vials of a paper"):
        read_zone_study(path)


def test_a_kind_that_nothing_is_of_is_refused() -> None:
    kinds = [kind.model_dump(mode="json") for kind in small().rules]
    kinds[0]["of"] = ["448"]
    with pytest.raises(InputError, match="Did you mean '449'"):
        zones(small(rules=kinds))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("x: amine, y: phosphine", "x: amine, y: fosfine", "'fosfine' is no coordinate"),
        ("x: amine, y: phosphine", "x: amine, y: amine", "two coordinates are needed"),
        ("times: [0.5 h, 1 h", "times: [1 h, 0.5 h", "have to rise"),
        ("low: 10, high: 100", "low: 0, high: 100", "above 0"),
        ("low: 50, high: 150", "low: 150, high: 50", "does not lie below"),
        ("kind: sobol", "kind: soboll", "soboll"),
        ("looks: dots", "looks: dot", "looks"),
        ("- {card: cdte_mech2023}", "- {}", "either a 'card' or a 'fit'"),
    ],
)
def test_faults_of_a_study_are_told_with_their_line(tmp_path, old, new, words) -> None:
    text = zone_study_document("cdte_zones").text
    assert old in text
    path = tmp_path / "study.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=words) as told:
        read_zone_study(path)
    assert told.value.where.line


def test_the_command_speaks_json_and_goes_on(tmp_path) -> None:
    app = typer.Typer()
    app.command()(verb)
    text = json.dumps(small().model_dump(mode="json", by_alias=True, exclude_none=True))
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    words = [str(tmp_path / "mine.yaml"), "--out", str(tmp_path / "run"), "--json"]
    first = CliRunner().invoke(app, words)
    assert first.exit_code == 0, first.output
    told = json.loads(first.stdout)
    assert told["schema"] == "zones/1"
    assert told["recipes"] == 24
    assert told["labels"]["prediction"] == {"met": 1, "of": 1}
    written = {name: (tmp_path / "run" / name).read_bytes() for name in FILES}
    again = json.loads(CliRunner().invoke(app, words).stdout)
    assert {name: (tmp_path / "run" / name).read_bytes() for name in written} == written
    assert {**again, "wall_s": 0.0} == {**told, "wall_s": 0.0}
    shown = CliRunner().invoke(app, words[:-1])
    assert "Calibration: 4 of 4 met. Held out: 1 of 1 met." in shown.stdout
    assert "by constants that never saw them ('blind'): 1 of 1 met" in shown.stdout


@pytest.mark.slow
def test_every_flask_of_the_paper_is_that_of_the_thresholds() -> None:
    study = read_zone_study("cdte_zones")
    numerics = study.numerics.model_copy(update={"settled": 0.0})
    sizes = {name: np.array([getattr(one, name) for one in FLASKS.values()]) for name in ("cadmium", "amine")}
    values = {
        **sizes,
        "phosphine": np.array([one.phosphine for one in FLASKS.values()]),
        "temperature": np.array([one.celsius for one in FLASKS.values()], float),
        "solvent": np.array([one.solvent for one in FLASKS.values()]),
    }
    for name in ("cdte_mech2023", "cdte_mech2023_even"):
        card = store.chemistry(name)
        times = 3600.0 * np.array(HOURS[1:])
        found = Reader(card, study.rules, times, numerics).read(flasks_of(study, values), lambda: None)
        expected = courses(card)
        for i, flask in enumerate(FLASKS):
            one = expected[flask]
            for k, part in enumerate((one.small, one.double, one.complex, one.dots, one.others)):
                assert np.abs(found.shares[i, :, k] - part[1:]).max() < 4e-3, (name, flask, k)


@pytest.mark.slow
def test_a_map_that_is_killed_goes_on(tmp_path) -> None:
    study, folder = tmp_path / "mine.yaml", tmp_path / "run"
    content = small(4 * CHUNK).model_dump(mode="json", by_alias=True, exclude_none=True)
    study.write_text(json.dumps(content), encoding="utf-8")
    script = (
        "import typer; from aliquot.cli.zones import zones; app = typer.Typer(); app.command()(zones); app()"
    )
    words = [sys.executable, "-c", script, str(study), "--out", str(folder), "--json"]
    for wanted in (1, 3):
        at_work = subprocess.Popen(words, stdout=subprocess.DEVNULL)  # noqa: S603
        deadline = time.monotonic() + 120.0
        while len(list((folder / "chunks").glob("*.npz"))) < wanted and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(at_work.pid, signal.SIGKILL)
        at_work.wait()
    subprocess.run(words, check=True, capture_output=True)  # noqa: S603
    assert (folder / "map.csv").read_text(encoding="utf-8") == as_csv(zones(small(4 * CHUNK)))
