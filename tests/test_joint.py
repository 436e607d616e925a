"""A lineshape learned from a series: accuracy, what it could not learn, how it is kept."""

import time

import numpy as np
import pytest
from benchmarks.synthetic_dots import (
    DIAMETERS,
    FOUR,
    FOUR_WITH_TAILS,
    INP,
    LINESHAPES,
    errors,
    moments,
    spectrum,
    written_with,
)

from aliquot.errors import CardError, SignalError
from aliquot.instruments.absorbance.constants import freedom_of
from aliquot.instruments.absorbance.frame import frame
from aliquot.instruments.absorbance.invert import invert
from aliquot.instruments.absorbance.joint import learn
from aliquot.instruments.absorbance.learned import Learned, read_lineshape, write_lineshape
from aliquot.instruments.absorbance.learning import climb
from aliquot.instruments.absorbance.lineprior import prior_of
from aliquot.instruments.absorbance.problem import BACKGROUND
from aliquot.instruments.absorbance.reduced import reduced
from aliquot.instruments.absorbance.starts import starts
from aliquot.knowledge import store
from aliquot.knowledge.records.materials import LineshapeSpread

TRUTH = written_with(LINESHAPES["slope"])


@pytest.fixture(scope="module")
def series():
    return [spectrum(make(), TRUTH, k) for k, make in enumerate(FOUR.values())]


@pytest.fixture(scope="module")
def timed(series):
    begin = time.process_time()
    return learn(series, INP), time.process_time() - begin


@pytest.fixture(scope="module")
def lineshape(timed) -> Learned:
    return timed[0]


def test_four_spectra_are_learned_from_in_seconds(timed):
    assert timed[1] < 20.0  # 1.5 s, and six times that where every array is checked


def read(four, material, seed, learned=None, signals=None):
    """Return errors of each member, and whether intervals hold mean and RSD."""
    if signals is None:
        signals = [spectrum(make(), material, 100 * seed + k) for k, make in enumerate(four.values())]
    learned = learn(signals, INP) if learned is None else learned
    told = []
    for signal, make in zip(signals, four.values(), strict=True):
        found = invert(signal, INP, lineshape=learned)
        mean, rsd = moments(DIAMETERS, make())
        held = found.mean.value.low <= mean <= found.mean.value.high
        held_rsd = found.rsd.value.low <= rsd <= found.rsd.value.high
        told.append(
            (*errors(found.distribution.diameters, found.distribution.shares, make()), held, held_rsd)
        )
    return np.array(told, float)


def test_the_four_come_back_as_the_basis_asks(lineshape, series):
    told = read(FOUR, TRUTH, 0, lineshape, series)
    assert told[:, 3:].sum() >= 6  # of eight intervals
    assert (np.abs(told[:, 0]) <= 0.04).all()
    assert (np.abs(told[:, 1]) <= 2.0).all()
    assert (told[:, 2] <= 0.035).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", LINESHAPES)
@pytest.mark.parametrize("four", [FOUR, FOUR_WITH_TAILS])
def test_all_sets_and_lineshapes_come_back_with_three_seeds(four, name):
    told = np.concatenate([read(four, written_with(LINESHAPES[name]), seed) for seed in range(3)])
    assert (np.abs(told[:, 0]) <= 0.04).all()
    assert (np.abs(told[:, 1]) <= 2.0).all()
    assert told[:, 2].mean() <= 0.02
    assert told[:, 2].max() <= 0.045
    assert told[:, 3:].mean() >= 0.85


def test_the_constants_are_found_within_their_uncertainty(lineshape):
    freedom = freedom_of(INP.lineshape)
    z = np.array([LINESHAPES["slope"].get(name, 0.0) for name in freedom.names])
    true = freedom.values(z) * np.array([1e3, 1e3, *np.ones(freedom.size - 2)])
    for constant, value in zip(lineshape.constants, true, strict=True):
        assert abs(constant.after[0] - value) < 3.0 * constant.after[1]
    assert {"slope", "exponent", "ratio 2", "continuum"} <= set(lineshape.determined)
    assert "lorentzian" not in lineshape.determined  # tails below the noise: it stays a matter of belief


def test_with_a_narrow_member_nothing_is_flagged(lineshape):
    assert lineshape.flags == ()
    assert max(lineshape.costs) < 1.0


def test_without_a_narrow_member_it_says_so_and_intervals_hold():
    wide = {name: FOUR[name] for name in ("mid 12 %", "broad 17.5 %")}
    material = written_with(LINESHAPES["narrower"])
    signals = [spectrum(make(), material, k) for k, make in enumerate(wide.values())]
    learned = learn(signals, INP)
    assert any("no narrow sample" in flag for flag in learned.flags)
    width = learned.constants[0]
    assert width.after[1] > 3.0  # meV: it hardly became any surer
    assert read(wide, material, 0, learned, signals)[:, 3:].all()


