from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aliquot.errors import InputError, SignalError
from aliquot.instruments.formats.mass import read_mass
from aliquot.instruments.mass.blocks import ClusterFormula
from aliquot.instruments.mass.calibrate import Anchor, Calibration, calibrate, located, recalibrated
from aliquot.instruments.mass.envelope import envelope
from aliquot.instruments.mass.ions import Ion, compositions, match
from aliquot.instruments.mass.pick import Pattern, envelopes, ground, patterns, pick
from aliquot.instruments.mass.spectrum import MassSpectrum, Mode, Peak

ALKENE, DISULFIDE = Ion.parse("C14H30N+"), Ion.parse("C28H62N2S2 2+")
READINGS = (Anchor(212.2373, 212.323), Anchor(245.2172, 245.317))
HOMOLOGUES = [f"C{n}H{2 * n + 2}N+" for n in range(8, 14)]


@pytest.fixture(scope="module")
def ligands(request: pytest.FixtureRequest) -> MassSpectrum:
    shared: Path = request.getfixturevalue("shared")
    return read_mass(shared / "data" / "ms_np_ligands" / "TMA_ESI_pos.txt")


def on(spectrum: MassSpectrum, anchors: tuple[Anchor, ...]) -> tuple[Calibration, tuple[Pattern, ...]]:
    peaks = pick(spectrum)
    axis = calibrate([located(anchor, peaks) for anchor in anchors])
    return axis, patterns(pick(recalibrated(spectrum, axis)))


# --- the measured spectrum of ligands --------------------------------------------------------------------


def test_readings_of_the_anchors_are_405_ppm_too_high() -> None:
    assert calibrate(READINGS).shift_ppm == pytest.approx(405.0, abs=2.0)
    assert ALKENE.mz == pytest.approx(212.2373, abs=5e-5)
    assert DISULFIDE.mz == pytest.approx(245.2172, abs=5e-5)


def test_centres_of_the_peaks_say_395_ppm(ligands: MassSpectrum) -> None:
    # The points of the file stand 35 ppm apart: the highest point of 245.317 is 17 ppm above the centre.
    peaks = pick(ligands)
    shifts = [located(anchor, peaks).ppm for anchor in READINGS]
    assert shifts == pytest.approx([400.3, 390.2], abs=0.5)


def test_the_anchors_are_assigned_within_5_ppm_with_their_charges(ligands: MassSpectrum) -> None:
    axis, found = on(ligands, READINGS)
    for ion, charge, spacing in ((ALKENE, 1, 1.0034), (DISULFIDE, 2, 0.5017)):
        seen = match(ion, found)
        assert seen.error_ppm is not None
        assert abs(seen.error_ppm) < 5.0
        assert seen.pattern is not None
        assert seen.pattern.charge == charge
        assert seen.pattern.spacing == pytest.approx(spacing, abs=2e-3)
        assert seen.flags == ()
    assert axis.error_ppm == pytest.approx(10.1, abs=0.3)  # either of them by a scale from the other alone


def test_a_third_anchor_puts_homologues_that_were_no_anchors_within_3_ppm(ligands: MassSpectrum) -> None:
    _, found = on(ligands, (*READINGS, Anchor(Ion.parse("C7H16N+").mz, 114.178)))
    for text in HOMOLOGUES:
        seen = match(Ion.parse(text), found)
        assert seen.error_ppm is not None
        assert abs(seen.error_ppm) < 3.0, text
        assert seen.pattern is not None
        assert seen.pattern.charge == 1
    # And the anchors themselves, which three points no longer fit exactly.
    assert all(abs(match(ion, found).error_ppm or 99.0) < 5.0 for ion in (ALKENE, DISULFIDE))


def test_an_anchor_away_from_any_peak_is_refused(ligands: MassSpectrum) -> None:
    with pytest.raises(SignalError, match="nearest peak"):
        located(Anchor(220.0, 220.1), pick(ligands))


def test_an_ion_that_is_not_there_or_has_another_charge_is_told(ligands: MassSpectrum) -> None:
    _, found = on(ligands, READINGS)
    assert match(Ion.parse("C20H40N+"), found).pattern is None
    wrong = match(Ion.parse("C14H31NS+"), found, 100.0)  # half the disulfide, as an ion of charge 1
    assert any("spaced for charge 2, not 1" in flag for flag in wrong.flags)


