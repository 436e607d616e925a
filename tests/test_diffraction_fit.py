"""From patterns back to diameters and phases: what our own noisy patterns give, and what is refused."""

import json

import numpy as np
import pytest

from aliquot.cli.app import run
from aliquot.errors import FormatError, InputError, SignalError
from aliquot.instruments.diffraction.analyse import SURFACE, analyse
from aliquot.instruments.diffraction.debye import intensity, pairs
from aliquot.instruments.diffraction.fit import fit_spheres
from aliquot.instruments.diffraction.pattern import CU_KA1_NM, Pattern, to_q
from aliquot.instruments.diffraction.profile import Diffractometer
from aliquot.instruments.diffraction.read import read_pattern
from aliquot.instruments.diffraction.scherrer import scherrer
from aliquot.instruments.diffraction.structure import crystal, phases_of, sphere
from test_docs import called, check

INP = crystal("InP-zinc-blende")
ANGLES = np.linspace(18.0, 60.0, 841)


def noisy(*parts, seed=1, counts=5000.0, ground=2000.0, slope=0.0):
    """Return the pattern of single cuts of crystals, (name, diameter, volume) each, with counting noise."""
    instrument, q = Diffractometer(), to_q(ANGLES, CU_KA1_NM)
    total = np.zeros_like(ANGLES)
    for name, diameter, volume in parts:
        particle = sphere(crystal(name), diameter)
        total += volume / particle.atom_volume * intensity(pairs(particle), q)
    seen = instrument.blurred(total * instrument.polarisation(ANGLES), float(ANGLES[1] - ANGLES[0]))
    expected = counts * seen / seen.max() + ground + slope * np.exp(-ANGLES / 30.0)
    y = np.random.default_rng(seed).poisson(expected).astype(float)
    return Pattern(ANGLES, y, CU_KA1_NM, "made")


# --- diameters -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("diameter", [2.0, 2.7, 3.4, 4.2, 5.0, 6.0, 7.0])
def test_the_diameter_comes_back_where_scherrer_is_low(diameter):
    truth = sphere(INP, diameter).diameter
    pattern = noisy(("InP-zinc-blende", diameter, 1.0))
    fit = fit_spheres(pattern, INP)
    widths = {w.name: w.size_nm / truth for w in scherrer(pattern, INP, fit.diameter)}
    usual = float(np.mean([widths[name] for name in ("111", "220", "311")]))

    assert fit.diameter == pytest.approx(truth, rel=0.03)
    assert fit.diameter == pytest.approx(diameter, rel=0.03)
    assert fit.edge_nm == pytest.approx(0.5869, rel=2e-3)
    assert 0.79 <= usual <= 0.88


def test_the_interval_holds_the_diameter_as_often_as_it_says():
    truth = sphere(INP, 3.4).diameter
    held = 0
    for seed in range(12):
        found = analyse(noisy(("InP-zinc-blende", 3.4, 1.0), seed=seed, counts=1000.0, slope=1000.0), [INP])
        value = found.diameter.value
        assert value is not None
        held += value.low <= truth <= value.high
    assert held >= 10


@pytest.mark.parametrize("name", ["CdSe-wurtzite", "PbS-rock-salt", "Cd3P2-tetragonal"])
def test_single_cuts_differ_from_the_average_no_more_than_the_budget_says(name):
    off = []
    for diameter in (2.2, 3.1, 4.0, 4.9, 5.8):
        pattern = noisy((name, diameter, 1.0), counts=50000.0)
        off.append(
            fit_spheres(pattern, crystal(name)).diameter / sphere(crystal(name), diameter).diameter - 1.0
        )

    assert np.sqrt(np.mean(np.square(off))) < 1.6 * SURFACE


def test_the_budget_adds_up_to_the_interval():
    found = analyse(noisy(("InP-zinc-blende", 3.4, 1.0)), [INP])
    value = found.diameter.value

    assert value is not None
    assert set(found.diameter.budget) == {"noise", "lattice", "background", "surface"}
    total = np.sqrt(sum(sd**2 for sd in found.diameter.budget.values()))
    assert value.high - value.value == pytest.approx(1.959964 * total)


def test_a_spread_of_sizes_is_found():
    sizes = np.linspace(2.4, 5.2, 15)
    shares = np.exp(-0.5 * ((sizes - 3.8) / 0.6) ** 2)
    pattern = noisy(*(("InP-zinc-blende", float(d), float(w)) for d, w in zip(sizes, shares, strict=True)))
    found = analyse(pattern, [INP], spread=True)

    assert found.rsd is not None
    assert found.rsd.value is not None
    assert found.rsd.value.value == pytest.approx(0.6 / 3.8, abs=0.03)
    assert found.diameter.value is not None
    assert found.diameter.value.value == pytest.approx(3.8, rel=0.03)


