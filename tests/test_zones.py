"""Maps of zones: what they say of box, planes, axes and vials of the paper, and how that is told."""

import json
from dataclasses import replace

import numpy as np
import pytest

from aliquot.errors import Where
from aliquot.inference.dual import Dual
from aliquot.inference.forward import Seen
from aliquot.inference.plan import Look
from aliquot.inference.reading import Reading
from aliquot.inference.zones import Zone, read_zone_study, zones
from aliquot.inference.zones.flasks import flasks_of
from aliquot.inference.zones.reader import Reader
from aliquot.inference.zones.record import Verdict
from aliquot.inference.zones.rules import ZONES
from aliquot.inference.zones.sheets import FINER
from aliquot.inference.zones.told import as_csv, as_json, vials_csv
from aliquot.inference.zones.zones import looks
from aliquot.knowledge import store
from aliquot.knowledge.records import Role
from aliquot.report.zones import write_zones, zones_page
from cdte_courses import FLASKS, HOURS, courses
from zone_maps import mapped, small


def test_shares_are_those_of_every_other_reading() -> None:
    card, study = store.chemistry("cdte_mech2023_wide"), read_zone_study("cdte_zones")
    rng = np.random.default_rng(1)
    rungs, species = rng.random(600) / 3e4, rng.random(len(card.species))
    start = np.array([20.0, 24.0, 0.0, 0.0, 0.0])
    weights = Reader(card, study.rules, looks(study), study.numerics).weights(600)
    found = (rungs @ weights.rungs + species @ weights.species) / (weights.total @ start)
    look = Look(1.0, 0, 0, start, 0.0, 373.15)
    seen = Seen((look,), Dual.still(species[None], 0), Dual.still(rungs[None], 0), 1)
    reading = Reading(seen, card, store.material("CdTe").unit_volume, 34)
    for share, kind in zip(found, study.rules, strict=True):
        read = sum(float(reading.share(name, Where(name)).value[0]) for name in kind.of)
        assert share == pytest.approx(read)


def test_a_small_map_says_what_the_paper_says() -> None:
    found = mapped()
    assert found.count == 24
    assert {(vial.label.condition, vial.met) for vial in found.vials} == {
        (name, True) for name in ("tol", "top0", "oam0", "ode", "cd24")
    }
    assert found.counted(Role.CALIBRATION) == (4, 4)
    assert found.counted(Role.PREDICTION) == (1, 1)
    assert np.allclose(found.belief.probabilities.sum(axis=-1), 1.0)
    assert sum(found.fraction(zone) for zone in ZONES) == pytest.approx(1.0)
    assert found.lost == 0
    # Octadecene with much cadmium: on ladders that may not grow, that is told.
    assert found.lids > 0
    assert any(flag.startswith(f"In {found.lids} runs dots reached the top") for flag in found.flags)
    assert any("the map knows what is held out" in flag for flag in found.flags)


def test_held_out_vials_are_judged_by_constants_that_never_saw_them() -> None:
    found = mapped()
    assert found.blind == (("cdte_mech2023_split/1", 1.0),)
    assert found.foretold() == (1, 1)
    assert found.foretold(Role.CALIBRATION) == (4, 4)
    vial = next(one for one in found.vials if one.label.condition == "cd24")
    assert vial.blind is not None
    assert not np.allclose(vial.blind.shares, vial.verdict.shares)
    told = as_json(found)["labels"]
    assert told["blind"]["prediction"] == {"met": 1, "of": 1}
    assert told["blind"]["chemistries"] == [{"chemistry": "cdte_mech2023_split/1", "weight": 1.0}]
    assert {one["blind"]["computed"] for one in told["vials"]} == {zone.value for zone in Zone} - {"dots"}
    assert any("laws and structures" in flag for flag in found.flags)


def test_vials_of_the_paper_are_told_row_by_row() -> None:
    head, *rows = (line.split(",") for line in vials_csv(mapped()).splitlines())
    assert head[:7] == ["condition", "time_h", "series", "role", "published", "map_zone", "map_met"]
    assert len(rows) == len(mapped().vials)
    assert {len(row) for row in rows} == {len(head)}
    top = next(dict(zip(head, row, strict=True)) for row in rows if row[0] == "top0")
    assert (top["role"], top["blind_zone"], top["blind_met"]) == ("prediction", "nothing", "yes")
    assert float(top["blind_p_nothing"]) == 1.0


