"""The report: one page that stands on its own, says everything, and says it equally every time."""

import re
import subprocess
import sys
from dataclasses import replace
from math import inf
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from aliquot.errors import InputError
from aliquot.finding import Finding, Interval
from aliquot.instruments.absorbance.edge import Edge, find_edge
from aliquot.instruments.absorbance.evidence import Prior
from aliquot.instruments.absorbance.prior import Envelope, Fade
from aliquot.instruments.absorbance.recovered import Recovered
from aliquot.knowledge import store
from aliquot.knowledge.records import Observation, Observations, Role
from aliquot.population import Population, Weighting
from aliquot.recipe import read_recipe, recipe_book
from aliquot.report import figures, reproduction_page, write_page
from aliquot.report.numbers import NOTHING, aligned, printed
from aliquot.report.series import by_temperature, by_time
from aliquot.report.style import PALETTE, custom_properties, spectrum_colour, wavelength_ink
from aliquot.report.tables import conditions, miss
from aliquot.reproduce import Condition, Reproduction, Row
from aliquot.reproduce.rows import bounds_of, row_of, unit_of
from aliquot.synthesis import Aliquot, Provenance, Run, observe
from pages import Page, assert_page_stands_on_its_own

SAMPLES = {"180C": 200, "200C": 215, "200C-0.3": 165}  # rung of the largest share


def _run(recipe: object, card: object) -> Run:
    """A run whose populations are drawn, not simulated: no solver is needed to print a table."""
    aliquots = []
    for sample in recipe.samples:
        rungs = np.zeros(400)
        peak = SAMPLES[sample.name]
        rungs[peak - 60 : peak + 61] = 0.004 * np.hanning(121)
        population = Population(card.material, store.material(card.material).unit_volume, rungs)
        fed = {name: recipe.feed.concentrations[reagents[0]] for name, reagents in card.precursors.items()}
        used = {"In": population.units, "P": 4.0 * population.units}
        left = {species: fed[species] - used[species] for species in fed}
        aliquots.append(
            Aliquot(
                label=sample.name,
                time_s=sample.residence_time,
                temperature=sample.temperatures[-1],
                flow=sample.flow,
                population=replace(population, species=left),
                conversion=used["In"] / fed["In"],
                mass_error=1e-15,
                flags=("Taylor-Aris <holds>.",),
            )
        )
    run = Run(
        Provenance.SIMULATED,
        tuple(aliquots),
        recipe,
        f"{card.id}/{card.version}",
        99,
        0.1,
        ("wang2023",),
    )
    return observe(run, seed=7)


def _recovered(aliquot: Aliquot) -> Recovered:
    """What an inversion might have said, without its seconds."""
    signal, sizes = aliquot.signals[0], aliquot.population.sizes(Weighting.VOLUME).rebinned(0.05)
    fitted = np.convolve(np.pad(signal.values, 4, mode="edge"), np.full(9, 1 / 9), mode="valid")
    budget = {"noise": 0.01, "lineshape": 0.04}
    mean = Finding("diameter", "nm", Interval.normal(sizes.mean, 0.01), budget, sources=("segets2009",))
    return Recovered(
        mean=mean,
        rsd=Finding("RSD", "1", Interval.normal(sizes.rsd, 0.01), budget),
        volume_fraction=Finding("volume fraction", "1", None),
        distribution=sizes,
        wavelengths=signal.wavelengths,
        fitted=fitted,
        residual=signal.values - fitted,
        background=(),
        noise=1e-3,
        regularisation=Prior(Envelope(2.7, Fade.GAUSSIAN, 0.3, Fade.GAUSSIAN, 0.3), 1.0),
        flags=("The lineshape is not quite that of this sample.",),
    )


def _row(entry: Observation, card: Observations) -> Row:
    """A row that is met in the middle of what it asks for; nothing is simulated."""
    low, high = bounds_of(entry, unit_of(entry))
    middle = (low + high) / 2.0 if low > -inf and high < inf else max(low, -1e300) + 1.0
    return row_of(entry, card, None if entry.beyond else middle, beyond=entry.beyond)


@pytest.fixture(scope="module")
def result() -> Reproduction:
    card = store.observations("wang2023")
    recipe = read_recipe(recipe_book("inp_wang2023")).only(*SAMPLES)
    run = _run(recipe, store.chemistry(card.chemistry))
    found = tuple(
        Condition(
            aliquot=aliquot,
            simulated=aliquot.population.sizes(Weighting.VOLUME),
            edge=find_edge(aliquot.signals[0]),
            recovered=_recovered(aliquot),
        )
        for aliquot in run.aliquots
    )
    asked = [
        entry for entry in card.observations if entry.condition in {None, "stock", *SAMPLES, "core-shell"}
    ]
    rows = [_row(entry, card) for entry in asked]
    by_id = {row.id: i for i, row in enumerate(rows)}
    missed, mute, marked = by_id["E1-180"], by_id["E1-0.3"], by_id["RSD-180"]
    rows[missed] = replace(rows[missed], computed=540.04, note="The line is broad.")
    rows[mute] = replace(rows[mute], computed=None, note=None)
    rows[marked] = replace(rows[marked], reading="<script>alert('&')</script>")
    return Reproduction("wang2023", run, found, tuple(rows), 7)