# --- phases ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", ["zinc-blende", "wurtzite"])
def test_the_phase_is_told(phase):
    found = analyse(noisy((f"InP-{phase}", 3.4, 1.0)), phases_of("InP"))

    assert [p.name for p in found.phases] == [f"InP {phase.replace('-', ' ')}"]
    assert found.fits[1].bic - found.fits[0].bic > 100.0


def test_a_mixture_gives_its_shares():
    found = analyse(noisy(("InP-zinc-blende", 4.0, 0.7), ("InP-wurtzite", 3.0, 0.3)), phases_of("InP"))
    first = found.phases[0]

    assert first.name == "InP zinc blende"
    assert first.share.low < 0.7 < first.share.high
    assert first.diameter_nm == pytest.approx(4.0, rel=0.03)
    assert found.phases[1].diameter_nm == pytest.approx(3.0, rel=0.05)
    assert found.lattice.value is not None
    assert found.lattice.value.value == pytest.approx(0.5869, rel=2e-3)


def test_what_the_model_does_not_hold_is_flagged():
    pattern = noisy(("InP-zinc-blende", 3.4, 1.0), ("Cd3P2-tetragonal", 3.4, 1.0))

    assert any("no noise" in flag for flag in analyse(pattern, [INP]).flags)


def test_lines_of_no_width_give_no_diameter():
    line = 5000.0 * np.exp(-0.5 * ((ANGLES - 26.28) / 0.05) ** 2)
    clean = Pattern(ANGLES, 100.0 + line, CU_KA1_NM, "bulk")
    found = analyse(clean, [INP])

    assert found.diameter.value is None
    assert any("an end of what can be told" in flag for flag in found.flags)


# --- files -----------------------------------------------------------------------------------------------


def written(tmp_path, text, name="a.xy"):
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


ROWS = [(20.0 + 0.1 * i, 100.0 + i) for i in range(60)]
PLAIN = "\n".join(f"{x:.1f} {y:g}" for x, y in ROWS)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "# sample\n; more\n" + PLAIN,
        "2theta,counts\n" + PLAIN.replace(" ", ","),
        PLAIN.replace(" ", "\t").replace(".", ","),
        PLAIN.replace(" ", ";"),
        "\n".join(reversed(PLAIN.splitlines())),
        "\ufeff" + PLAIN.replace("\n", "\r\n"),
    ],
    ids=["plain", "comments", "csv", "decimal comma", "semicolon", "falling", "windows"],
)
def test_columns_are_read_whatever_their_dress(tmp_path, text):
    pattern = read_pattern(written(tmp_path, text))

    np.testing.assert_allclose(pattern.two_theta, [x for x, _ in ROWS])
    np.testing.assert_allclose(pattern.intensities, [y for _, y in ROWS])
    assert pattern.wavelength_nm == CU_KA1_NM


@pytest.mark.parametrize(("unit", "factor"), [("nm-1", 1.0), ("1/nm", 1.0), ("A-1", 0.1), ("Å⁻¹", 0.1)])
def test_q_is_read_with_its_unit(tmp_path, unit, factor):
    q = np.linspace(15.0, 40.0, 60)
    rows = "\n".join(f"{factor * x:.8f} 5" for x in q)

    np.testing.assert_allclose(read_pattern(written(tmp_path, f"# q ({unit}) I\n{rows}")).q, q, rtol=1e-6)


def test_the_wavelength_of_a_header_is_taken_and_that_of_the_caller_before_it(tmp_path):
    file = written(tmp_path, "# wavelength = 0.7093 A\n" + PLAIN)

    assert read_pattern(file).wavelength_nm == pytest.approx(0.07093)
    assert read_pattern(file, wavelength_nm=0.1).wavelength_nm == 0.1


XRDML = """<?xml version="1.0"?><xrdMeasurements xmlns="http://www.xrdml.com/XRDMeasurement/1.5"><xrdMeasurement>
<usedWavelength><kAlpha1 unit="Angstrom">1.5405980</kAlpha1></usedWavelength><scan><dataPoints>
<positions axis="2Theta" unit="deg"><startPosition>20</startPosition><endPosition>25.9</endPosition>
</positions>
<intensities unit="counts">{}</intensities></dataPoints></scan></xrdMeasurement></xrdMeasurements>"""


