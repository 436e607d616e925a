"""The landscape: every route counted once for each material, gaps that are gaps, a page that stands alone."""

import re
from xml.etree import ElementTree as ET

import pytest

from aliquot.errors import InputError
from aliquot.knowledge.base import Base, base
from aliquot.knowledge.landscape import CADMIUM, GENERAL, III_V, landscape
from aliquot.report.landscape import figure, landscape_page, write_landscape


@pytest.fixture(scope="module")
def counted():
    return landscape(base())


def test_every_route_stands_in_a_cell_of_its_class(counted):
    placed = {name for cell in counted.cells.values() for name in cell.routes}

    assert placed == set(base().cards("routes"))
    for (class_, _), cell in counted.cells.items():
        assert all(base().card("routes", name).class_ == class_ for name in cell.routes)


def test_a_shell_counts_for_its_core_and_a_family_for_itself(counted):
    for name, route in base().cards("routes").items():
        for target in route.targets:
            core = target.split("/")[0]
            column = GENERAL if core.startswith("III") else core
            assert name in counted.cell(route.class_.value, column).routes


def test_columns_begin_with_the_eight_of_the_review_and_cadmium(counted):
    assert counted.materials[: len(III_V) + len(CADMIUM)] == (*III_V, *CADMIUM)
    assert counted.materials[-1] == GENERAL


def test_a_gap_is_empty_and_could_be_filled(counted):
    gaps = {(cell.class_, cell.material) for cell in counted.gaps}

    assert all(not counted.cell(*gap).routes for gap in gaps)
    assert all(not counted.cell(*gap).told for gap in gaps)
    assert ("aminopnictogen", "GaSb") in gaps
    assert ("azide", "InP") not in gaps  # an azide brings nitrogen
    assert ("urea complex", "CdTe") not in gaps
    assert ("phosphine chalcogenide", "InP") not in gaps
    assert ("dehalosilylation", "GaN") not in gaps  # the review: precluded
    assert not any(class_ == "additive" or material == GENERAL for class_, material in gaps)


@pytest.mark.parametrize(
    ("class_", "material", "by"),
    [
        ("overgrowth", "InAs", "statements:tiwari2025-inas-overgrowth"),  # tiwari2025 l.60, its ref 33
        ("aqueous", "CdTe", "statements:mech2023-in-water"),  # mech2023 l.45, its ref 24
        ("cluster", "CdSe", "clusters:M014"),
        ("cluster", "CdTe", "clusters:M021"),
        ("desilylation", "InP", "routes:R091"),  # indium myristate and P(SiMe3)3: no halide
        ("desilylation", "InSb", "routes:R022"),  # the salt is not told
        ("aqueous", "InP", "routes:R002"),  # a failure of all III-V
    ],
)
def test_what_another_card_tells_is_no_gap(counted, class_, material, by):
    cell = counted.cell(class_, material)

    assert by in cell.told
    assert not cell.routes
    assert not cell.gap


def test_a_halide_is_no_desilylation(counted):
    told = {name for cell in counted.cells.values() for name in cell.told}

    assert not told & {"routes:R009", "routes:R010", "routes:R012", "routes:R014"}
    assert counted.cell("desilylation", "InAs").gap  # of InAs only halides are told


def test_statements_show_cells_that_exist(counted):
    shown = [cell for card in base().cards("statements").values() for cell in card.shows]

    assert shown
    assert all(tuple(cell.split(":")) in counted.cells for cell in shown)


def test_failures_are_among_their_routes(counted):
    for cell in counted.cells.values():
        assert set(cell.failed) <= set(cell.routes)
    assert "R069" in counted.cell("single source", "InP").failed


def test_the_statements_are_the_review_s(counted):
    assert {card.source for card in counted.statements} == {"gazis2023"}


def test_the_figure_shows_every_count_and_every_gap(counted):
    root = ET.fromstring(figure(counted))  # noqa: S314  our own drawing
    texts = ["".join(element.itertext()).strip() for element in root.iter("{http://www.w3.org/2000/svg}text")]

    counts = [str(len(cell.routes)) for cell in counted.cells.values() if cell.routes]
    assert sorted(text for text in texts if text.isdigit()) == sorted(counts)
    assert sum(text.endswith("✗") for text in texts) == sum(
        bool(cell.failed) for cell in counted.cells.values()
    )
    assert all(class_ in texts for class_ in counted.classes)


def test_the_page_stands_alone_and_repeats(counted, tmp_path):
    page = landscape_page(counted)

    assert page == landscape_page(landscape(Base()))
    assert not re.search(r'(?:src|href)="(?!#)|url\(\s*[\'"]?http|@import', page)
    assert "not taken as data of ours" in page
    assert f"{len(counted.gaps)} cells of which nothing is told" in page
    assert "statements:tiwari2025-inas-overgrowth" in page
    for card in counted.statements:
        assert card.place in page
    written = write_landscape(counted, tmp_path / "new" / "page.html")
    assert written.read_text(encoding="utf-8") == page
    assert [path.name for path in written.parent.iterdir()] == ["page.html"]


def test_a_page_that_can_not_be_written_is_told(counted, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(InputError, match="can not be written"):
        write_landscape(counted, tmp_path / "file" / "page.html")
