"""What `xrd` must not tell: sizes of another material or of noise, crystals that can not be, broken files."""

import json

import numpy as np
import pytest

from aliquot.cli.app import run
from aliquot.errors import FormatError, SignalError
from aliquot.instruments.diffraction.analyse import analyse
from aliquot.instruments.diffraction.cif import read_cif
from aliquot.instruments.diffraction.pattern import CU_KA1_NM, Pattern
from aliquot.instruments.diffraction.read import read_pattern
from aliquot.instruments.diffraction.structure import phases_of
from test_diffraction_fit import ANGLES, noisy

WRONG = "likely another material or phase"


# --- materials -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("diameter", [2.0, 3.4, 5.0, 7.0])
@pytest.mark.parametrize("counts", [500.0, 5000.0])
def test_a_good_pattern_is_not_doubted(diameter, counts):
    found = analyse(noisy(("InP-zinc-blende", diameter, 1.0), counts=counts), phases_of("InP"))

    assert found.diameter.value is not None
    assert found.diameter.value.value == pytest.approx(diameter, rel=0.06)
    assert not any(WRONG in flag for flag in found.flags)
    assert found.phases
    assert found.widths


@pytest.mark.parametrize("diameter", [2.0, 3.4, 7.0])
@pytest.mark.parametrize("counts", [1000.0, 5000.0])
def test_inp_is_no_cd3p2(diameter, counts):
    found = analyse(noisy(("InP-zinc-blende", diameter, 1.0), counts=counts), phases_of("Cd3P2"))

    assert found.flags[0].startswith(WRONG)
    assert found.diameter.value is None
    assert (found.phases, found.widths) == ((), ())
    assert any("does not explain" in flag for flag in found.diameter.flags)


@pytest.mark.parametrize("material", ["CdSe", "InAs"])
def test_a_lattice_far_from_its_card_is_flagged_first(material):
    found = analyse(noisy(("InP-zinc-blende", 3.4, 1.0)), phases_of(material))

    assert found.flags[0].startswith(WRONG)
    assert "-3." in found.flags[0]


@pytest.mark.parametrize("seed", range(6))
def test_noise_has_no_diameter(seed):
    y = np.random.default_rng(seed).poisson(1000.0, ANGLES.size).astype(float)
    flat = Pattern(ANGLES, y, CU_KA1_NM, "flat")
    if seed < 2:  # the best amount of the crystal is none at all
        with pytest.raises(SignalError, match="none"):
            analyse(flat, phases_of("InP"))
        return
    found = analyse(flat, phases_of("InP"), spread=seed == 5)

    assert found.diameter.value is None
    assert found.rsd is None or found.rsd.value is None
    assert any("out of the noise" in flag for flag in found.diameter.flags)
    assert (found.phases, found.widths) == ((), ())


@pytest.mark.parametrize("counts", [25.0, 50.0, 100.0])
def test_weak_lines_never_give_a_negative_bound(counts):
    value = analyse(noisy(("InP-zinc-blende", 3.4, 1.0), counts=counts), phases_of("InP")).diameter.value

    assert value is None or 0.0 <= value.low < value.value


def test_the_command_tells_nothing_of_another_material(tmp_path, capsys):
    pattern, file = noisy(("InP-zinc-blende", 3.4, 1.0)), tmp_path / "inp.xy"
    np.savetxt(file, np.column_stack([pattern.two_theta, pattern.intensities]))
    assert run(["xrd", str(file), "--material", "Cd3P2", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert run(["xrd", str(file), "--material", "Cd3P2", "--report", str(tmp_path / "a.html")]) == 0
    told = capsys.readouterr().out

    assert content["diameter_nm"] is None
    assert content["scherrer_nm"]["value"] is None
    assert (content["phases"], content["lines"]) == ([], [])
    assert content["flags"][0].startswith(WRONG)
    assert WRONG in told
    assert "Scherrer with" not in told
    assert "Phases by volume" not in told


# --- crystals --------------------------------------------------------------------------------------------

CIF = """data_inp
_cell_length_a 5.8687
_cell_length_b 5.8687
_cell_length_c 5.8687
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'P 1'
loop_
_symmetry_equiv_pos_as_xyz
'x, y, z'
loop_
_atom_site_label
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
In1 0 0 0 1
P1 0.25 0.25 0.25 1
"""
LOOP = "loop_\n_symmetry_equiv_pos_as_xyz\n'x, y, z'\n"


def test_a_plain_cif_is_read(tmp_path):
    for name, text in (("a.cif", CIF), ("b.cif", CIF.replace(LOOP, ""))):
        (tmp_path / name).write_text(text)
        assert read_cif(tmp_path / name).elements == ("In", "P")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("_a 5.8687", "_a 0.0001", "edges"),
        ("_a 5.8687", "_a 1e9", "edges"),
        ("_a 5.8687", "_a 1e999", "number"),
        ("_a 5.8687", "_a -5.8", "edges"),
        ("gamma 90", "gamma 0", "no volume"),
        ("gamma 90", "gamma 180", "no volume"),
        ("gamma 90", "gamma 400", "no volume"),
        ("alpha 90", "alpha 179", "no volume"),
        ("0.25 1", "0.25 ?", "number"),
        ("0.25 1", "0.25 0.5", "in part"),
        ("'x, y, z'", "x, y, z", "quotes"),
        ("'x, y, z'", "'x+1/0,y,z'", "no symmetry operation"),
        ("'x, y, z'", "'x,x,z'", "no symmetry operation"),
        ("'x, y, z'", "'x,y'", "no symmetry operation"),
        ("'x, y, z'", f"'x+{'9' * 400}/1,y,z'", "no symmetry operation"),
        ("P1 0.25", "Qq1 0.25", "no element"),
        ("P1 0.25 0.25 0.25 1\n", "P1 0.25\n", "columns"),
        ("_atom_site_label\n", "_atom_site_name\n", "lacks"),
        (LOOP, "", "F -4 3 m"),
    ],
)
def test_an_impossible_crystal_is_refused(tmp_path, old, new, why):
    text = CIF.replace(old, new)
    if why == "F -4 3 m":
        text = text.replace("P 1", why)
    file = tmp_path / "bad.cif"
    file.write_text(text)
    with pytest.raises(FormatError) as caught:
        read_cif(file)
    assert why in str(caught.value)


# --- patterns --------------------------------------------------------------------------------------------

XRDML = (
    '<?xml version="1.0" encoding="{}"?><xrdMeasurements><kAlpha1 unit="Angstrom">{}</kAlpha1><dataPoints>'
    '<positions axis="2Theta"><startPosition>20</startPosition><endPosition>60</endPosition></positions>'
    "<counts>" + "5 " * 60 + "</counts></dataPoints></xrdMeasurements>"
)


@pytest.mark.parametrize(
    ("encoding", "wavelength"), [("UTF-8", "abc"), ("nonsense", "1.54"), ("shift_jis", "1.54")]
)
def test_a_broken_scan_is_refused(tmp_path, encoding, wavelength):
    file = tmp_path / "a.xrdml"
    file.write_text(XRDML.format("UTF-8", "1.54"))
    assert read_pattern(file).wavelength_nm == pytest.approx(0.154)
    file.write_text(XRDML.format(encoding, wavelength))
    with pytest.raises(FormatError, match=r"wavelength|encoding"):
        read_pattern(file)