def test_few_formulas_fit_a_light_ion_and_more_a_heavy_one() -> None:
    assert compositions(ALKENE.mz, 1, 5.0) == ("C14H30N",)
    heavy = compositions(DISULFIDE.mz, 2, 5.0)
    assert "C28H62N2S2" in heavy
    assert len(heavy) > 5


@pytest.mark.parametrize("text", ["C14H30N", "14+", "", "C28H62N2S2 2", "c14h30+"])
def test_what_is_no_ion_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="with its charge"):
        Ion.parse(text)


# --- synthetic spectra -----------------------------------------------------------------------------------


def seen(
    clusters: dict[str, float], sigma: float = 1.0, noise: float = 5.0, step: float = 0.25
) -> MassSpectrum:
    mz = np.arange(4900.0, 6000.0, step)
    counts = 150.0 + 0.05 * (6000.0 - mz) + np.random.default_rng(2).normal(0.0, noise, mz.size)
    for text, amount in clusters.items():
        counts += amount * envelope(ClusterFormula.parse(text).composition).profile(mz, sigma)
    return MassSpectrum(mz, np.maximum(counts, 0.0), "A")


def test_ground_is_neither_the_peaks_nor_the_slope() -> None:
    spectrum = seen({"Cd32P20(oleate)5": 2e4, "Cd23P12(oleate)9": 1e4})
    found = ground(spectrum)
    truth = 150.0 + 0.05 * (6000.0 - spectrum.mz)
    assert found.noise == pytest.approx(5.0, rel=0.3)
    assert float(np.abs(found.baseline - truth).max()) < 12.0


@pytest.mark.parametrize("formula", ["Cd32P20(oleate)5", "Cd20P9(oleate)11", "Cd23P12(oleate)9"])
@pytest.mark.parametrize(("sigma", "step"), [(0.12, 0.04), (2.0, 0.25)])
def test_an_envelope_is_found_resolved_or_not(formula: str, sigma: float, step: float) -> None:
    cluster = ClusterFormula.parse(formula)
    truth = envelope(cluster.composition)
    (found,) = envelopes(seen({formula: 1e4}, sigma, 4.0, step))
    assert found.mz == pytest.approx(truth.mean, abs=0.25)
    assert found.sd == pytest.approx(np.hypot(truth.sd, sigma), rel=0.04)
    assert found.area == pytest.approx(1e4, rel=0.05)


def test_a_centroid_of_a_pair_lies_between_its_members() -> None:
    pair = {"Cd29P17(oleate)7": 5e3, "Cd27P15(oleate)8": 5e3}
    (found,) = envelopes(seen(pair, 2.0))
    masses = sorted(ClusterFormula.parse(text).mass for text in pair)
    assert found.mz == pytest.approx(sum(masses) / 2, abs=0.4)
    single = envelope(ClusterFormula.parse("Cd29P17(oleate)7").composition).sd
    assert found.sd > single


def test_noise_has_no_envelopes() -> None:
    assert envelopes(seen({})) == ()


def test_a_list_of_peaks_has_no_widths() -> None:
    spectrum = MassSpectrum(np.array([5000.0, 5100.0, 5200.0]), np.ones(3), "A", Mode.CENTROID)
    assert [peak.mz for peak in pick(spectrum)] == [5000.0, 5100.0, 5200.0]
    with pytest.raises(SignalError, match="profile"):
        envelopes(spectrum)


@settings(max_examples=40, deadline=None)
@given(st.floats(200.0, 900.0), st.sampled_from([1, 2, 3, 4]), st.integers(3, 6))
def test_charges_follow_from_spacings(start: float, charge: int, count: int) -> None:
    heights = 100.0 * 0.6 ** np.arange(count)
    row = [
        Peak(start + i * 1.00335 / charge, float(h), 1.0, 0.01, 0.004, float(h))
        for i, h in enumerate(heights)
    ]
    (found,) = patterns(row)
    assert found.charge == charge
    assert len(found.peaks) == count


def test_a_lonely_peak_tells_no_charge() -> None:
    (found,) = patterns([Peak(244.306, 10.0, 1.0, 0.02, 0.01, 50.0)])
    assert found.charge is None
    assert found.spacing is None
