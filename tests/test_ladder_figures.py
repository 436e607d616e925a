"""Figures of the ladder: well formed, with units, and with numbers that agree with theory and the run."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import jax.numpy as jnp
import numpy as np
import pytest

from aliquot.errors import InputError
from aliquot.knowledge.store import chemistry, material
from aliquot.population import Population
from aliquot.report.ladder_figures import (
    TIMES,
    course_figure,
    film_figure,
    flux_figure,
    landscape_figure,
    standalone,
)
from aliquot.report.ladder_numbers import constants_of, flux, forms, shares_of
from aliquot.report.style import PALETTE
from aliquot.synthesis import Aliquot, Provenance, Run

CARD = chemistry("cdte_mech2023")
IMAGES = Path(__file__).parents[1] / "docs" / "images"
KELVIN = 373.15
HOT = jnp.asarray(KELVIN)
VOLUME = material("CdTe").unit_volume


def sample(hours: float, rungs: np.ndarray, te: float = 5.0, x: float = 1.0) -> Aliquot:
    species = {"Te": te, "Cd": te + 4.0, "TOP": 424.0, "OAM": 748.0, "X": x}
    population = Population("CdTe", VOLUME, rungs, species, CARD.dot_from)
    return Aliquot(f"{hours:g} h", 3600.0 * hours, KELVIN, population=population)


def spread(supersaturation: float, hold: float = 1.0) -> np.ndarray:
    """Rungs in equilibrium with a monomer, times a factor from the second on; some clusters and dots."""
    constants = constants_of(CARD)
    c_inf = float(constants.solubility.rate(HOT))
    n = np.arange(1.0, 34.0)
    g = np.asarray(constants.landscape.energy(jnp.asarray(n), HOT))
    rungs = np.zeros(300)
    rungs[:33] = c_inf * np.exp(n * np.log(supersaturation) - g)
    rungs[1:33] *= hold
    rungs[33], rungs[67], rungs[101] = 0.05, 0.06, 0.02
    return rungs


RUN = Run(
    Provenance.SIMULATED,
    tuple(sample(hours, spread(s, 0.5)) for hours, s in ((0.5, 12.0), (1, 9.0), (24, 6.0))),
)
DRAWN = {
    "landscape": landscape_figure(CARD),
    "flux": flux_figure(RUN, CARD),
    "film": film_figure(RUN, CARD),
    "course": course_figure(RUN, CARD),
}
LABELS = {
    "landscape": ("rung n [formula units]", "[kT]", "S = 40", "449 nm", "CdTe at 100 °C"),
    "flux": ("step from rung n to n + 1 [formula units]", "[µM h⁻¹]", "0.5 h, S = 12"),
    "film": ("rung n [formula units]", "share of Te on the rung [%]", "449", "469", "24 h"),
    "course": ("time [h]", "share of Te [%]", "precursor", "cluster 449 nm", "dots"),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_is_well_formed_and_its_axes_have_units(name: str) -> None:
    root = ET.fromstring(DRAWN[name])  # noqa: S314  our own drawing
    text = " ".join(root.itertext())
    assert root.attrib["role"] == "img"
    assert all(label in text for label in LABELS[name])
    assert "$" not in text
    assert "nan" not in DRAWN[name].lower()


@pytest.mark.parametrize("name", DRAWN)
def test_every_colour_is_an_ink(name: str) -> None:
    named = {ink.css for ink in (*PALETTE, *TIMES)}
    assert not re.findall(r"(?<!, )#[0-9a-f]{6}", DRAWN[name])
    assert set(re.findall(r"var\(--(?!sans)[^)]*\)", DRAWN[name])) <= named


def test_later_is_darker_on_a_light_ground_and_brighter_on_a_dark_one() -> None:
    light, dark = (
        [int(colour[1:3], 16) + 2 * int(colour[3:5], 16) + int(colour[5:], 16) for colour in side]
        for side in ([ink.light for ink in TIMES], [ink.dark for ink in TIMES])
    )
    assert light == sorted(light, reverse=True)
    assert dark == sorted(dark)


@pytest.mark.parametrize("name", DRAWN)
def test_a_file_of_its_own_has_paper_and_knows_every_ink_in_both_grounds(name: str) -> None:
    alone = standalone(DRAWN[name])
    root = ET.fromstring(alone)  # noqa: S314  our own drawing
    light, dark = alone.split("prefers-color-scheme: dark")
    assert {"width", "height"} <= set(root.attrib)
    for ink in set(re.findall(r"var\((--(?!sans)[\w-]+),", alone)):
        assert f"{ink}: #" in light
        assert f"{ink}: #" in dark.split("</")[0]


def test_the_shipped_figures_are_those_of_this_code() -> None:
    shipped = {name: (IMAGES / f"ladder_{name}.svg").read_text(encoding="utf-8") for name in DRAWN}
    assert words(shipped["landscape"])[2:] == words(standalone(DRAWN["landscape"]))[2:]  # after the style
    for name, svg in shipped.items():
        assert {label for label in LABELS[name] if "0.5 h" not in label} <= set(words(svg)) | {*parts(svg)}


def words(svg: str) -> list[str]:
    return [text.strip() for text in ET.fromstring(svg).itertext()]  # noqa: S314  our own drawing


def parts(svg: str) -> list[str]:
    """Labels that stand within a longer one."""
    return [
        label for labels in LABELS.values() for label in labels if any(label in word for word in words(svg))
    ]


def test_in_equilibrium_nothing_flows() -> None:
    rungs = spread(20.0)
    held = flux(CARD, sample(1.0, rungs), 33)
    upwards = np.asarray(constants_of(CARD).attachment(jnp.asarray(held.n), HOT)) * rungs[0] * rungs[:32]
    assert np.abs(held.net / upwards).max() < 1e-12
    assert held.supersaturation == pytest.approx(20.0)


def test_the_steady_rate_is_that_of_the_steady_population() -> None:
    # Becker and Doering's own solution: c_n / c_n^eq falls from 1 by J / (a_n c_1 c_n^eq) at each step.
    at = sample(1.0, spread(20.0))
    top, constants = 33, constants_of(CARD)
    n = np.arange(1.0, float(top))
    balanced = spread(20.0)[: top - 1]
    resistance = 1.0 / (np.asarray(constants.attachment(jnp.asarray(n), HOT)) * balanced[0] * balanced)
    falling = 1.0 - np.concatenate([[0.0], np.cumsum(resistance)]) / resistance.sum()
    rungs = spread(20.0)
    rungs[:top] *= falling
    found = flux(CARD, sample(1.0, rungs), top)
    assert found.net == pytest.approx(np.full(top - 1, found.steady), rel=1e-9)
    assert found.steady == pytest.approx(flux(CARD, at, top).steady)


def test_the_forms_hold_all_of_the_element_and_shares_are_those_of_the_rungs() -> None:
    at = RUN.aliquots[0]
    found = forms(at, CARD)
    assert sum(found.values()) == pytest.approx(1.0)
    total = 5.0 + 1.0 + at.population.units
    assert found["precursor"] == pytest.approx(5.0 / total)
    assert found["in X"] == pytest.approx(1.0 / total)
    assert found["cluster 469 nm"] == pytest.approx(68 * 0.06 / total)
    assert found["dots"] == pytest.approx(102 * 0.02 / total)
    assert shares_of(at, CARD).sum() == pytest.approx(at.population.units / total)


def test_a_formula_unit_counts_with_all_its_atoms() -> None:
    card = CARD.model_copy(update={"material": "Cd3Te2"})
    at = RUN.aliquots[0]
    assert sum(forms(at, card).values()) == pytest.approx(1.0)
    assert shares_of(at, card).sum() == pytest.approx(
        2 * at.population.units / (6.0 + 2 * at.population.units)
    )


def test_what_was_not_sampled_or_not_simulated_is_not_drawn() -> None:
    with pytest.raises(InputError, match="2 h"):
        film_figure(RUN, CARD, ["2 h"])
    measured = replace(RUN, aliquots=(replace(RUN.aliquots[0], population=None),))
    with pytest.raises(InputError, match="without a population"):
        course_figure(measured, CARD)


def test_a_chemistry_without_clusters_is_drawn_too() -> None:
    inp = chemistry("inp_wang2023")
    rungs = np.zeros(400)
    rungs[:60], rungs[200:260] = 1e-3, 1e-2
    species = {"In": 4.0, "P": 10.0, "P(V)": 0.0}
    made = Aliquot("A", 60.0, 473.15, population=Population("InP", 0.0503, rungs, species))
    run = Run(Provenance.SIMULATED, (made, replace(made, label="B", time_s=120.0)))
    for svg in (film_figure(run, inp), flux_figure(run, inp), course_figure(run, inp), landscape_figure(inp)):
        assert "share of In" in svg or "InP" in svg
