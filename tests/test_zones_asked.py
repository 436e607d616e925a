"""What is asked of a map: recipes, ensembles and studies; what is refused before anything is computed."""

import json
from pathlib import Path

import numpy as np
import pytest

from aliquot.errors import InputError, RangeError
from aliquot.inference.study import read_study, study_document
from aliquot.inference.zones import read_zone_study, zones
from aliquot.inference.zones.ensemble import drawn, unseeing
from aliquot.inference.zones.flasks import flasks_of
from aliquot.inference.zones.study import zone_study_document
from aliquot.inference.zones.zones import points
from zone_maps import small


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
