"""Questions a chemist asks, answered as the papers say; what they say was read, not computed."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from aliquot.cli.app import run
from aliquot.knowledge.quick import read_quickly

QUESTIONS = read_quickly((Path(__file__).parent / "questions.yaml").read_text(encoding="utf-8"))


def test_there_are_enough_questions_and_each_expects_something():
    assert len(QUESTIONS) >= 30
    for asked in QUESTIONS:
        assert asked["place"]
        assert {"ids", "first", "has", "says", "count"} & set(asked), asked["question"]


@pytest.mark.parametrize("asked", QUESTIONS, ids=[asked["question"] for asked in QUESTIONS])
def test_a_question_is_answered(asked: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*shlex.split(asked["run"]), "--json"]) == 0
    printed = capsys.readouterr().out
    answer = json.loads(printed)
    ids = [result["id"] for result in answer["results"]]

    assert answer["count"] == len(ids)
    if "ids" in asked:
        assert sorted(ids) == sorted(asked["ids"])
    if "first" in asked:
        assert ids[0] == asked["first"]
    if "count" in asked:
        assert len(ids) == asked["count"]
    assert set(asked.get("has", ())) <= set(ids)
    assert not set(asked.get("lacks", ())) & set(ids)
    for text in asked.get("says", ()):
        assert text in printed
    for why, names in asked.get("left_out", {}).items():
        assert set(names) <= set(answer["left_out"][why])
