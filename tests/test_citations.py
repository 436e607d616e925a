"""Citations: BibTeX that LaTeX reads, each paper once, and what `cite` takes for what."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from aliquot.cli.app import run
from aliquot.errors import CardError
from aliquot.knowledge.base import base
from aliquot.knowledge.citations import as_source, bibtex, citations, prose
from aliquot.knowledge.records import Source
from aliquot.recipe import recipe_book, recipe_names

ENTRIES: dict[str, Source] = dict(base().cards("sources")) | {
    key: as_source(card) for key, card in base().cards("references").items()
}
FIELD = re.compile(r"  (?P<name>[a-z]+) = \{(?P<value>.*)\},")
NEEDS = {
    "article": {"author", "journal", "year"},
    "book": {"author", "title", "publisher", "year"},
    "incollection": {"author", "booktitle", "publisher", "year"},
    "phdthesis": {"author", "title", "school", "year"},
    "misc": {"author", "title", "howpublished", "year"},
}


def parsed(entry: str) -> tuple[str, str, dict[str, str]]:
    """Read an entry as strictly as BibTeX would: type, key, fields; braces balance in every field."""
    head, *lines, end = entry.rstrip("\n").split("\n")
    kind, key = re.fullmatch(r"@([a-z]+)\{([^\s,{}%#\\]+),", head).groups()  # type: ignore[union-attr]
    assert end == "}"
    fields = {}
    for line in lines:
        field = FIELD.fullmatch(line)
        assert field, line
        depth = 0
        for brace in field["value"]:  # BibTeX counts them even behind a backslash
            depth += (brace == "{") - (brace == "}")
            assert depth >= 0
        assert depth == 0
        assert field["name"] not in fields
        fields[field["name"]] = field["value"]
    return kind, key, fields


def safe(value: str) -> bool:
    """Tell whether LaTeX meets no character that it would take for a command."""
    math = re.sub(r"\$[^$]*\$", "", re.sub(r"\\\$", "", value))
    bare = re.sub(r"\\(?:[&%$#_]|text[a-z]+\{\})", "", math)
    return not re.search(r"[&%$#_^\\]", bare)


@pytest.mark.parametrize("source", ENTRIES.values(), ids=ENTRIES)
def test_every_entry_of_the_base_is_sound_bibtex(source: Source) -> None:
    kind, key, fields = parsed(bibtex(source))
    assert key == source.id
    assert fields.keys() >= NEEDS[kind]
    assert fields["year"] == str(source.year)
    assert all(safe(value) for name, value in fields.items() if name not in {"doi", "url"})
    assert fields.get("doi") == source.doi
    assert not re.search(r"[₀-₉⁰-⁹–—]", bibtex(source).split("  url")[0])


def test_a_parser_of_others_reads_all_of_it() -> None:
    parser = pytest.importorskip("bibtexparser", minversion="2", reason="bibtexparser 2 is not installed")
    library = parser.parse_string("\n".join(map(bibtex, ENTRIES.values())))
    assert not library.failed_blocks
    read = {entry.key: entry for entry in library.entries}
    assert read.keys() == ENTRIES.keys()
    for key, source in ENTRIES.items():
        assert read[key].fields_dict["year"].value == str(source.year)
        assert (read[key].fields_dict["doi"].value if "doi" in read[key].fields_dict else None) == source.doi
    split = parser.parse_string(
        bibtex(ENTRIES["capek2010"]),
        append_middleware=[parser.middlewares.SeparateCoAuthors(), parser.middlewares.SplitNameParts()],
    )
    people = split.entries[0].fields_dict["author"].value
    assert [" ".join(person.last) for person in people][:4] == ["Čapek", "Moreels", "Lambert", "De Muynck"]


def test_what_latex_would_misread_is_escaped() -> None:
    source = Source(
        id="odd2026",
        authors="Ł. O'Neil, A. van der Poll and B. De Geyter",
        title="90 % of CdTe & Cd₃P₂_dots at 5 °C: InP/ZnS {cores}, 10^5 #1, ~$3 in the UV–vis of "
        "In37P20 and As2",
        container="J. Mat. & Sci.",
        year=2026,
        volume="1",
        pages="10-12",
        note=r"a \ remark",
    )
    kind, _, fields = parsed(bibtex(source))
    assert kind == "article"
    assert fields["author"] == "O'Neil, Ł. and van der Poll, A. and De Geyter, B."
    assert fields["title"] == (
        r"90 \% of {CdTe} \& {Cd$_{3}$P$_{2}$\_dots} at 5 $^{\circ}$C: {InP/ZnS} "
        r"\textbraceleft{}cores\textbraceright{}, "
        r"10\textasciicircum{}5 \#1, \textasciitilde{}\$3 in the {UV--vis} of "
        r"{In$_{37}$P$_{20}$} and {As$_{2}$}"
    )
    assert fields["journal"] == r"J. Mat. \& Sci."
    assert fields["pages"] == "10--12"
    assert fields["annote"] == r"a \textbackslash{} remark"
    assert all(map(safe, fields.values()))


@given(
    title=st.text(st.characters(blacklist_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1).filter(str.strip)
)
def test_no_title_breaks_an_entry(title: str) -> None:
    source = Source(id="any2026", authors="A. Name", title=title, container="J. Any", year=2026)
    _, _, fields = parsed(bibtex(source))
    assert safe(fields["title"])


def test_what_is_no_article_is_told_as_what_it_is() -> None:
    kinds = Counter(parsed(bibtex(source))[0] for source in ENTRIES.values())
    assert set(kinds) == set(NEEDS)
    assert kinds["article"] > 250
    _, _, book = parsed(bibtex(ENTRIES["hairer1996"]))
    assert (book["publisher"], book["edition"]) == ("Springer", "2nd")
    assert book["series"] == "Springer Series in Computational Mathematics"
    kind, _, chapter = parsed(bibtex(ENTRIES["gazis2023:96"]))
    assert (kind, chapter["editor"], chapter["chapter"]) == ("incollection", "Stavrou, V. N.", "4")


def test_a_sentence_ends_where_the_paper_is_found() -> None:
    told = prose(ENTRIES["mech2023"])
    assert told.startswith("S. A. Mech, F. Ma and C. Zeng, Mapping the reaction zones")
    assert told.endswith("Nanoscale, 2023, 15, 114. https://doi.org/10.1039/d2nr05808a")
    assert "None" not in "".join(prose(source) for source in ENTRIES.values())


def test_each_paper_is_cited_once_whatever_its_keys() -> None:
    found = citations(base(), ["mech2023", "gazis2023:43", "mech2023", "gazis2023:20"])
    assert [source.id for source in found.sources] == ["mech2023", "gazis2023:43"]
    assert found.same == {"gazis2023:20": "gazis2023:43"}  # E027
    assert found.bibtex.count("@") == len(found.prose) == 2


def test_errors_of_a_source_are_counted_and_those_touched_are_named() -> None:
    found = citations(base(), list(ENTRIES), ["E037", "E028"])
    assert sum(map(len, found.located.values())) == len(base().cards("errata"))
    count = Counter(erratum.source for erratum in base().cards("errata").values())
    assert found.warning("mech2023", "this recipe") == (
        f"{count['mech2023']} located errors; this recipe touches E028, E037"
    )
    assert found.warning("wang2023") == f"{count['wang2023']} located errors; this touches none of them"
    assert found.warning("yu2003") is None


def test_an_unknown_key_is_missed() -> None:
    with pytest.raises(CardError, match=r"mech2032.*'mech2023'"):
        citations(base(), ["mech2032"])


def cited(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    assert run(["cite", *words, "--json"]) == code
    content: dict[str, Any] = json.loads(capsys.readouterr().out)
    return content


def keys(content: dict[str, Any]) -> list[str]:
    return [entry["key"] for entry in content["citations"]]


def test_a_recipe_is_cited_with_the_numbers_behind_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    content = cited(capsys, "recipe:inp_wang2023")
    assert content["schema"] == "cite/1"
    assert keys(content)[0] == "wang2023"
    material = base().card("materials", "InP")
    assert set(keys(content)) >= {material.gap.source} - {None}
    assert not set(keys(content)) & {"almeida2023", "cho2013"}  # sizing curves: no spectrum was sized
    touched = {erratum["id"] for erratum in content["errata"]}
    assert touched >= {"E040", "E043"}
    assert all(erratum["source"] == "wang2023" for erratum in content["errata"])
    mine = tmp_path / "mine.txt"
    mine.write_text(recipe_book("inp_wang2023").read_text(encoding="utf-8"), encoding="utf-8")
    assert keys(cited(capsys, str(mine))) == keys(content)


def test_a_series_is_cited_as_a_whole_or_by_recipe(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    series = "cdte_mech2023_top"
    whole = cited(capsys, series)
    assert (whole["of"][0]["name"], keys(whole)[0]) == (series, "mech2023")
    assert {"E028", "E035"} <= {erratum["id"] for erratum in whole["errata"]}
    one = next(name for name in recipe_names() if name.startswith(f"{series}:"))
    assert keys(cited(capsys, one)) == keys(cited(capsys, f"recipe:{one}")) == keys(whole)
    copy = tmp_path / "mine.yaml"
    copy.write_text(recipe_book(series).read_text(encoding="utf-8"), encoding="utf-8")
    assert "one recipe of the series" in cited(capsys, str(copy), code=2)["error"]["message"]
    assert keys(cited(capsys, f"{copy}:{one.partition(':')[2]}")) == keys(whole)


def test_a_card_without_a_source_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cite", "rule:tmsp-freezes"]) == 0
    assert capsys.readouterr().out.startswith("Note: rules:tmsp-freezes names no source")


def test_a_name_of_several_things_cites_them_all_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    content = cited(capsys, "inp_wang2023")
    assert {(one["kind"], one["name"]) for one in content["of"]} == {
        ("recipes", "inp_wang2023"),
        ("chemistries", "inp_wang2023"),
    }
    (note,) = content["notes"]
    assert "recipes:inp_wang2023 and chemistries:inp_wang2023" in note
    assert not cited(capsys, "chemistry:inp_wang2023")["notes"]


def test_a_result_is_cited_by_what_it_names(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    result = tmp_path / "run.json"
    inner = {"paper": "mech2023", "citations": ["mech2023", "yu2003"], "rows": [{"errata": ["E033"]}]}
    result.write_text(
        "\ufeff" + json.dumps({"schema": "reproduce/1", "papers": [inner, inner]}), encoding="utf-8"
    )
    content = cited(capsys, str(result))
    assert keys(content) == ["mech2023", "yu2003"]
    assert [erratum["id"] for erratum in content["errata"]] == ["E033"]
    assert content["of"] == [{"given": str(result), "kind": "run", "name": "run.json (reproduce/1)"}]
    result.write_text(json.dumps(content), encoding="utf-8")  # what cite prints is a result too
    assert keys(cited(capsys, str(result))) == ["mech2023", "yu2003"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"error": {"kind": "RecipeError"}}', "a command that failed"),
        ('{"schema": "simulate/1"}', "JSON without 'citations'"),
        ('{"citations": ["mech2023"]', "can not be read"),
        ('{"citations": ["mech2032"]}', "Did you mean 'mech2023'"),
    ],
)
def test_a_file_that_tells_nothing_is_refused(
    text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.json"
    file.write_text(text, encoding="utf-8")
    assert told in cited(capsys, str(file), code=2)["error"]["message"]


@pytest.mark.parametrize(
    ("name", "of", "expected"),
    [
        ("E041", "errata", ["wang2023"]),
        ("reagents:TMSP", "reagents", None),
        ("gazis2023:75", "references", ["gazis2023:75"]),
        ("amine-threshold", "rules", ["mech2023"]),
        ("gazis2023-table-1", "statements", ["gazis2023", *(f"gazis2023:{n}" for n in range(6, 12))]),
        ("halide-trend", "rules", ["gazis2023"]),
        ("source:yu2003", "sources", ["yu2003"]),
        ("Chemistry:INP_WANG2023", "chemistries", None),
    ],
)
def test_a_card_is_cited_by_its_name(
    name: str, of: str, expected: list[str] | None, capsys: pytest.CaptureFixture[str]
) -> None:
    content = cited(capsys, name)
    assert [one["kind"] for one in content["of"]] == [of]
    assert expected is None or keys(content) == expected


def test_a_card_tells_the_errors_behind_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert [erratum["id"] for erratum in cited(capsys, "halide-trend")["errata"]] == ["E011"]
    assert [erratum["id"] for erratum in cited(capsys, "E041")["errata"]] == ["E041"]


def test_an_unknown_name_is_missed_with_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    error = cited(capsys, "inp_wang2032", code=2)["error"]
    assert (error["kind"], "Did you mean 'inp_wang2023'?" in error["message"]) == ("InputError", True)
    assert "Check the name" in cited(capsys, "qqqqqqqqqq", code=2)["error"]["message"]
    assert "amine-threshold" in cited(capsys, "rule:amine-treshold", code=2)["error"]["message"]


def test_bibtex_alone_is_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cite", "inp_wang2023", "wang2023", "--bibtex"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("@")
    assert printed.out.count("@article{wang2023,") == 1
    assert printed.out == "\n".join(
        f"{entry}}}\n" for entry in printed.out.removesuffix("}\n").split("}\n\n")
    )
    assert "all are cited" in printed.err


def test_what_is_printed_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[1] / "docs" / "how-to" / "json.md").read_text(encoding="utf-8")
    section = page.split("\n## cite/1\n")[1].split("\n## ")[0]
    promised = dict(re.findall(r"^\| `([^`]+)` \| [^|]* \| ([^|]*) \|$", section, re.MULTILINE))
    content = cited(capsys, "inp_wang2023", "gazis2023:75")
    met = list(leaves(content, ""))
    assert {path for path, _ in met} == set(promised)
    assert {path for path, value in met if value is None} == {
        p for p, null in promised.items() if null != "never"
    }


def leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield path and value of everything in an object, lists as []."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, f"{path}[]")
    else:
        yield path, value


def batch_in_braces(seeds: str = "") -> str:
    """Return a batch recipe in the style of JSON, with the product of another recipe among its reagents."""
    more = f", dots: {{product: '{seeds}', dose: 20 mg}}" if seeds else ""
    return (
        "{format: aliquot-recipe/1, id: mine, title: mine, source: [mech2023], material: Cd3P2,\n"
        f" reagents: {{solvent: {{is: ODE, dose: 5 mL, purity: null}}{more}}},\n"
        f" vessels: {{flask: {{type: flask}}}},\n"
        f" steps: [{{charge: {{into: flask, what: [solvent{', dots' if seeds else ''}]}}}},\n"
        "  {hold: {vessel: flask, at: 100 degC, for: 1 h}}]}\n"
    )


def test_a_recipe_in_braces_is_a_recipe(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(batch_in_braces(), encoding="utf-8")
    content = cited(capsys, str(file))
    assert (content["of"][0]["kind"], content["of"][0]["name"]) == ("recipes", "mine")
    assert keys(content)[0] == "mech2023"
    tree = YAML(typ="safe").load(batch_in_braces())
    file.write_text(json.dumps(tree), encoding="utf-8")  # JSON is YAML
    assert cited(capsys, str(file)) == content


def test_json_of_neither_kind_is_told_as_a_recipe_that_is_wrong(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "any.json"
    file.write_text('{"reagents": {}}', encoding="utf-8")
    assert cited(capsys, str(file), code=2)["error"]["kind"] == "RecipeError"


@pytest.mark.parametrize("text", ["[" * 100_000, '{"citations": ' * 100_000, "[" * 400 + "]" * 400])
def test_json_that_is_nested_too_deeply_is_refused(
    text: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "deep.json"
    file.write_text(text, encoding="utf-8")
    error = cited(capsys, str(file), code=2)["error"]
    assert error["kind"] == "InputError"
    assert "nested too deeply" in error["message"] or "without 'citations'" in error["message"]


@pytest.mark.parametrize("name", ["x" * 300, "x" * 300 + ":5mmol", "rule:" + "x" * 300, "x" * 300 + "/y"])
def test_a_name_that_no_file_can_have_is_missed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cited(capsys, name, code=2)["error"]["kind"] in {"InputError", "CardError"}


@pytest.mark.parametrize("name", ["nofile.yaml", "no/folder/file.json", "./nothing", "nofile.yaml:5mmol"])
def test_what_looks_like_a_file_and_is_none_is_told_so(
    name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    assert "there is no such file" in cited(capsys, name, code=2)["error"]["message"]
    assert "it is a folder" in cited(capsys, "./there", code=2)["error"]["message"]
    assert "there is no such file" in cited(capsys, "there/none", code=2)["error"]["message"]


def test_a_recipe_is_cited_with_those_that_made_its_seeds(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(batch_in_braces("inp_wang2023"), encoding="utf-8")
    content = cited(capsys, str(file))
    made = cited(capsys, "recipe:inp_wang2023")
    assert keys(content)[0] == "mech2023"
    assert set(keys(content)) >= set(keys(made))
    assert {one["id"] for one in content["errata"]} >= {one["id"] for one in made["errata"]}
    assert not content["notes"]

    file.write_text(batch_in_braces("cdte_mech2023_top"), encoding="utf-8")  # any recipe of a series
    series = cited(capsys, "recipe:cdte_mech2023_top")
    assert {one["id"] for one in cited(capsys, str(file))["errata"]} >= {
        one["id"] for one in series["errata"]
    }


def test_seeds_may_be_a_file_beside_and_are_followed_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    mine, dots = tmp_path / "mine.yaml", tmp_path / "dots.yaml"
    mine.write_text(batch_in_braces("dots.yaml"), encoding="utf-8")
    dots.write_text(batch_in_braces("mine.yaml").replace("mech2023", "yu2003"), encoding="utf-8")
    assert {"mech2023", "yu2003"} <= set(keys(cited(capsys, str(mine))))


def test_seeds_of_nobody_knows_whom_are_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(batch_in_braces("a friend"), encoding="utf-8")
    (note,) = cited(capsys, str(file))["notes"]
    assert "the product of 'a friend', which is no recipe of the book and no file beside it" in note


@pytest.mark.parametrize("lead", ["", "doi:", "DOI: ", "https://doi.org/", "http://dx.doi.org/", "source:"])
def test_a_paper_is_cited_by_its_doi(lead: str, capsys: pytest.CaptureFixture[str]) -> None:
    content = cited(capsys, f"{lead}10.1039/D2NR05808A")
    assert (keys(content), content["of"][0]["name"]) == (["mech2023"], "mech2023")
    assert [source.id for source in citations(base(), ["10.1039/d2nr05808a", "mech2023"]).sources] == [
        "mech2023"
    ]
    assert "no file, recipe or card" in cited(capsys, "10.1039/nothing", code=2)["error"]["message"]


def test_one_bad_card_of_ones_own_does_not_block_a_recipe(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bad = tmp_path / "cards" / "routes" / "bad.yaml"
    bad.parent.mkdir(parents=True)
    bad.write_text("id: [", encoding="utf-8")
    file = tmp_path / "mine.yaml"
    file.write_text(batch_in_braces(), encoding="utf-8")
    assert run(["--cards", str(bad.parents[1]), "cite", str(file)]) == 0
    assert run(["--cards", str(bad.parents[1]), "cite", "route:R067"]) == 2
    assert "routes/bad.yaml" in capsys.readouterr().err


def test_people_read_sentences_then_bibtex(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cite", "recipe:inp_wang2023"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("[wang2023] Z. Wang and D. Segets, ")
    count = sum(erratum.source == "wang2023" for erratum in base().cards("errata").values())
    assert f"{count} located errors; this recipe touches E040" in out
    assert out.index("[wang2023]") < out.index("@article{wang2023,")