def test_a_study_without_blind_constants_tells_of_none() -> None:
    found = zones(small(2, blind=[], sections=[], diagram=[]))
    assert (found.blind, found.foretold()) == ((), None)
    assert {vial.blind for vial in found.vials} == {None}
    assert as_json(found)["labels"]["blind"] is None
    assert vials_csv(found).splitlines()[1].endswith("," * 7)
    assert any("no vial is a true prediction" in flag for flag in found.flags)
    # Without planes and axes no flask is so rich that its dots reach the top.
    assert found.lids == 0
    assert not any("top of the longest ladder" in flag for flag in found.flags)
    pytest.importorskip("matplotlib", reason="is of the report extra")
    assert "zones-axes" not in zones_page(found)


def test_an_ensemble_of_divided_opinion_shows_its_probabilities() -> None:
    verdict = Verdict((0.0, 0.0, 1 / 3, 2 / 3, 0.0), np.zeros((3, 5)))
    assert (verdict.zone, verdict.words) == (Zone.MIXTURE, "mixture 67 %, pure cluster 33 %")
    one = mapped().vials[0]
    found = replace(mapped(), vials=(replace(one, verdict=verdict), replace(one, blind=verdict)))
    assert vials_csv(found).splitlines()[1].split(",")[7:12] == ["0", "0", "0.3333", "0.6667", "0"]
    pytest.importorskip("matplotlib", reason="is of the report extra")
    assert zones_page(found).count("67 %") == 2


def test_a_map_is_told_row_by_row() -> None:
    found = mapped()
    head, *rows = as_csv(found).splitlines()
    assert head.startswith(
        "recipe,solvent,amine_mM,cadmium_mM,time_h,zone,p_nothing,p_complex,p_pure_cluster"
    )
    assert len(rows) == found.count * found.hours.size
    assert {row.split(",")[5] for row in rows} <= {zone.value for zone in Zone}
    json.dumps(as_json(found), allow_nan=False)


def test_a_section_is_the_same_seen_from_its_other_side() -> None:
    one = mapped().sections[0]
    other = zones(small(sections=[{"x": "cadmium", "y": "amine", "points": 4}])).sections[0]
    assert (one.x == other.y).all()
    assert (one.probabilities == np.swapaxes(other.probabilities, 0, 1)).all()
    assert one.words == other.words == "in toluene, after 24 h"


def test_what_is_drawn_goes_through_what_was_computed() -> None:
    for sheet in (mapped().sections[0], mapped().lanes[0]):
        assert (sheet.drawn.probabilities[::FINER, ::FINER] == sheet.probabilities).all()
        assert np.allclose(sheet.drawn.x[::FINER], sheet.x)
        assert np.allclose(sheet.drawn.y[::FINER], sheet.y)
    words = mapped().lanes[1]
    assert words.drawn.x.tolist() == [0.0, 1.0, 2.0]
    assert (words.drawn.probabilities[::FINER] == words.probabilities).all()


def test_vials_stand_only_on_planes_on_which_they_lie() -> None:
    found = mapped()
    amine, solvent = found.lanes
    assert {vial.label.condition for vial in found.on(amine)} == {"tol", "oam0"}
    assert {vial.label.condition for vial in found.on(solvent)} == {"tol", "ode"}
    assert {vial.label.condition for vial in found.on(found.sections[0])} == {"tol", "oam0", "cd24"}


def test_a_page_shows_the_map(tmp_path) -> None:
    pytest.importorskip("matplotlib", reason="is of the report extra")
    page = zones_page(mapped())
    assert page == zones_page(mapped())
    for told in (
        "zones-axes",
        "zones-sections",
        "zones-box",
        "cadmium [mM]",
        "time [h]",
        "pure cluster",
        "l.94",
    ):
        assert told in page
    assert write_zones(mapped(), tmp_path / "zones.html").read_text(encoding="utf-8") == page


@pytest.mark.slow
def test_every_flask_of_the_paper_is_that_of_the_thresholds() -> None:
    study = read_zone_study("cdte_zones")
    numerics = study.numerics.model_copy(update={"settled": 0.0})
    sizes = {name: np.array([getattr(one, name) for one in FLASKS.values()]) for name in ("cadmium", "amine")}
    values = {
        **sizes,
        "phosphine": np.array([one.phosphine for one in FLASKS.values()]),
        "temperature": np.array([one.celsius for one in FLASKS.values()], float),
        "solvent": np.array([one.solvent for one in FLASKS.values()]),
    }
    for name in ("cdte_mech2023", "cdte_mech2023_even"):
        card = store.chemistry(name)
        times = 3600.0 * np.array(HOURS[1:])
        found = Reader(card, study.rules, times, numerics).read(flasks_of(study, values), lambda: None)
        expected = courses(card)
        for i, flask in enumerate(FLASKS):
            one = expected[flask]
            for k, part in enumerate((one.small, one.double, one.complex, one.dots, one.others)):
                assert np.abs(found.shares[i, :, k] - part[1:]).max() < 4e-3, (name, flask, k)
