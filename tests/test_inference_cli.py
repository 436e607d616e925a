"""`aliquot fit`: the table that people read, the object that programs read, the folder that stays."""

import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from aliquot.cli import fit as verb
from aliquot.errors import InputError
from aliquot.inference.design.study import design_document
from aliquot.inference.study import study_document
from aliquot.inference.zones.study import zone_study_document
from aliquot.knowledge.document import Document
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
    assert re.search(r"^k_a +M-1 s-1 ", told, re.MULTILINE)  # a value in its own unit is no logarithm
    assert not re.search(r"^log10", told, re.MULTILINE)
    for words in (
        "log10 k_a +",  # a combination of logarithms
        "The data determine 3 of 4 combinations",
        "not told",
        "Not told by the data: E_k. The posterior is the prior, and the interval as wide as that.",
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
    assert {one["name"]: one["told"] for one in first["constants"]}["log10 k"] is True
    assert first["not_told"] == ["E_k"]
    assert [one["fault"] for one in first["starts"]] == [None, None]
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


def test_a_profile_is_asked_by_the_name_that_is_shown(
    asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    called(str(asked), "--out", str(tmp_path / "run"), "--profile", "k", "--profile", "log10 k")
    told = capsys.readouterr().out
    assert told.count("Profile of k ") == 1  # both words are one constant
    values = re.findall(r"^([0-9.e-]+) +[0-9.]+ *$", told.partition("Profile of k ")[2], re.MULTILINE)
    assert len(values) == 7
    assert all(1e-4 < float(value) < 1.0 for value in values)  # M-1 s-1, as its heading says
    assert re.search(r"95 % by profile: 0\.\d+ to 0\.\d+ M-1 s-1\.", told)
    kept = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))
    assert [one["constant"] for one in kept["profiles"]] == ["log10 k"]


# --- a finished fit ----------------------------------------------------------------------------------------


