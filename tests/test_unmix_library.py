"""Lines of clusters as data: which family a line belongs to, and what its species absorbs."""

import numpy as np
import pytest

from aliquot.errors import CardError, InputError, RangeError
from aliquot.instruments.absorbance.clusters.library import (
    absorption_of,
    families,
    family,
    identify,
)
from aliquot.instruments.absorbance.clusters.line import column, red_foot
from aliquot.instruments.absorbance.kernel import first_exciton
from aliquot.instruments.absorbance.sizing import diameter, sizes_by_law
from aliquot.knowledge import store
from aliquot.knowledge.base import base
from aliquot.units import EV_NM

NM = np.arange(350.0, 701.0)
KNOWN = [one for one in base().cards("families").values() if one.absorption is not None]
EACH = pytest.mark.parametrize("one", KNOWN, ids=[one.id for one in KNOWN])


def test_a_line_at_449_nm_is_a_cluster_with_its_partner_and_no_dot():
    hits = identify("CdTe", 449.0)
    assert [(hit.family.id, hit.lines_nm, hit.partner) for hit in hits] == [
        ("CdTe-449", (449.0, 405.0), False)
    ]
    with pytest.raises(RangeError, match="500 to 750 nm"):
        diameter(store.material("CdTe").curve("yu2003"), 449.0)


def test_both_species_of_mech2023_bring_their_partner_lines():
    assert identify("CdTe", 469.0)[0].lines_nm == (469.0, 427.0)
    partner = identify("CdTe", 427.0)
    assert [(hit.family.id, hit.partner) for hit in partner] == [("CdTe-469", True), ("CdTe-430", False)]


def test_a_line_that_nobody_reported_belongs_to_nobody():
    assert identify("CdTe", 600.0) == ()
    assert identify("PbS", 449.0) == ()
    with pytest.raises(InputError, match="above 0"):
        identify("CdTe", float("nan"))


def test_families_are_found_by_name_alias_and_line():
    assert {family("CdTe", name).id for name in ("CdTe-449", "449", "449 nm", "msc-449", "(CdTe)34")} == {
        "CdTe-449"
    }
    assert [one.id for one in families("CdTe")] == [
        "CdTe-374", "CdTe-420", "CdTe-430", "CdTe-449", "CdTe-460", "CdTe-469",
    ]  # fmt: skip


def test_a_family_without_a_known_place_is_refused_with_what_is_known():
    with pytest.raises(CardError, match="CdTe-480") as fault:
        family("CdTe", "CdTe-480")
    assert "CdTe-" in fault.value.remedy
    with pytest.raises(CardError, match="without an 'absorption'"):
        absorption_of(base().card("families", "CdTe-480"))


@EACH
def test_a_line_stands_in_the_band_of_its_reports(one):
    absorption = absorption_of(one)
    assert one.e1.measure.low <= absorption.line.value <= one.e1.measure.high
    for partner in absorption.partners:
        assert one.e2.measure.low <= partner.line.value <= one.e2.measure.high


@EACH
def test_every_number_of_a_line_has_its_grounds(one):
    absorption = absorption_of(one)
    assert absorption.source
    for part in (absorption, *absorption.partners):
        assert "estimated" in part.because or part.mark != "estimated"


@EACH
def test_a_column_is_one_at_its_line_which_is_a_maximum(one):
    absorption = absorption_of(one)
    line = absorption.line.value
    near = column(absorption, np.array([line - 1.5, line, line + 1.5]))
    assert near[1] == pytest.approx(1.0, abs=1e-12)
    if absorption.kind == "cluster":
        assert near[1] == near.max()


def test_405_nm_is_a_shoulder_of_449_and_no_maximum():
    values = column(absorption_of(family("CdTe", "449")), NM)
    maxima = NM[1:-1][(values[1:-1] > values[:-2]) & (values[1:-1] > values[2:])]
    assert maxima.tolist() == [449.0]
    bend = np.diff(values, 2)[(NM[1:-1] > 390.0) & (NM[1:-1] < 420.0)]
    assert bend.min() < 0.0


def test_a_shift_moves_the_whole_column_and_a_width_only_its_lines():
    seen = absorption_of(family("CdTe", "449"))
    assert column(seen, NM, shift_nm=2.0)[2:] == pytest.approx(column(seen, NM)[:-2], abs=1e-12)
    wide, plain = column(seen, NM, width=1.3), column(seen, NM)
    assert wide[NM == 460.0] > plain[NM == 460.0]
    assert red_foot(seen) == pytest.approx(464.1, abs=0.1)


def test_the_position_of_cdte_dots_misses_its_curve_by_what_the_card_says():
    """A power law fitted to yu2003 from 500 to 750 nm: 9.9 nm rms, 29 nm at the blue end."""
    cdte = store.material("CdTe")
    nm = np.arange(500.0, 750.1, 2.5)
    missed = EV_NM / first_exciton(cdte, sizes_by_law(cdte.curve("yu2003").law, nm)) - nm
    assert np.sqrt(np.mean(missed**2)) == pytest.approx(9.9, abs=0.05)
    assert np.abs(missed).max() == pytest.approx(29.4, abs=0.2)
    assert "9.9 nm rms, and by 29 nm" in cdte.lineshape.because