def test_xrdml_is_read(tmp_path):
    pattern = read_pattern(written(tmp_path, XRDML.format(" ".join(str(y) for _, y in ROWS)), "a.xrdml"))

    np.testing.assert_allclose(pattern.two_theta, [x for x, _ in ROWS])
    assert pattern.wavelength_nm == pytest.approx(0.1540598)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n\n",
        "nothing here",
        "\n".join(PLAIN.splitlines()[:5]),
        PLAIN + "\n26.0",
        PLAIN + "\nbroken 5",
        "# q\n" + PLAIN,
        b"\x00\x01\x02\xff" * 50,
        "<xml>",
        "<xrdMeasurements></xrdMeasurements>",
        XRDML.format("1 2 3"),
        XRDML.format("x " * 60),
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    ],
)
def test_what_is_no_pattern_is_refused_with_its_file(tmp_path, text):
    with pytest.raises(FormatError) as caught:
        read_pattern(written(tmp_path, text))
    assert "a.xy" in str(caught.value.where)


@pytest.mark.parametrize(
    "change",
    [
        lambda y: np.where(np.arange(y.size) == 5, -1.0, y),
        lambda y: np.where(np.arange(y.size) == 5, np.nan, y),
        np.zeros_like,
        lambda y: y[:-1],
    ],
    ids=["negative", "missing", "nothing", "short"],
)
def test_impossible_intensities_are_refused(change):
    with pytest.raises(SignalError):
        Pattern(ANGLES, change(np.ones_like(ANGLES)), CU_KA1_NM, "bad")


@pytest.mark.parametrize("wavelength", [0.0, 1.5406, -1.0, float("nan")])
def test_a_wavelength_in_another_unit_is_refused(wavelength):
    with pytest.raises(SignalError, match=r"0\.15406"):
        Pattern(ANGLES, np.ones_like(ANGLES), wavelength, "bad")


@pytest.mark.parametrize("angles", [ANGLES[::-1], ANGLES * 4.0, ANGLES - 18.0, np.full_like(ANGLES, 20.0)])
def test_impossible_angles_are_refused(angles):
    with pytest.raises(SignalError):
        Pattern(np.ascontiguousarray(angles), np.ones_like(ANGLES), CU_KA1_NM, "bad")


def test_a_short_or_empty_question_is_refused():
    pattern = Pattern(ANGLES[:100], np.ones(100), CU_KA1_NM, "short")
    with pytest.raises(SignalError, match="degrees"):
        fit_spheres(pattern, INP)
    with pytest.raises(InputError, match="degree"):
        fit_spheres(noisy(("InP-zinc-blende", 3.0, 1.0)), INP, degree=40)
    with pytest.raises(InputError, match="crystal"):
        analyse(noisy(("InP-zinc-blende", 3.0, 1.0)), [])


# --- the command -----------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    pattern = noisy(("InP-zinc-blende", 3.4, 1.0))
    rows = zip(pattern.two_theta.tolist(), pattern.intensities.tolist(), strict=True)
    return written(tmp_path, "\n".join(f"{x:.4f} {y:g}" for x, y in rows), "inp.xy")


def test_xrd_prints_what_is_documented(file, tmp_path, capsys):
    page = tmp_path / "out.html"
    content = called(capsys, "xrd", str(file), "--material", "InP", "--spread", "--report", str(page))
    check(content, "xrd/1", absent=("flags",))

    assert content["diameter_nm"]["low"] < sphere(INP, 3.4).diameter < content["diameter_nm"]["high"]
    assert content["scherrer_nm"]["K"] == 0.9
    assert content["phases"][0]["name"] == "InP zinc blende"
    text = page.read_text(encoding="utf-8")
    assert "<svg" in text
    assert "http://" not in text.replace("http://www.w3.org", "")


def test_xrd_tells_people_too(file, capsys):
    assert (
        run(["xrd", str(file), "--material", "InP", "--phase", "zinc-blende", "--two-theta", "20..58"]) == 0
    )
    told = capsys.readouterr().out
    assert "Scherrer with K = 0.9" in told
    assert "wurtzite" not in told


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["--material", "XeF"], "InputError"),
        (["--material", "InP", "--phase", "rock salt"], "InputError"),
        (["--material", "InP", "--wavelength", "1.54 kg"], "UnitError"),
        (["--material", "InP", "--wavelength", "154 nm"], "SignalError"),
        (["--material", "InP", "--two-theta", "90..80"], "InputError"),
        (["--material", "InP", "--also", "unobtainium"], "CardError"),
        (["--material", "InP", "--structure", "missing.cif"], "FormatError"),
    ],
)
def test_xrd_refuses_what_can_not_be(file, capsys, words, kind):
    assert run(["xrd", str(file), *words, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == kind