@pytest.fixture(scope="module")
def page(result: Reproduction) -> str:
    return reproduction_page(result)


def test_page_stands_on_its_own(page: str) -> None:
    assert_page_stands_on_its_own(page)
    assert [address for _, address in Page(page).addresses if address.startswith("#")]


def test_equal_results_give_equal_pages(result: Reproduction, page: str) -> None:
    assert reproduction_page(result) == page
    slower = replace(result, run=replace(result.run, wall_s=1e3))
    assert reproduction_page(slower) == page


def test_page_knows_no_place_and_no_clock(page: str) -> None:
    assert str(Path(__file__).parents[1]) not in page
    assert "/site-packages" not in page
    assert not re.search(r"\d{4}-\d\d-\d\dT", page)


def test_every_number_has_its_row(result: Reproduction, page: str) -> None:
    read = Page(page)
    tried = [row for row in result.rows if row.is_tried]
    assert {f"number-{row.id}" for row in tried} <= set(read.names)
    assert {f"erratum-{key}" for row in result.rows for key in row.errata} <= set(read.names)
    text = " ".join(read.words)
    for row in result.rows:
        assert row.id in text
    for row in tried:
        assert (row.wanted if row.value is None else f"{row.value:.4g}") in text


def test_what_is_not_computed_is_told_with_its_reason_and_neither_met_nor_missed(
    result: Reproduction, page: str
) -> None:
    read = Page(page)
    text = " ".join(" ".join(read.words).split())
    untried = [row for row in result.rows if not row.is_tried]
    assert "PLQY-shell" in {row.id for row in untried}
    assert not {f"number-{row.id}" for row in untried} & set(read.names)
    for row in untried:
        assert row.beyond in text


def test_bounds_are_shown_as_they_are_set(result: Reproduction, page: str) -> None:
    text = " ".join(Page(page).words)
    assert "5.2 to 20" in text
    row = next(row for row in result.rows if row.id == "RSD-0.1")
    assert miss(replace(row, computed=24.0)) == ("RSD of 200C is computed as 24 %; 5.2 to 20 % is published.")


def test_every_miss_is_told_in_words(result: Reproduction, page: str) -> None:
    text = " ".join(" ".join(Page(page).words).split())
    misses = [row for row in result.rows if row.is_tried and not row.met]
    assert [row.id for row in misses] == ["E1-180", "E1-0.3"]
    for row in misses:
        assert miss(row) in text
    assert "22.0 nm above the published 518 nm; the tolerance is 12 nm." in text
    assert "The line is broad." in text
    assert "E1 of 200C-0.3 has no number; 529 nm is published." in text


def test_headline_counts_what_is_met(result: Reproduction, page: str) -> None:
    text = " ".join(Page(page).words)
    for role in Role:
        met, total = result.counted(role)
        assert f"{met} of {total} met" in text


def test_nothing_missed_is_said_too(result: Reproduction) -> None:
    met = tuple(row for row in result.rows if row.met)
    page = reproduction_page(replace(result, rows=met))
    assert "Nothing: every number that was put to the test is met" in page


def test_markup_in_texts_is_shown_not_obeyed(page: str) -> None:
    assert "&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;" in page
    assert "Taylor-Aris &lt;holds&gt;." in page


def test_table_of_samples_tells_roles_and_digits(result: Reproduction) -> None:
    hot, middle, fast = conditions(result)
    assert (hot.used, middle.used, fast.used) == ("calibrated", "none printed", "predicted")
    assert hot.published == {"diameter": "2.7", "E1": "518", "RSD": "7.7"}
    assert hot.missed == {"E1"}
    assert (hot.temperature, hot.flow, fast.flow, fast.time) == ("180", "0.10", "0.30", "12.0")
    assert hot.diameter == f"{result.conditions[0].simulated.mean:.2f}"
    assert hot.balance == "0" or "10⁻" in hot.balance


def test_a_mute_spectrum_leaves_dashes(result: Reproduction) -> None:
    mute = replace(result.conditions[0], edge=Edge.nothing("No exciton is told."))
    changed = replace(result, conditions=(mute, *result.conditions[1:]))
    assert conditions(changed)[0].recovered["E1"].value == NOTHING
    assert "No exciton is told." in reproduction_page(changed)