def test_the_interval_of_a_single_bimodal_spectrum_holds_the_truth_and_is_wide(lineshape):
    shares = FOUR["bimodal"]()
    signal = spectrum(shares, TRUTH, 5)
    alone, taught = invert(signal, INP), invert(signal, INP, lineshape=lineshape)
    mean, rsd = moments(DIAMETERS, shares)
    for found in (alone, taught):
        assert found.mean.value.low <= mean <= found.mean.value.high
        assert found.rsd.value.low <= rsd <= found.rsd.value.high
    assert alone.mean.value.high - alone.mean.value.low > 0.2
    assert taught.mean.value.high - taught.mean.value.low < 0.15


def test_the_slope_of_the_evidence_is_what_differences_say(series):
    # the climb rests on it: height with the priors held, a little to both sides
    from aliquot.instruments.absorbance import learning  # noqa: PLC0415

    window = frame(INP, series[0].wavelengths, BACKGROUND, 1.40)
    s = [reduced(window, signal, 1e-3) for signal in series[:2]]
    prior = prior_of(INP)
    basin = climb(s, starts(s, prior)[0], prior)
    z, beliefs = basin.z + 0.3, [belief.first(5) for belief in basin.beliefs]

    def height(at):
        return learning._height(s, learning._problems(s, at), beliefs, prior, at)  # noqa: SLF001

    slope, information = learning._slope(s, z, learning._problems(s, z), beliefs, prior)  # noqa: SLF001
    for k, step in enumerate(1e-4 * np.eye(z.size)):
        assert slope[k] == pytest.approx((height(z + step) - height(z - step)) / 2e-4, rel=0.05, abs=0.5)
    assert (np.linalg.eigvalsh(information) > 0.99).all()  # never less than the card knew


def test_a_lineshape_is_kept_in_a_file(lineshape, tmp_path):
    path = tmp_path / "inp.yaml"
    write_lineshape(lineshape, path)
    again = read_lineshape(path, INP)
    assert again.material.lineshape == lineshape.material.lineshape
    assert "4 samples" in path.read_text(encoding="utf-8")
    for one, other in zip(again.constants, lineshape.constants, strict=True):
        assert one.after == pytest.approx(other.after, rel=1e-3)


def test_a_file_of_another_material_or_a_wrong_one_is_refused(lineshape, tmp_path):
    path = tmp_path / "inp.yaml"
    write_lineshape(lineshape, path)
    with pytest.raises(CardError, match="a lineshape of InP"):
        read_lineshape(path, store.material("CdTe"))
    path.write_text("material: InP\nlineshape: {width: 3}\n", encoding="utf-8")
    with pytest.raises(CardError):
        read_lineshape(path, INP)
    with pytest.raises(CardError, match="can be written"):
        write_lineshape(lineshape, tmp_path / "no" / "folder.yaml")


def test_a_learned_lineshape_is_where_the_next_series_begins(series, lineshape):
    once_more = learn(series[:1], INP, lineshape)
    before, after = lineshape.constants[1], once_more.constants[1]
    assert after.before == pytest.approx(before.after, rel=1e-3)
    assert after.after[1] <= 1.001 * after.before[1]


def test_nothing_is_learned_from_nothing():
    with pytest.raises(SignalError, match="no spectra"):
        learn([], INP)


def test_a_spread_has_to_fit_its_lineshape():
    spread = INP.lineshape.spread.model_dump()
    with pytest.raises(ValueError, match="a ratio and a strength"):
        LineshapeSpread.model_validate({**spread, "ratios": (0.05,)})
    with pytest.raises(ValueError, match="as many rows and columns"):
        LineshapeSpread.model_validate({**spread, "correlation": ((1.0,),)})
    with pytest.raises(ValueError, match="above zero"):
        LineshapeSpread.model_validate({**spread, "width": 0.0})


def test_coordinates_never_leave_their_ranges():
    freedom = freedom_of(INP.lineshape)
    for far in (-8.0, 8.0):
        constants = freedom.at(np.full(freedom.size, far))
        assert (constants.widths > 0.0).all()
        assert 0.0 < constants.lorentzian < 0.25
        assert constants.exponent > 0.0
        assert constants.continuum > 0.0
    assert freedom.at(np.zeros(freedom.size)).on(INP.lineshape) == INP.lineshape


def test_a_card_without_spread_is_given_the_usual_one():
    shape = store.material("CdTe").lineshape
    assert shape.spread is None
    assert freedom_of(shape).sds == pytest.approx(freedom_of(INP.lineshape).sds)
