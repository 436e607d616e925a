"""Colour: the published chromaticities, the peer's own sums, windows of the infrared, vials."""

from itertools import pairwise

import numpy as np
import pytest

from aliquot.errors import InputError, RangeError
from aliquot.instruments.emission.analyse import analyse
from aliquot.instruments.emission.colour import Chromaticity, colour_of, observer, srgb, tristimulus
from aliquot.instruments.emission.nir import TELECOM, detectors, windows
from aliquot.instruments.emission.space import Counted
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.report.vial import LAMP_NM, Vial, vial_of, vials_svg, word_of

NM = np.arange(380.0, 801.0)
PAPER = [
    (607.0, 90.0, 0.5623, 0.4336, 5e-4),
    (530.0, 36.0, 0.185, 0.753, 1e-3),
    (630.0, 46.0, 0.679, 0.321, 1e-3),
    (455.0, 20.0, 0.150, 0.025, 1e-3),
]


def gauss(at, fwhm, nm=NM):
    return np.exp(-4.0 * np.log(2.0) * ((nm - at) / fwhm) ** 2)


def emission(values, nm=NM):
    return Signal(SignalKind.EMISSION, nm, values, "dots")


def edge(at, height=1.5, **more):
    nm = np.arange(350.0, 900.0)
    return Signal(SignalKind.ABSORBANCE, nm, height / (1.0 + np.exp((nm - at) / 15.0)), "dots", **more)


@pytest.mark.parametrize(("at", "fwhm", "x", "y", "tolerance"), PAPER)
def test_gaussians_have_the_chromaticity_of_the_basis(at, fwhm, x, y, tolerance):
    found, flags = colour_of(emission(gauss(at, fwhm)), Counted.POWER)
    assert (found.x, found.y) == pytest.approx((x, y), abs=tolerance)
    assert flags == ()


@pytest.fixture(scope="module")
def peer():
    """Load colour-science; on the way in it changes how NumPy prints, for everyone."""
    with np.printoptions():
        return pytest.importorskip("colour", reason="colour-science is no dependency: a peer to compare with")


@pytest.mark.parametrize(("at", "fwhm"), [(at, fwhm) for at, fwhm, *_ in PAPER])
def test_colour_science_says_the_same(at, fwhm, peer):
    nm = np.arange(360.0, 831.0)
    spectrum = peer.SpectralDistribution(gauss(at, fwhm, nm), nm)
    matching = peer.MSDS_CMFS["CIE 1931 2 Degree Standard Observer"].copy()
    theirs = peer.sd_to_XYZ(spectrum, matching, method="Integration")
    ours = tristimulus(nm, gauss(at, fwhm, nm))
    assert ours[:2] / ours.sum() == pytest.approx(theirs[:2] / theirs.sum(), abs=1e-5)


def test_counts_are_converted_to_power():
    counts = gauss(607.0, 90.0) * NM / 550.0
    as_photons, _ = colour_of(emission(counts), Counted.PHOTONS)
    as_power, _ = colour_of(emission(gauss(607.0, 90.0)), Counted.POWER)
    assert (as_photons.x, as_photons.y) == pytest.approx((as_power.x, as_power.y), abs=1e-6)
    wrong, _ = colour_of(emission(counts), Counted.POWER)
    assert abs(wrong.x - as_power.x) > 0.005


def test_daylight_is_white_and_the_table_is_whole():
    eye = observer()
    assert eye.matching.shape == (471, 3)
    assert eye.matching.sum(axis=0) == pytest.approx([106.8655, 106.8569, 106.8923], abs=1e-3)
    xyz = eye.daylight @ eye.matching
    assert xyz[:2] / xyz.sum() == pytest.approx([0.3127, 0.3290], abs=2e-4)
    assert srgb(xyz / xyz[1], 1.0) in {"#ffffff", "#fffeff", "#fffffe"}
    assert eye.wavelengths[eye.matching[:, 1].argmax()] == 555.0