def _drawings(result: Reproduction) -> dict[str, str]:
    hotter, longer = by_temperature(result), by_time(result)
    return {
        "spectra": figures.absorbance(hotter),
        "sizes": figures.distributions(result, longer),
        "temperature": figures.against_temperature(result),
        "time": figures.against_time(result),
    }


def test_figures_are_well_formed_and_name_their_units(result: Reproduction) -> None:
    units = {
        "spectra": ("wavelength [nm]", "absorbance [1]", "residual [10⁻³]"),
        "sizes": ("diameter [nm]", "[nm⁻¹]"),
        "temperature": ("temperature [°C]", "diameter [nm]", "RSD of the diameter [%]"),
        "time": ("residence time [min]", "diameter [nm]", "RSD of the diameter [%]"),
    }
    for name, drawing in _drawings(result).items():
        text = " ".join(ET.fromstring(drawing).itertext())  # noqa: S314  our own drawing
        for unit in units[name]:
            assert unit in text, (name, unit)


def test_figures_know_only_inks(result: Reproduction) -> None:
    for drawing in _drawings(result).values():
        bare = set(re.findall(r"(?<!, )#[0-9a-f]{6}\b", drawing))
        assert bare == set()
        asked = set(re.findall(r"var\(--([\w-]+),", drawing)) - {"sans"}
        for dark in (False, True):
            declared = {
                line[2:].partition(":")[0] for line in custom_properties(drawing, dark=dark).splitlines()
            }
            assert asked <= declared


def test_spectra_have_the_colour_of_their_exciton(result: Reproduction) -> None:
    e1 = result.conditions[0].edge.e1.value.value
    assert wavelength_ink(e1).css in figures.absorbance(by_temperature(result))


def test_colours_of_the_palette_differ_in_both_lights() -> None:
    assert len({ink.light for ink in PALETTE}) == len({ink.dark for ink in PALETTE}) == len(PALETTE)


@pytest.mark.parametrize("dark", [False, True])
def test_light_ends_in_grey(dark: bool) -> None:
    def channels(nm: float) -> list[int]:
        colour = spectrum_colour(nm, dark=dark)
        return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]

    assert len(set(channels(900.0))) == 1
    assert channels(1500.0) == channels(900.0)
    assert channels(100.0) == channels(350.0)
    red, green, blue = channels(700.0)
    assert red > 3 * max(green, blue)
    red, green, blue = channels(350.0)
    assert blue > red > green
    assert blue - green < 80
    red, green, blue = channels(540.0)
    assert green > 3 * max(red, blue)


@pytest.mark.parametrize(("dark", "ground"), [(False, PALETTE[0].light), (True, PALETTE[0].dark)])
def test_every_wavelength_reads_on_its_ground(dark: bool, ground: str) -> None:
    def luminance(colour: str) -> float:
        encoded = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0
        linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    paper = luminance(ground)
    for nm in range(300, 1000, 5):
        pair = sorted((paper, luminance(spectrum_colour(nm, dark=dark))))
        assert (pair[1] + 0.05) / (pair[0] + 0.05) > 3.0


def test_page_is_written_whole(result: Reproduction, page: str, tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"
    assert write_page(result, path) == path
    assert path.read_text(encoding="utf-8") == page
    write_page(result, path)
    assert [entry.name for entry in path.parent.iterdir()] == ["report.html"]


def test_where_nothing_can_be_written_the_error_says_so(result: Reproduction, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="can not be written") as caught:
        write_page(result, tmp_path / "file" / "report.html")
    assert "Choose another folder" in str(caught.value)
    taken = tmp_path / "folder.html"
    taken.mkdir()
    with pytest.raises(InputError, match=r"folder\.html"):
        write_page(result, taken)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder.html"]


def test_without_recipe_there_is_no_report(result: Reproduction) -> None:
    with pytest.raises(InputError, match="without recipe or samples"):
        reproduction_page(replace(result, run=replace(result.run, recipe=None)))
    with pytest.raises(InputError, match="without recipe or samples"):
        reproduction_page(replace(result, conditions=()))


def test_decimals_stand_below_each_other() -> None:
    column = aligned(["12", "0.05", NOTHING, "2.7"])
    widths = {
        len((number.text + number.pad).partition(".")[2]) for number in column if number.text != NOTHING
    }
    assert widths == {2}


def test_quantities_keep_their_powers() -> None:
    assert printed("1.75e4 M-1 s-1") == "1.75 × 10⁴ M⁻¹ s⁻¹"
    assert printed("10 %") == "10 %"


def test_importing_the_report_loads_no_plotting() -> None:
    code = "import sys, aliquot.report; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603  our own line
