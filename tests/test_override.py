"""Values that a user gives a recipe: checked as if written, told as given, never in the file."""

import re

import pytest

from aliquot.errors import RecipeError
from aliquot.knowledge.document import Document
from aliquot.recipe import BatchRecipe, parse_recipe, read_recipe, recipe_book, recipe_names
from aliquot.recipe.batch import Apparatus
from aliquot.recipe.override import GivenDocument, entries, parse_settings
from aliquot.recipe.read import recipe_document, recipe_of
from tried_batch import BATCH

OVERGROWTH = "cd3p2_tiwari2025_overgrowth:965"
GIVEN = {"steps.3.feed.for": "6 min", "reagents.free acid.dose": "0.5 mmol"}
BOOK_FILE = recipe_book("cd3p2_tiwari2025_clusters")


def test_given_values_count_as_if_they_were_written():
    recipe = read_recipe(OVERGROWTH, values=GIVEN)

    assert recipe.steps[3].duration == pytest.approx(360.0)
    assert recipe.mixture.amounts["OA"] == pytest.approx(0.5e-3)
    assert recipe.given == GIVEN
    assert recipe.undosed == {}
    assert set(GIVEN).isdisjoint(recipe.unreported)
    assert recipe.base == read_recipe(OVERGROWTH).base == "cd3p2_tiwari2025_conversion"
    assert read_recipe(OVERGROWTH).given == {}


def test_the_file_stays_as_it_is():
    before = BOOK_FILE.read_bytes()
    document = recipe_document("cd3p2_tiwari2025_clusters", values={"steps.4.hold.for": "20 min"})

    assert "for: 20 min" in document.dump()
    assert BOOK_FILE.read_bytes() == before
    assert "for: 20 min" not in recipe_document("cd3p2_tiwari2025_clusters").dump()


def test_without_values_a_recipe_is_what_it_was():
    assert read_recipe(OVERGROWTH, values={}) == read_recipe(OVERGROWTH)


def test_lists_and_mappings_can_be_given():
    aliquots = "{volume: null, at: [1 min, 6 min]}"
    step = f"{{what: [precursors], into: flask, at: 180 degC, for: 6 min, aliquots: {aliquots}}}"
    recipe = read_recipe(OVERGROWTH, values={"steps.3.feed": step, "steps.3.feed.at": "190 degC"})

    assert recipe.steps[3].aliquots.times == (60.0, 360.0)
    assert recipe.steps[3].at == pytest.approx(463.15)


def test_a_flow_recipe_takes_values_too():
    recipe = read_recipe("inp_wang2023", values={"tube.coil_radius": "3 cm"})

    assert recipe.tube.coil_radius == pytest.approx(0.03)
    with pytest.raises(RecipeError, match=r"unknown key 'apparatus\.room'"):
        read_recipe("inp_wang2023", values={"apparatus.room": "20 degC"})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"steps.3.feed.for": "6 mm"}, r"^--set, steps\.3\.feed\.for: got '6 mm'; .*converts to s"),
        ({"steps.4.feed.for": "6 min"}, r"^--set, steps\.4\.feed\.for: .*Did you mean 'steps\.3\.feed\.for'"),
        ({"reagents.fre acid.dose": "1 mmol"}, r"Did you mean 'reagents\.free acid\.dose'"),
        ({"zebra": "1"}, r"^--set, zebra: got the unknown key.*Not reported are: .*'steps\.3\.feed\.for'"),
        ({"steps.3.feed.for": "[6"}, r"^--set, steps\.3\.feed\.for: got '\[6'; .*Check brackets"),
        ({"apparatus.romm": "25 degC"}, r"Did you mean 'apparatus\.room'"),
        ({"apparatus.room": "25 s"}, r"^--set, apparatus\.room: got '25 s'; .*converts to K"),
        ({"reagents.free acid.dose": "-1 mmol"}, r"^--set, reagents\.free acid\.dose: .*above 0"),
        ({"reagents.free acid.is": "unobtainium"}, r"^--set, reagents\.free acid\.is: "),
        ({"steps.3.feed": "{fro: 6 min}"}, r"--set, steps\.3\.feed\.fro: got the unknown key 'fro'"),
    ],
)
def test_a_faulty_value_is_told_with_its_key(values, said):
    with pytest.raises(RecipeError) as told:
        read_recipe(OVERGROWTH, values=values)

    texts = [str(told.value), *getattr(told.value, "__notes__", ())]
    assert any(re.search(said, text) for text in texts), texts


def test_other_faults_keep_their_line():
    with pytest.raises(RecipeError, match=r"cd3p2_tiwari2025_conversion.yaml, line \d+, .*aliquots"):
        read_recipe("cd3p2_tiwari2025_conversion", values={"steps.2.feed.for": "6 min"})


def test_settings_of_the_command_line():
    assert parse_settings([]) == {}
    assert parse_settings(["checks.ratios.a/b=1=2"]) == {"checks.ratios.a/b": "1=2"}
    for bad in (["6 min"], ["=6 min"], ["steps.4.hold.for="], ["a=1", "a=2"]):
        with pytest.raises(RecipeError, match="expected a key and a value, each key once"):
            parse_settings(bad)


def test_a_key_with_a_dot_in_its_name_is_found():
    document = Document(BATCH.replace("stock", "0.1 M stock"), "small", RecipeError)
    read = recipe_of(GivenDocument(document, {"solutions.0.1 M stock.of": "[amine, indium]"}))

    assert [dose.key for dose in read.solution("0.1 M stock").doses] == ["amine", "indium"]


@pytest.mark.parametrize("name", recipe_names())
def test_every_null_of_the_book_can_be_addressed(name):
    document = recipe_document(name)
    known = {dotted for dotted, _, _ in entries(document.tree)}

    assert set(read_recipe(name).unreported) <= known
    assert recipe_of(GivenDocument(document, dict.fromkeys(read_recipe(name).unreported, "null"))).doses == (
        read_recipe(name).doses
    )


def test_the_apparatus_is_read_in_plain_numbers():
    block = "apparatus: {room: 20 degC, heating: 30 K/min, recovery: 45 s}\nsteps:"
    recipe = parse_recipe(BATCH.replace("steps:", block))

    assert isinstance(recipe, BatchRecipe)
    assert recipe.apparatus == Apparatus(
        room=pytest.approx(293.15), heating=pytest.approx(0.5), recovery=45.0, cooling=None
    )
    assert parse_recipe(BATCH).apparatus == Apparatus()


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("{heating: 10 K}", "apparatus.heating: got '10 K'"),
        ("{recovery: -1 s}", "apparatus.recovery: got '-1 s'"),
        ("{hating: 10 K/min}", "Did you mean 'heating'"),
    ],
)
def test_a_faulty_apparatus_is_told(block, said):
    with pytest.raises(RecipeError, match=said):
        parse_recipe(BATCH.replace("steps:", f"apparatus: {block}\nsteps:"))
