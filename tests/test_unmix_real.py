"""Nine real series of CdSe dots hold no cluster, and none must be claimed, whatever the library."""

import numpy as np
import pytest

from aliquot.errors import CardError
from aliquot.instruments.absorbance.clusters.library import family
from aliquot.instruments.absorbance.clusters.result import Verdict
from aliquot.instruments.absorbance.clusters.unmix import unmix
from aliquot.instruments.formats import read_spectra
from aliquot.knowledge import store
from aliquot.knowledge.records import PowerLaw
from aliquot.units import Quantity

RUNS = range(1, 10)


@pytest.fixture(scope="module")
def folder(shared):
    return shared / "data" / "imperial_cdse"


def spectra(folder, run):
    (file,) = (path for path in folder.iterdir() if path.name.lower() == f"run {run} uv-vis.csv")
    return [signal.between(400.0, 600.0) for signal in read_spectra(file)]


def cdse():
    """CdSe with the lineshape of InP on its own curve: borrowed, for want of one of CdSe."""
    card, borrowed = store.material("CdSe"), store.material("InP").lineshape
    law = PowerLaw(form="power law", gap=1.855, a=2.872, b=1.764)  # yu2003, 430 to 650 nm, 3.0 nm rms
    change = {"position": law, "anchor": nanometres(350), "alike": (nanometres(340), nanometres(370))}
    sizes = {"sizes": (nanometres(1.3), nanometres(7.0))}
    return card.model_copy(update={"lineshape": borrowed.model_copy(update={**change, **sizes})})


def nanometres(nm):
    return Quantity.parse(f"{nm} nm", "nm")


def imagined(nm):
    """A cluster of CdSe that does not exist, with the line of CdTe-449 at another place."""
    model = family("CdTe", "449")
    absorption = model.absorption.model_copy(update={"line": nanometres(nm), "partners": ()})
    return model.model_copy(update={"id": f"CdSe-{nm}", "material": "CdSe", "absorption": absorption})


@pytest.mark.slow
def test_no_cluster_is_claimed_in_any_real_series(folder):
    for run in RUNS:
        signals = spectra(folder, run)
        for places in ((440,), (470,), (490,), (440, 470)):
            found = unmix(signals, cdse(), families=[imagined(nm) for nm in places])
            assert Verdict.CLAIMED not in {claim.verdict for claim in found.claims}


@pytest.mark.parametrize("run", [4, 8, 9])
def test_no_cluster_is_claimed_in_real_dots(folder, run):
    signals = spectra(folder, run)[::3]
    for places in ((470,), (440, 490)):
        found = unmix(signals, cdse(), families=[imagined(nm) for nm in places])
        assert Verdict.CLAIMED not in {claim.verdict for claim in found.claims}


def test_a_card_without_lines_and_lineshape_is_refused(folder):
    if store.material("CdSe").lineshape is not None:
        pytest.skip("CdSe has a lineshape now")
    with pytest.raises(CardError, match="nothing to unmix"):
        unmix(spectra(folder, 9), store.material("CdSe"))


def test_dots_that_pass_a_line_are_told_by_their_moving(folder):
    found = unmix(spectra(folder, 4), cdse(), families=[imagined(470)])
    (claim,) = found.claims
    assert claim.verdict is Verdict.CONSISTENT
    assert "does not stay" in claim.reason
    assert np.isfinite(claim.line.value.value)
