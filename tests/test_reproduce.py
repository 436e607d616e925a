"""The paper, row by row: what the issue of this house asks for, misses shown."""

from pathlib import Path

import numpy as np
import pytest

from aliquot.cli.reproduce import _show, as_json
from aliquot.cli.reproduce import reproduce as command
from aliquot.knowledge import store
from aliquot.knowledge.records import Role
from aliquot.recipe import read_recipe
from aliquot.reproduce import Reproduction, Row, reproduce
from aliquot.reproduce.flasks import course_rows
from aliquot.synthesis import observe, simulate

GAZIS = store.observations("gazis2023")


@pytest.fixture(scope="module")
def paper() -> Reproduction:
    return reproduce("wang2023")


def row(paper: Reproduction, name: str) -> Row:
    return next(row for row in paper.rows if row.id == name)


def test_arithmetic_is_exact(paper: Reproduction) -> None:
    met, of = paper.counted(Role.ARITHMETIC)
    assert met == of == 37


def test_calibrated_sizes_are_within_a_tenth(paper: Reproduction) -> None:
    for name in ("diameter-180", "diameter-250"):
        assert row(paper, name).role is Role.CALIBRATION
        assert row(paper, name).computed == pytest.approx(row(paper, name).published, abs=0.1)


def test_predicted_sizes_are_within_two_tenths(paper: Reproduction) -> None:
    for name in ("diameter-0.3", "diameter-0.05"):
        assert row(paper, name).role is Role.PREDICTION
        assert row(paper, name).computed == pytest.approx(row(paper, name).published, abs=0.2)


def test_widths_are_within_two_and_a_half_points(paper: Reproduction) -> None:
    for name in ("RSD-180", "RSD-250"):
        assert row(paper, name).computed == pytest.approx(row(paper, name).published, abs=2.5)


KNOWN_MISSES = {"E1-180", "E1-250"}
"""Peaks of ensembles lie to the red of their mean size; each miss has its sentence on the card."""


def test_misses_are_those_that_are_known_and_each_is_explained(paper: Reproduction) -> None:
    missed = {row.id for row in paper.rows if row.is_tried and not row.met}
    assert missed == KNOWN_MISSES
    assert all(row(paper, name).note for name in missed)


def test_each_spectrum_gives_its_sizes_back(paper: Reproduction) -> None:
    for condition in paper.conditions:
        found = condition.recovered
        assert found.mean.value.value == pytest.approx(condition.simulated.mean, abs=0.05)
        assert found.rsd.value.value == pytest.approx(condition.simulated.rsd, abs=0.02)


def test_noise_has_a_seed(paper: Reproduction) -> None:
    first = paper.conditions[0].aliquot
    run = simulate(read_recipe("inp_wang2023").only(first.label), store.chemistry("inp_wang2023"))
    again, other = (observe(run, seed=seed).aliquots[0].signals[0] for seed in (2023, 7))
    np.testing.assert_array_equal(first.signals[0].values, again.values)
    assert not np.array_equal(first.signals[0].values, other.values)


def test_the_json_counts_its_rows(paper: Reproduction) -> None:
    (content,) = as_json([paper])["papers"]
    rows = content["rows"]
    assert content["of"] + content["not_computed"] == len(rows) == 68
    assert content["not_computed"] == sum(entry["not_computed_because"] is not None for entry in rows) == 5
    assert content["met"] == sum(entry["met"] for entry in rows) == content["of"] - len(KNOWN_MISSES)
    assert {entry["role"] for entry in rows} == {"calibration", "prediction", "arithmetic"}
    told = {entry["id"]: entry for entry in rows}
    assert told["diameter-180"]["published"] == 2.7
    assert told["RSD-0.1"]["published"] is None
    assert (told["RSD-0.1"]["low"], told["RSD-0.1"]["high"]) == (5.2, 20.0)
    assert (told["broader-when-longer"]["low"], told["broader-when-longer"]["high"]) == (0.0, None)
    assert told["amount-phosphorus"]["printed"] == "16 mmol"


def test_sentences_of_several_rows_are_met_together(paper: Reproduction) -> None:
    tests = {test.name: test for test in paper.tests}
    assert [row.id for row in tests["larger with longer residence"].rows] == [
        "larger-when-longer-1",
        "larger-when-longer-2",
    ]
    assert tests["larger with longer residence"].role is Role.PREDICTION
    assert len(tests) == len(paper.rows) - 3
    assert {name for name, test in tests.items() if test.is_tried and not test.met} == KNOWN_MISSES


def test_every_role_counts_for_itself(paper: Reproduction) -> None:
    assert paper.counted(Role.CALIBRATION) == (12, 14)
    assert paper.counted(Role.PREDICTION) == (12, 12)
    assert [paper.untried(role) for role in Role] == [1, 4, 0]


def test_a_paper_is_printed(capsys: pytest.CaptureFixture[str], paper: Reproduction) -> None:
    _show(paper)
    printed = capsys.readouterr().out
    assert "calibration: 12 of 14 met, 1 not computed; prediction: 12 of 12 met, 4 not computed" in printed
    assert "missed, calibration: E1-180, 518 ± 12 nm, computed 534" in printed
    assert "E1-shell" in printed


def test_without_a_run_there_is_no_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "aliquot.reproduce.reproduce",
        lambda name, **_: Reproduction(name, None, (), course_rows(GAZIS, str, ("nothing",)), 2023),
    )
    command(["gazis2023"], report=tmp_path)
    assert "No report of gazis2023" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
