"""The .eln file: one folder, a sound crate, equal bytes, opened by the reader of research objects."""

import json
from hashlib import sha256
from io import BytesIO
from zipfile import ZipFile

import pytest

from aliquot.cli.app import run
from aliquot.errors import InputError
from aliquot.recipe import parse_recipe, read_recipe, recipe_names
from aliquot.recipe.exchange.eln import to_eln
from aliquot.recipe.read import recipe_document

NAMES = ("inp_wang2023", "cdte_mech2023_top:5mmol", "cd3p2_tiwari2025_overgrowth:965")


def packed(name, **more):
    return to_eln(read_recipe(name), recipe_document(name).dump(), **more)


def crate(data):
    with ZipFile(BytesIO(data)) as archive:
        (metadata,) = [name for name in archive.namelist() if name.endswith("ro-crate-metadata.json")]
        return json.loads(archive.read(metadata))


@pytest.mark.parametrize("name", recipe_names())
def test_the_archive_is_one_folder_whose_crate_tells_every_file(name):
    data = packed(name, files={"spectra.csv": "nm,A\n500,0.1\n"})
    with ZipFile(BytesIO(data)) as archive:
        files = archive.namelist()
        (root,) = {file.split("/")[0] for file in files}
        assert f"{root}/ro-crate-metadata.json" in files
        graph = {entity["@id"]: entity for entity in crate(data)["@graph"]}
        told = {place for place, entity in graph.items() if entity["@type"] == "File"}
        inside = {f"./{file.removeprefix(f'{root}/')}" for file in files}
        assert told == inside - {"./ro-crate-metadata.json"}
        for place in told:
            content = archive.read(f"{root}/{place.removeprefix('./')}")
            assert graph[place]["sha256"] == sha256(content).hexdigest()
            assert graph[place]["contentSize"] == str(len(content))


def test_the_crate_is_flat_and_every_reference_leads_somewhere():
    content = crate(packed("inp_zns_wang2023"))
    graph = content["@graph"]
    known = [entity["@id"] for entity in graph]

    assert content["@context"] == "https://w3id.org/ro/crate/1.1/context"
    assert len(known) == len(set(known))
    outside = {"https://w3id.org/ro/crate/1.1"}
    for entity in graph:
        assert isinstance(entity["@type"], str)
        for value in entity.values():
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, dict):
                    assert set(part) == {"@id"}, "an entity inside another"
                    assert part["@id"] in {*known, *outside}
    descriptor, root, recipe, *_ = graph
    assert {"version", "sdPublisher", "about", "conformsTo"} <= set(descriptor)  # the consortium's own checks
    assert {"name", "description", "datePublished", "license", "hasPart"} <= set(root)
    assert recipe["citation"] == {"@id": "https://doi.org/10.1039/d2re00378c"}
    assert isinstance(root["hasPart"], list)
    assert isinstance(recipe["keywords"], str)


def test_equal_recipes_give_equal_bytes_and_other_files_other_bytes():
    assert packed("inp_wang2023") == packed("inp_wang2023")
    assert packed("inp_wang2023") != packed("inp_wang2023", files={"a.txt": "a"})
    assert packed("inp_wang2023") != packed("inp_wang2023", date="2026-01-31")


@pytest.mark.parametrize("date", ["31.1.2026", "1979-12-31", "20260131", "2026-02-30"])
def test_what_is_no_day_is_refused(date):
    with pytest.raises(InputError, match="expected a day such as"):
        packed("inp_wang2023", date=date)


def test_the_recipe_inside_reads_as_the_recipe_outside():
    name = "cdte_mech2023_top:5mmol"
    with ZipFile(BytesIO(packed(name))) as archive:
        root = "cdte_mech2023_top_5mmol/recipe"
        again = parse_recipe(archive.read(f"{root}/recipe.yaml").decode())
        bench = json.loads(archive.read(f"{root}/bench.json"))
        checks = json.loads(archive.read(f"{root}/checks.json"))["checks"]
        bibtex = archive.read(f"{root}/citations.bib").decode()
    recipe = read_recipe(name)

    assert again.amounts == recipe.amounts
    assert [line["key"] for line in bench["weighings"]] == [dose.key for dose in recipe.doses]
    assert len(bench["instructions"]) >= 4
    assert [check["agrees"] for check in checks] == [check.agrees for check in recipe.checks]
    assert "@article{mech2023," in bibtex


def test_the_reader_of_research_objects_opens_it(tmp_path):
    rocrate = pytest.importorskip("rocrate.rocrate", reason="rocrate is of the test extra")
    with ZipFile(BytesIO(packed("inp_wang2023", files={"spectra.csv": "1,2\n"}))) as archive:
        archive.extractall(tmp_path)

    found = rocrate.ROCrate(tmp_path / "inp_wang2023")

    assert found.name == "InP dots from aminophosphine, premixed, in a heated tube"
    assert {entity.id for entity in found.get_by_type("File")} == {
        f"recipe/{name}"
        for name in ("recipe.yaml", "bench.json", "checks.json", "citations.bib", "spectra.csv")
    }
    experiment = found.get("recipe/")
    assert experiment["citation"].id == "https://doi.org/10.1039/d2re00378c"
    assert experiment["citation"].type == "ScholarlyArticle"


@pytest.mark.parametrize("name", ["recipe.yaml", "../out.txt", "/etc/out", "a/../../b", "", "a\\b"])
def test_a_file_that_would_hide_another_or_climb_out_is_refused(name):
    with pytest.raises(InputError, match="leads out of the folder"):
        packed("inp_wang2023", files={name: "x"})


def test_the_command_packs_findings_and_further_files(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spectra.csv").write_bytes(b"1,2\n")
    words = ["recipe", "export", "inp_wang2023", "--to", "eln", "--with", "spectra.csv", "--json"]
    assert run(words) == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["written"], content["lossy"]) == ("inp_wang2023.eln", [])
    with ZipFile(tmp_path / "inp_wang2023.eln") as archive:
        assert archive.read("inp_wang2023/recipe/spectra.csv") == b"1,2\n"
        findings = json.loads(archive.read("inp_wang2023/recipe/findings.json"))
    assert {"severity", "code", "text", "where"} <= set(findings[0])

    assert run([*words[:-2], "gone.csv", "--out", "b.eln"]) == 2
    assert "No such file" in capsys.readouterr().err
    assert not (tmp_path / "b.eln").exists()


@pytest.mark.parametrize(
    ("to", "words", "told"),
    [
        ("xdl", ["--with", "note.txt"], "--with for xdl; expected --with for eln only"),
        ("ord", ["--with", "note.txt"], "--with for ord; expected --with for eln only"),
        ("xdl", ["--date", "2026-01-31"], "--date for xdl; expected --date for ord or eln only"),
        ("eln", ["--name", "A"], "--name for eln; expected --name for ord only"),
        ("xdl", ["--email", "a@example.org"], "--email for xdl; expected --email for ord only"),
    ],
)
def test_an_option_that_the_format_would_leave_unused_is_refused(
    to, words, told, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "note.txt").write_text("seen", encoding="utf-8")
    assert run(["recipe", "export", "cdte_mech2023_ode", "--to", to, *words]) == 2
    assert told in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]
