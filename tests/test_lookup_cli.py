"""The verbs that look things up: help, JSON as documented, tables that can be read, the user's own cards."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from aliquot.cli.app import run
from aliquot.knowledge.base import base
from test_docs import check

VERBS = ("routes", "clusters", "material", "reagent", "errata", "rules", "landscape")
WHOLE = ("card", "source_texts", "reference_texts", "errata_texts")
SILENT = {
    "reagent": ("results[].sources[]", "near"),
    "errata": ("results[].errata[]",),
    "clusters": ("families[].errata[]",),
}
"""What no card of these has today: all numbers of the reagents are of textbooks, for one."""
MANY = {
    "routes": ("--avoid", "pyrophoric", "--unknown"),
    "clusters": ("--near", "447", "--tolerance", "100"),
}
ROUTE = """
id: {name}
source: wang2023
place: my notebook
mark: estimated
targets: [InP]
class: aminopnictogen
method: mine
methods: [heat-up]
cation: {{text: InCl3, reagent: InCl3}}
anion: {{text: PDEA, reagent: PDEA}}
outcome: dots
result: mine
"""


def called(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    assert run([*words, "--json"]) == code
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    return json.loads(out)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_examples_that_run(verb, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run([verb, "--help"]) == 0
    out = capsys.readouterr().out
    examples = [line.strip() for line in out.split("Examples:\n")[1].split("\n\n")[0].splitlines()]
    assert len(examples) >= 3
    for example in examples:
        assert run(shlex.split(example)[1:]) == 0, example
        assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("verb", VERBS)
def test_json_is_as_documented(verb, capsys):
    content = called(capsys, verb, *MANY.get(verb, ()))
    assert content["count"] == len(content["results"]) > 0
    assert all({"id", "sources", "errata"} <= set(result) for result in content["results"])
    whole = tuple(f"results[].{key}" for key in WHOLE)
    check(
        content, f"{verb}/1", absent=(*whole, "reports", "flags", "results[].found_by", *SILENT.get(verb, ()))
    )


def commands(page: str) -> list[str]:
    """Return the commands of a page of the documentation."""
    text = (Path(__file__).parents[1] / "docs" / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("aliquot ")]


@pytest.mark.parametrize("command", commands("how-to/search.md"))
def test_the_commands_of_the_page_run_and_find(command, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-cards" / "routes").mkdir(parents=True)
    words = shlex.split(command, comments=True)[1:]
    assert run(words) == 0
    assert capsys.readouterr().out.strip()
    if "--json" not in words:
        assert called(capsys, *words)["count"] > 0 or "--avoid" in words


@pytest.mark.parametrize(
    ("verb", "name"),
    [
        ("routes", "R101"),
        ("clusters", "M021"),
        ("clusters", "CdTe-449"),
        ("material", "InP"),
        ("reagent", "TMSP"),
        ("errata", "E052"),
        ("rules", "reductant-electrons"),
    ],
)
def test_one_is_shown_in_full(verb, name, capsys):
    (result,) = called(capsys, verb, "--show", name)["results"]
    assert result["id"] == name
    assert result["card"]["id"] == name
    assert {entry["id"] for entry in result["source_texts"]} == set(result["sources"])
    assert {entry["id"] for entry in result["errata_texts"]} >= set(result["errata"])

    assert run([verb, "--show", name]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    for entry in (*result["source_texts"], *result["errata_texts"], *result["reference_texts"]):
        assert " ".join(entry["text"].split()[:6]) in printed


def test_references_of_a_route_are_told_in_full(capsys):
    (result,) = called(capsys, "routes", "--show", "R056")["results"]
    (entry,) = result["reference_texts"]

    assert entry["text"].startswith("V. Srivastava, E. Dunietz")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("trioctyl phosphine",), "TOP"),
        (("trioctyl", "phosphine"), "TOP"),
        (("Tri-Octylphosphine",), "TOP"),
        (("cadmiumoleate",), "CdOA2"),
        (("incl3",), "InCl3"),
        (("acetone",), "Me2CO"),
        (("1-octa decene",), "ODE"),
    ],
)
def test_a_reagent_is_found_however_its_name_is_written(words, name, capsys):
    assert [result["id"] for result in called(capsys, "reagent", *words)["results"]] == [name]
    assert [r["id"] for r in called(capsys, "reagent", "--show", " ".join(words))["results"]] == [name]


@pytest.mark.parametrize(
    ("name", "near"),
    [("acetat", "InOAc3"), ("cadmium oleat", "CdOA2"), ("chloroform", None), ("trioctylphosphin", "TOP")],
)
def test_another_substance_is_never_shown_for_a_name_that_no_card_has(name, near, capsys):
    content = called(capsys, "reagent", name)

    assert content["results"] == []
    assert content["count"] == 0
    assert content["flags"][0] == f"No card named '{name}' among the reagents."
    assert near is None or near in [entry["id"] for entry in content["near"]]

    assert run(["reagent", name]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"No card named '{name}'")
    assert "molar mass" not in told
    assert run(["reagent", "--query", name]) == 0  # as a word it is searched for


@pytest.mark.parametrize("near", ["447", "447nm", "447 nm", "0.447 um"])
def test_a_line_is_near_however_it_is_written(near, capsys):
    assert (
        called(capsys, "clusters", "--near", near)["results"]
        == called(capsys, "clusters", "--near", "447")["results"]
    )


def test_a_line_is_near_a_photon_energy(capsys):
    found = called(capsys, "clusters", "--near", "2.7737eV", "--tolerance", "1.1", "--material", "CdTe")
    ranged = called(capsys, "clusters", "e1:2.77eV..2.78eV", "material:CdTe")

    assert [result["id"] for result in found["results"]] == ["M040", "M046"]
    assert [result["id"] for result in ranged["results"]] == ["M040"]


def test_a_material_tells_statements_about_the_bulk_only(capsys):
    for result in called(capsys, "material")["results"]:
        assert {said["quantity"] for said in result["statements"]} <= {"band gap", "Bohr radius"}
    (cdte,) = called(capsys, "material", "CdTe")["results"]
    assert [said["text"] for said in cdte["statements"]] == ["1.50 eV"]


def test_a_material_without_a_measured_curve_tells_the_theory_that_stands_in_for_it(capsys):
    told = {}
    for name in ("GaN", "InN", "CdSe", "ZnS"):
        assert run(["material", name]) == 0
        told[name] = " ".join(capsys.readouterr().out.split())
    card = called(capsys, "material", "GaN")["results"][0]["theory"]

    assert "sizes by theory 1.5 nm to 8 nm, ± 40 %, wall 4 eV, gap 3.4" in told["GaN"]
    assert "by theory alone, to within 40 %." in told["GaN"]
    assert "Gaps published for InN run from 0.7 to 1.9 eV" in told["InN"]
    assert (card["from"], card["to"], card["spread"], card["gap"]) == ("1.5 nm", "8 nm", 0.4, "3.4 eV")
    assert called(capsys, "material", "InN")["results"][0]["theory"]["gap"] == "0.7 eV"
    assert called(capsys, "material", "CdSe")["results"][0]["theory"] is None
    assert "theory" not in told["CdSe"]
    assert "No sizing curve is on the card: a first exciton tells no diameter." in told["ZnS"]


def test_the_help_of_routes_lists_the_outcomes_that_exist(capsys):
    assert run(["routes", "--help"]) == 0
    told = " ".join(re.sub(r"[│|]", " ", capsys.readouterr().out).split())
    listed = re.search(r"What came of it: ([^.]*)\.", told)[1]
    exist = {route.outcome.value for route in base().cards("routes").values()}

    assert set(re.split(r", | or ", listed)) == exist


@pytest.mark.parametrize(
    "doi", ["10.1039/d2re00378c", "doi:10.1039/D2RE00378C", "https://doi.org/10.1039/d2re00378c"]
)
def test_errata_of_a_paper_are_found_by_its_doi(doi, capsys):
    assert called(capsys, "errata", doi)["results"] == called(capsys, "errata", "003")["results"]


@pytest.mark.parametrize("verb", VERBS)
def test_tables_keep_to_120_columns(verb, capsys):
    assert run([verb]) == 0
    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines()) <= 120
    assert len(out.splitlines()) > 10


def test_options_and_the_query_say_the_same(capsys):
    by_option = called(capsys, "routes", "--target", "InP", "--method", "flow", "--outcome", "dots")
    by_words = called(capsys, "routes", "target:InP", "method:flow", "outcome:dots")
    by_query = called(capsys, "routes", "--query", "target:InP method:flow outcome:dots")

    assert by_option["results"] == by_words["results"] == by_query["results"]
    assert by_option["count"] == 4


def test_the_shell_s_quotes_are_given_back(capsys):
    (one, two) = (
        called(capsys, "routes", words) for words in ("class:single source", 'class:"single source"')
    )

    assert one["results"] == two["results"]
    assert one["query"] == 'class:"single source"'


def test_avoiding_counts_and_names_what_is_left_out(capsys):
    everything = called(capsys, "routes", "--target", "InP")
    kept = called(capsys, "routes", "--target", "InP", "--avoid", "pyrophoric")
    left_out = kept["left_out"]
    marked = called(capsys, "routes", "--target", "InP", "--avoid", "pyrophoric", "--unknown")

    assert everything["left_out"] is None
    assert kept["count"] + len(left_out["contains"]) + len(left_out["unknown"]) == everything["count"]
    assert {result["avoided"] for result in kept["results"]} == {"free"}
    assert marked["left_out"] == left_out
    assert {r["id"] for r in marked["results"] if r["avoided"] == "unknown"} == set(left_out["unknown"])
    assert all(r["unknown"] for r in marked["results"] if r["avoided"] == "unknown")

    assert run(["routes", "--target", "InP", "--avoid", "pyrophoric"]) == 0
    told = capsys.readouterr().out
    assert f"Left out, with something pyrophoric: {len(left_out['contains'])} (" in told
    assert "safety data sheet" in told


def test_unknown_numbers_are_not_reported_and_numbers_have_units(capsys):
    assert run(["routes", "--show", "R001"]) == 0
    assert run(["routes", "id:R001,R101"]) == 0
    told = capsys.readouterr().out

    assert "not reported" in told
    assert "215 °C" in told


def test_near_sorts_by_distance_and_tells_partner_lines(capsys):
    near = called(capsys, "clusters", "--near", "405", "--material", "CdTe", "--tolerance", "20")
    distances = [result["distance_nm"] for result in near["results"]]

    assert distances == sorted(distances)
    assert any("partner line of CdTe-449" in flag for flag in near["flags"])
    assert {r["family"] for r in near["results"]} == {family["id"] for family in near["families"]}
    assert sorted(m for family in near["families"] for m in family["members"]) == sorted(
        r["id"] for r in near["results"]
    )


@pytest.mark.parametrize(
    ("word", "paper"),
    [("000", "gazis2023"), ("001", "mech2023"), ("003", "wang2023"), ("tiwari2025", "tiwari2025")],
)
def test_errata_of_a_paper_are_all_of_it(word, paper, capsys):
    found = called(capsys, "errata", word)

    assert {result["paper"] for result in found["results"]} == {paper}
    assert found["count"] == sum(card.source == paper for card in base().cards("errata").values())


@pytest.mark.parametrize(
    "words",
    [
        ("routes", "targt:InP"),
        ("routes", "temperature:<200"),
        ("clusters", "e1:1..2kg"),
        ("routes", 'target:"InP'),
        ("routes", "--avoid", "pyroforic"),
        ("material", "--show", "InX"),
        ("routes", "--sort", "heat"),
        ("errata", "005"),
        ("errata", "E999"),
        ("errata", "smith2020"),
        ("errata", "10.1000/none"),
        ("clusters", "--near", "red"),
        ("clusters", "--near", "-5nm"),
    ],
)
def test_bad_input_is_told_with_its_place(words, capsys):
    error = called(capsys, *words, code=2)["error"]

    assert error["where"]
    assert "InternalError" not in error["kind"]


def test_a_respelt_word_is_told(capsys):
    assert run(["routes", "dehalosilation", "target:InSb"]) == 0
    assert "'dehalosilation' is read as 'dehalosilylation'" in capsys.readouterr().out


def test_the_user_s_cards_join_and_shadow_and_leave_nothing_behind(capsys, tmp_path):
    (tmp_path / "routes").mkdir()
    for name in ("MINE", "R101"):
        (tmp_path / "routes" / f"{name}.yaml").write_text(ROUTE.format(name=name), encoding="utf-8")

    assert run(["--cards", str(tmp_path), "routes", "id:MINE,R101", "--json"]) == 0
    captured = capsys.readouterr()
    content = json.loads(captured.out)
    assert [result["place"] for result in content["results"]] == ["my notebook", "my notebook"]
    assert any("routes:R101 is read from" in flag for flag in content["flags"])
    assert captured.err.count("routes:R101 is read from") == 1
    assert "MINE" not in captured.err

    after = called(capsys, "routes", "id:MINE,R101")
    assert [result["id"] for result in after["results"]] == ["R101"]
    assert after["flags"] == ["no card of the routes has id 'MINE'"]


def test_a_folder_of_cards_that_is_none_is_refused(capsys, tmp_path):
    error = called(capsys, "--cards", str(tmp_path / "none"), "routes", code=2)["error"]

    assert error["kind"] == "CardError"
    assert called(capsys, "routes")["count"] == len(base().cards("routes"))


def test_a_landscape_is_counted_and_written(capsys, tmp_path):
    page = tmp_path / "landscape.html"
    content = called(capsys, "landscape", "--report", str(page))
    matrix = content["matrix"]

    assert page.exists()
    assert content["reports"] == [str(page)]
    assert len(matrix["counts"]) == len(matrix["classes"])
    assert {len(row) for row in matrix["counts"]} == {len(matrix["materials"])}
    assert sum(map(sum, matrix["counts"])) == sum(len(result["routes"]) for result in content["results"])
    empty = {(gap["class"], gap["material"]) for gap in content["gaps"]}
    told = {(cell["class"], cell["material"]) for cell in content["told"]}
    assert told
    assert not empty & told
    assert not empty & {(result["class"], result["material"]) for result in content["results"]}