@pytest.mark.parametrize(
    ("peak", "named"), [(850.0, "NIR-I"), (1338.0, "O band"), (1540.0, "C band"), (1600.0, "L band")]
)
def test_infrared_has_no_colour_but_a_band(peak, named):
    nm = np.arange(peak - 200.0, peak + 200.0)
    with pytest.raises(RangeError, match="no colour"):
        colour_of(emission(gauss(peak, 100.0, nm), nm))
    (found,) = analyse([emission(gauss(peak, 100.0, nm), nm)]).aliquots
    assert found.colour is None
    assert named in found.windows
    assert found.detectors == detectors(peak)
    assert any("no colour" in flag for flag in found.flags)


def test_bands_of_fibres_follow_each_other_without_a_gap():
    for first, second in pairwise(TELECOM):
        assert first.high_nm == second.low_nm
    assert windows(1360.0) == ("NIR-II", "E band")
    assert windows(975.0) == ("between NIR-I and NIR-II",)


def test_a_colour_that_is_cut_off_says_so():
    nm = np.arange(480.0, 601.0)
    _, flags = colour_of(emission(gauss(590.0, 50.0, nm), nm))
    assert any("beyond 600 nm" in flag for flag in flags)


# --- vials ------------------------------------------------------------------------------------------------


def test_vials_look_as_dots_do():
    orange = vial_of(edge(530.0), Chromaticity(0.5623, 0.4336, 1.0), quantum_yield=0.309)
    assert word_of(orange.daylight) in {"orange", "yellow"}
    assert word_of(orange.lamp) == "orange"
    assert "glows orange, brightly" in orange.told
    assert orange.flags == ()


def test_a_weak_yield_is_dim_and_none_is_dark():
    bright, dim = (
        vial_of(edge(600.0), Chromaticity(0.679, 0.321, 1.0), quantum_yield=q) for q in (0.3, 0.01)
    )
    red = [int(vial.lamp[1:3], 16) for vial in (bright, dim)]
    assert red[0] > 2 * red[1]
    dark = vial_of(edge(880.0), None)
    assert max(int(dark.lamp[i : i + 2], 16) for i in (1, 3, 5)) < 32
    assert "it is dark" in dark.told


@pytest.mark.parametrize("path", [1.0, 10.0])
def test_path_and_dilution_are_taken_out(path):
    at_hand = edge(530.0, 1.5 * path / 10.0 / 20.0, path_mm=path, dilution=20.0)
    assert vial_of(at_hand, None).daylight == vial_of(edge(530.0, 1.5), None).daylight
    assert vial_of(at_hand, None, dilution=20.0).daylight == vial_of(edge(530.0, 0.075), None).daylight


def test_no_liquid_is_colourless_and_more_of_it_is_darker():
    light = [observer().matching[:, 1].sum()]
    for height in (0.0, 0.3, 1.0, 3.0):
        colour = vial_of(edge(700.0, height), None).daylight
        light.append(sum(int(colour[i : i + 2], 16) for i in (1, 3, 5)))
    assert light[1] >= 3 * 254
    assert light[1] > light[2] > light[3] > light[4]


def test_what_is_assumed_is_told():
    late = Signal(SignalKind.ABSORBANCE, np.arange(450.0, 700.0), np.full(250, 0.5), "dots")
    flags = vial_of(late, Chromaticity(0.3, 0.6, 1.0)).flags
    assert any("begins at 450 nm" in flag for flag in flags)
    assert any("far from the lamp" in flag for flag in flags)
    assert any("yield is not known" in flag for flag in flags)
    assert vial_of(None, None).daylight is None
    with pytest.raises(InputError, match="at least 1"):
        vial_of(None, None, dilution=0.5)


def test_the_drawing_can_be_read_aloud_and_stands_in_a_page():
    svg = vials_svg("vials", [("A & <b>", Vial("#ffe0a0", "#00ff40", "It glows green.", ()))])
    assert 'aria-labelledby="vials-title"' in svg
    assert "A &amp; &lt;b&gt;: It glows green." in svg
    assert "#00ff40" in svg
    assert f"{LAMP_NM:g} nm" in svg
