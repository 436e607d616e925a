"""`aliquot fit`: the table that people read, the object that programs read, the folder that stays."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from aliquot.cli import fit as verb
from aliquot.errors import InputError
from studies import HEAD, PLACES, Toy, observed

app = typer.Typer()
app.command("fit")(verb.fit)
TEXT = HEAD + observed({place: 2.0 + 0.3 * i for i, place in enumerate(PLACES[::3])})


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study in a folder of its own, of which the ladder is replaced by a formula."""
    ready = Toy.from_text(TEXT)
    monkeypatch.setattr("aliquot.inference.problem.Problem.of", lambda asked, *_: replace(ready, study=asked))
    path = tmp_path / "small.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def called(*words: str) -> None:
    app([*words], standalone_mode=False)


def test_people_read_constants_and_what_stays_unknown(
    asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    called(str(asked), "--profile", "gamma", "--validate")
    told, progress = capsys.readouterr()
    for words in (
        "log10 k_a",
        "The data determine 3 of 4 combinations",
        "Not determined by the data, and held by their priors: E_k.",
        "Fitted:",
        "95 % by profile:",
        "series left out",
        "fit-small",
    ):
        assert words in told
    assert "cost" in progress
    assert (tmp_path / "fit-small" / "cards" / "chemistries" / "inp_wang2023.yaml").is_file()


def test_programs_read_one_object(asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = (str(asked), "--out", str(tmp_path / "run"), "--json", "--profile", "E_k", "--starts", "2")
    called(*words)
    first = json.loads(capsys.readouterr().out)
    assert first["schema"] == "fit/1"
    assert {one["name"]: one["determined"] for one in first["constants"]}["E_k"] is False
    assert first["constants"][0]["value"]["level"] == 0.95
    assert first["profiles"][0]["constant"] == "E_k"
    assert len(first["starts"]) == 2
    assert first["sample"] is None
    kept = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))
    assert kept["constants"] == first["constants"]
    evaluations = (tmp_path / "run" / "evaluations.jsonl").read_bytes()
    called(*words)
    assert json.loads(capsys.readouterr().out) == first  # nothing is computed again
    assert (tmp_path / "run" / "evaluations.jsonl").read_bytes() == evaluations


def test_errors_are_those_of_the_house(asked: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a study of the book: .*cdte_449_alone"):
        called("no_such_study")
    with pytest.raises(InputError, match="Did you mean 'gamma'"):
        called(str(asked), "--out", str(tmp_path / "run"), "--profile", "gama")
