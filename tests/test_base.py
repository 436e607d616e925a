"""The base of cards: every kind loads, quickly read is carefully read, and every number leads to a source."""

from importlib.resources import files
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from aliquot.errors import CardError
from aliquot.knowledge.base import KINDS, Base
from aliquot.knowledge.document import Document, plain
from aliquot.knowledge.quick import read_quickly
from aliquot.knowledge.records import Constant, Mark, parents

BASE = Base()
CARDS = files("aliquot.knowledge") / "cards"
FILES = sorted(Path(str(CARDS)).rglob("*.yaml"))
CARD_IDS = [(kind, name) for kind in KINDS for name in BASE.cards(kind)]
MINE = """\
id: InP
name: my indium phosphide
molar_mass: {value: 145.79 g/mol, because: standard atomic weights, mark: computed}
density: {value: 4.7 g/cm3, source: wang2023, place: here, mark: seed}
gap: {value: 1.35 eV, source: wang2023, place: here, mark: seed}
sizing: []
"""
REAGENT = """\
id: {id}
name: {name}
aliases: [{aliases}]
formula: C24H51P
state: liquid
molar_mass: {{value: 370.6 g/mol, because: standard atomic weights, mark: computed}}
"""


def write(folder, name, text):
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_cards_and_a_folder(kind):
    assert BASE.cards(kind)
    assert (Path(str(CARDS)) / kind).is_dir()


def test_no_folder_of_cards_is_forgotten():
    assert {entry.name for entry in Path(str(CARDS)).iterdir()} == set(KINDS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_what_is_read_quickly_is_what_is_read_with_care(file):
    text = file.read_text(encoding="utf-8")

    assert read_quickly(text) == plain(Document(text, file.name).tree)


@pytest.mark.parametrize(("kind", "name"), CARD_IDS, ids=[f"{kind}:{name}" for kind, name in CARD_IDS])
def test_every_number_leads_to_a_source_or_to_an_honest_estimate(kind, name):
    card = BASE.cards(kind)[name]
    if kind == "sources":
        assert card.authors
        assert card.year > 1800
        return
    found = list(parents(card))
    assert found
    for part in found:
        assert part.source is not None or part.because
        if part.source is not None:
            assert BASE.card("sources", part.source).label
        if part.mark in {Mark.SEED, Mark.VERIFIED, Mark.READING}:
            assert part.source, "a number that was read has the paper it was read in"
        if part.mark is Mark.ESTIMATED:
            assert part.because, "an estimate says on what grounds"


@pytest.mark.parametrize(("kind", "name"), CARD_IDS, ids=[f"{kind}:{name}" for kind, name in CARD_IDS])
def test_every_card_can_be_asked_for(kind, name):
    card = BASE.cards(kind)[name]

    assert card.label
    assert card.names[0] == name
    assert all(isinstance(values, tuple) for values in card.facets().values())


def test_numbers_that_are_walked_are_all_numbers():
    constants = [part for kind, name in CARD_IDS for part in parents(BASE.cards(kind)[name])]

    assert sum(isinstance(part, Constant) for part in constants) > 400


def test_a_users_cards_join_and_shadow(tmp_path):
    own = Base(write(tmp_path, "materials/InP.yaml", MINE))

    assert own.card("materials", "InP").name == "my indium phosphide"
    assert own.card("materials", "InAs").id == "InAs"
    (shadow,) = own.shadows
    assert (shadow.kind, shadow.name) == ("materials", "InP")
    assert "InP.yaml" in str(shadow)
    assert BASE.card("materials", "InP").name == "indium phosphide"


def test_a_users_source_can_be_cited_by_a_users_card(tmp_path):
    write(tmp_path, "sources/mine.yaml", "{id: me2026, authors: A. Me, container: notebook, year: 2026}\n")
    own = Base(write(tmp_path, "materials/InP.yaml", MINE.replace("wang2023", "me2026")))

    assert own.card("materials", "InP").sources == ("me2026",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("source: wang2023, ", "", "InP.yaml, line 4, density.*'source', or 'because'"),
        (
            "source: wang2023",
            "source: wang2032",
            r"InP.yaml.*got the source 'wang2032'.*Did you mean 'wang2023'",
        ),
        ("name:", "nmae:", "InP.yaml, line 2, nmae: got the unknown key 'nmae'.*Did you mean 'name'"),
        ("mark: computed", "mark: sure", "InP.yaml, line 3, molar_mass.mark"),
        ("sizing: []", "sizing: [", "InP.yaml, line 7"),
    ],
)
def test_a_users_slip_is_told_with_file_line_and_key(tmp_path, old, new, said):
    own = Base(write(tmp_path, "materials/InP.yaml", MINE.replace(old, new, 1)))

    with pytest.raises(CardError, match=said):
        own.cards("materials")


def test_a_key_that_stands_twice_is_refused(tmp_path):
    own = Base(write(tmp_path, "materials/InP.yaml", MINE + "sizing: []\n"))

    with pytest.raises(CardError, match=r"InP\.yaml"):
        own.cards("materials")


def test_a_folder_that_is_no_kind_is_refused(tmp_path):
    write(tmp_path, "material/InP.yaml", MINE)

    with pytest.raises(CardError, match="Did you mean 'materials'"):
        Base(tmp_path)
    with pytest.raises(CardError, match="there is none"):
        Base(tmp_path / "nowhere")


def test_an_unknown_kind_is_refused():
    with pytest.raises(CardError, match="Did you mean 'routes'"):
        BASE.cards("rotes")