def kept(folder: Path) -> dict[str, bytes]:
    """Everything in a run folder."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(*_: object) -> None:
    raise AssertionError("made ready once more")


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_finished_fit_is_told_from_its_folder(
    asked: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    form: tuple[str, ...],
) -> None:
    words = (str(asked), "--out", str(tmp_path / "run"), *form)
    more = ("--profile", "gamma", "--profile", "E_k", "--validate")
    called(*words)
    plain = capsys.readouterr().out
    called(*words, *more)
    whole, files = capsys.readouterr().out, kept(tmp_path / "run")
    monkeypatch.setattr("aliquot.inference.problem.Problem.of", refused)
    called(*words, *more)
    assert capsys.readouterr().out == whole
    called(*words)
    assert capsys.readouterr().out == plain
    called(*words, "--profile", "E_k", "--json")
    told = json.loads(capsys.readouterr().out)
    assert [one["constant"] for one in told["profiles"]] == ["E_k"]
    assert told["left_out"] == []
    assert kept(tmp_path / "run") == files
    for other in (("--starts", "2"), ("--profile", "k")):  # what was not computed is
        with pytest.raises(AssertionError, match="once more"):
            called(*words, *other)


def lost(path: Path) -> None:
    path.unlink()


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def moved(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    changed, count = re.subn(r"value: [0-9.]+ J m-2", "value: 0.2 J m-2", text)
    assert count == 1
    path.write_text(changed, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("result.json", lost),
        ("result.json", cut_off),
        ("cards/chemistries/inp_wang2023.yaml", lost),
        ("cards/chemistries/inp_wang2023.yaml", cut_off),
        ("cards/chemistries/inp_wang2023.yaml", moved),
        ("evaluations.jsonl", lost),
    ],
)
def test_a_fit_whose_folder_is_not_whole_is_made_again(
    asked: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    harm: Callable[[Path], None],
) -> None:
    words = (str(asked), "--out", str(tmp_path / "run"), "--json")
    called(*words)
    told, files = capsys.readouterr().out, kept(tmp_path / "run")
    harm(tmp_path / "run" / name)
    called(*words)
    assert capsys.readouterr().out == told
    assert kept(tmp_path / "run") == files


def test_a_fit_whose_spectra_are_gone_is_made_ready_first(
    asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called(str(asked), "--out", str(tmp_path / "run"))
    spectra = (
        "{file: gone.csv, condition: rich, medium: hexane, path_mm: 1, window_nm: [430, 650], noise: 0.001}"
    )
    asked.write_text(f"{TEXT}spectra: [{spectra}]\n", encoding="utf-8")
    monkeypatch.setattr("aliquot.inference.problem.Problem.of", refused)
    with pytest.raises(AssertionError, match="once more"):  # which tells of the file what is wrong with it
        called(str(asked), "--out", str(tmp_path / "run"))


# --- errors ------------------------------------------------------------------------------------------------


def test_errors_are_those_of_the_house(asked: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a study of the book: .*cdte_449_alone"):
        called("no_such_study")
    with pytest.raises(InputError, match="Did you mean 'gamma'"):
        called(str(asked), "--out", str(tmp_path / "run"), "--profile", "gama")


def test_words_are_checked_before_anything_is_computed(
    asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mici", None)  # as where the extra is not installed
    monkeypatch.setattr("aliquot.inference.evaluator.Evaluator.numbers", refused)
    run = ("--out", str(tmp_path / "run"))
    with pytest.raises(InputError, match=r"a profile of 'zeta'.*Known here: 'E_k', 'gamma', 'k', 'k_a'"):
        called(str(asked), *run, "--profile", "k", "--profile", "zeta")
    with pytest.raises(InputError, match="Did you mean 'k_a'"):
        called(str(asked), *run, "--profile", "log10 ka")
    with pytest.raises(InputError, match=r"--sample: .*pip install 'aliquot\[sample\]'"):
        called(str(asked), *run, "--sample", "50")
    with pytest.raises(InputError, match="Choose another by '--out'"):
        called(str(asked), "--out", str(asked / "run"))  # below a file
    assert not (tmp_path / "run").exists()


def test_one_series_can_not_be_left_out(asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = Toy.from_text(TEXT)
    alone = replace(ready, rows=tuple(replace(row, series=("rich",)) for row in ready.rows))
    monkeypatch.setattr("aliquot.inference.problem.Problem.of", lambda *_: alone)
    with pytest.raises(InputError, match=r"small\.yaml, line 14, conditions: .*one series, 'rich'"):
        called(str(asked), "--out", str(tmp_path / "run"), "--validate")
    assert not (tmp_path / "run").exists()


def test_a_name_that_means_nothing_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(TEXT.replace("InCl3: 90 mM", "InBr3: 90 mM", 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"wrong\.yaml, line 24, observations\.own\.0: .*'InCl3'"):
        called(str(path), "--out", str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("find", "name", "words"),
    [
        (study_document, "Inp_wang2023", "the study 'Inp_wang2023'.* Did you mean 'inp_wang2023'"),
        (study_document, "cdte_thresold", "Did you mean 'cdte_thresholds'"),
        (study_document, "cdte_zones", "Call 'aliquot zones cdte_zones'"),
        (design_document, "inp_desing", "a design of the book: .* Did you mean 'inp_design'"),
        (design_document, "inp_wang2023", "Call 'aliquot fit inp_wang2023'"),
        (zone_study_document, "cdte_zone", "a zone study of the book: .* Did you mean 'cdte_zones'"),
        (zone_study_document, "something", "Check the name and the folder"),
        (study_document, "x" * 5000, "Check the name and the folder"),
    ],
)
def test_a_misspelt_study_is_recognised(find: Callable[[str], Document], name: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        find(name)


def test_a_misspelt_file_is_recognised(asked: Path) -> None:
    with pytest.raises(InputError, match=r"Did you mean 'small\.yaml'"):
        study_document(str(asked.with_name("smal.yaml")))
