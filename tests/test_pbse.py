"""Lead selenide in the near infrared: three files of a JASCO V-570, one with a change of detector."""

import numpy as np
import pytest

from aliquot.instruments.absorbance.edge import find_edge
from aliquot.instruments.absorbance.quality.examine import examine
from aliquot.instruments.absorbance.quality.record import Gate
from aliquot.instruments.absorbance.quality.steps import find_steps, without_step
from aliquot.instruments.formats import read_spectra

FILES = ("PbSe batch 1.txt", "PbSe batch 4 2012-02-21.txt", "PbSe batch 4 2012-03-15.txt")


@pytest.fixture(scope="module")
def spectra(shared):
    folder = shared / "data" / "wrighttools_instruments" / "JASCO"
    if not folder.is_dir():
        pytest.skip("needs the spectra of wrighttools_instruments")
    return [read_spectra(folder / file)[0] for file in FILES]


def test_the_1s_maximum_is_where_it_was_published(spectra):
    tops = [find_edge(signal).maximum_nm for signal in spectra]
    assert all(1444.5 < top < 1448.5 for top in tops)  # README of the folder: 1445 to 1448 nm


def test_the_centre_of_the_line_lies_to_the_red_of_its_maximum_and_its_interval_holds_that(spectra):
    for signal in spectra:
        edge = find_edge(signal)
        assert edge.e1.value.low < edge.maximum_nm < edge.e1.value.high
        assert 0.5 < edge.e1.value.value - edge.maximum_nm < 6.0
        assert 30.0 < edge.hwhm.value.value < 50.0


def test_the_second_transition_stands_out(spectra):
    for signal in spectra:
        second = find_edge(signal).e2
        assert second.value is not None
        assert 1130.0 < second.value.value < 1180.0


def test_the_change_of_detector_is_told_and_only_there(spectra):
    with_step, *without = spectra
    (doubt,) = examine(with_step).about(Gate.STEP)
    assert (doubt.low_nm, doubt.high_nm) == (898.0, 901.0)
    assert "jumps by -0.06" in doubt.what
    left_out = ~examine(with_step).mask
    np.testing.assert_array_equal(with_step.wavelengths[left_out], [898.0, 899.0, 900.0, 901.0])
    assert all(examine(signal).about(Gate.STEP) == () for signal in without)


def test_closing_the_step_leaves_the_first_exciton_alone(spectra):
    signal = spectra[0]
    (step,) = find_steps(signal, np.full(signal.values.size, 5e-4))
    mended = without_step(signal, step).signal
    assert examine(mended).about(Gate.STEP) == ()
    assert find_edge(mended).e1.value.value == pytest.approx(find_edge(signal).e1.value.value, abs=0.05)