def test_names_are_found_whatever_their_case():
    assert BASE.card("reagents", "pdea") is BASE.card("reagents", "PDEA")
    with pytest.raises(CardError, match="no card has that name"):
        BASE.card("reagents", "unobtainium")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.recursive(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(-(10**9), 10**9),
            st.sampled_from(
                ["no", "yes", "12:30", "1e3", "0x1f", "2023-01-01", "~x", "1_000", "", "- a", "010"]
            ),
        ),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcdef"), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_both_readers_read_yaml_1_2(value):
    text = StringIO()
    YAML(typ="rt").dump({"a": value}, text)

    assert read_quickly(text.getvalue()) == plain(Document(text.getvalue(), "any").tree)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("InP.yaml", "'KIND/InP.yaml', where KIND is one of materials, solvents"),
        ("InP.yml", "'KIND/InP.yaml', where KIND is one of"),
        ("materials/InP.yml", "'materials/InP.yaml'"),
        ("materials/InP.YAML", "'materials/InP.yaml'"),
        ("materials/mine/InP.yaml", "'materials/InP.yaml'"),
        ("materials/mine/deep/InP.yml", "'materials/InP.yaml'"),
    ],
)
def test_a_card_that_would_be_overlooked_is_refused_and_told_where_it_belongs(tmp_path, name, meant):
    with pytest.raises(CardError) as told:
        Base(write(tmp_path, name, MINE))
    assert told.value.given == f"the file '{name}'"
    assert told.value.expected.startswith(meant)


def test_names_that_begin_with_a_dot_and_other_files_are_left_alone(tmp_path):
    for name in (".git/config.yaml", ".mine.yaml", "materials/._InP.yaml", "materials/.old/InP.yaml"):
        write(tmp_path, name, "{not a card")
    own = Base(write(tmp_path, "README.md", "Cards of ours."))

    assert own.cards("materials") == BASE.cards("materials")


def test_two_cards_of_ones_own_with_one_name_are_refused_with_both_files(tmp_path):
    write(tmp_path, "materials/a.yaml", MINE)
    own = Base(write(tmp_path, "materials/b.yaml", MINE))

    with pytest.raises(CardError, match=r"materials/b\.yaml, line 1, id: .*stands in materials/a\.yaml"):
        own.cards("materials")


def test_two_cards_of_one_name_in_one_file_are_refused(tmp_path):
    card = "  - {id: me2026, authors: A. Me, container: notebook, year: 2026}\n"
    own = Base(write(tmp_path, "sources/mine.yaml", f"cards:\n{card}{card}"))

    with pytest.raises(CardError, match=r"sources/mine\.yaml, line 3, cards\.1\.id: .*sources/mine\.yaml"):
        own.cards("sources")


def test_a_fault_names_the_folder_of_the_file_too(tmp_path):
    own = Base(write(tmp_path, "materials/InP.yaml", MINE.replace("sizing: []", "sizing: [")))
    with pytest.raises(CardError) as told:
        own.cards("materials")
    assert (told.value.where.file, told.value.where.line) == ("materials/InP.yaml", 7)

    own = Base(write(tmp_path, "materials/InP.yaml", MINE.replace("name:", "nmae:")))
    with pytest.raises(CardError) as told:
        own.cards("materials")
    assert str(told.value.where) == "materials/InP.yaml, line 2, nmae"


def test_one_bad_card_does_not_touch_other_kinds(tmp_path):
    own = Base(write(tmp_path, "routes/bad.yaml", "id: ["))

    assert own.card("materials", "InP") == BASE.card("materials", "InP")
    with pytest.raises(CardError, match=r"routes/bad\.yaml"):
        own.cards("routes")


def test_an_alias_that_takes_a_shipped_cards_is_told(tmp_path):
    text = REAGENT.format(id="our-TOP", name="TOP of our shelf", aliases="Tri-n-octylphosphine, top shelf")
    own = Base(write(tmp_path, "reagents/shelf.yaml", text))

    assert own.card("reagents", "tri-n-octylphosphine").id == "our-TOP"
    assert own.card("reagents", "trioctylphosphine").id == "TOP"
    (shadow,) = own.shadows
    assert (shadow.kind, shadow.name) == ("reagents", "Tri-n-octylphosphine")
    assert str(shadow) == (
        f"reagents:Tri-n-octylphosphine leads to 'our-TOP' of {tmp_path / 'reagents' / 'shelf.yaml'}, "
        "no longer to the shipped card 'TOP'"
    )


def test_the_name_of_a_shipped_card_is_no_alias_of_another_whatever_its_case(tmp_path):
    text = REAGENT.format(id="our-TOP", name="TOP of our shelf", aliases="Top")
    own = Base(write(tmp_path, "reagents/shelf.yaml", text))

    assert {own.card("reagents", name).id for name in ("TOP", "Top", "top")} == {"TOP"}
    (shadow,) = own.shadows
    assert (shadow.name, shadow.idle) == ("Top", True)
    assert "reagents:Top stays the shipped card 'TOP': 'our-TOP'" in str(shadow)


def test_a_card_of_ones_own_named_like_an_alias_is_told(tmp_path):
    text = REAGENT.format(id="tri-n-octylphosphine", name="ours", aliases="")
    own = Base(write(tmp_path, "reagents/shelf.yaml", text))

    assert own.card("reagents", "Tri-N-octylphosphine").name == "ours"
    assert [(shadow.name, shadow.shipped) for shadow in own.shadows] == [("tri-n-octylphosphine", "TOP")]


def test_a_paper_is_found_by_its_doi():
    assert BASE.card("sources", "10.1039/D2NR05808A").id == "mech2023"
    assert BASE.card("sources", "yu2003").names == ("yu2003", "10.1021/cm034081k")
    assert all(card.names == (card.id,) for card in BASE.cards("sources").values() if card.doi is None)
