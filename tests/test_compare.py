"""Witnesses of one sample on one weighting."""

import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aliquot.cli.app import run
from aliquot.errors import InputError
from aliquot.finding import Interval
from aliquot.instruments.compare import Kind, Witness, compare, factor
from aliquot.population import Weighting


@pytest.mark.parametrize(("rsd", "ratio"), [(0.077, 1.018), (0.10, 1.030), (0.175, 1.095)])
def test_volume_over_number_mean(rsd: float, ratio: float) -> None:
    assert factor(Kind.NUMBER, Weighting.VOLUME, rsd) == pytest.approx(ratio, abs=5e-4)


@given(st.floats(0.02, 0.3))
def test_factors_are_moments_of_a_lognormal(rsd: float) -> None:
    width = np.sqrt(np.log1p(rsd**2))
    z, weights = np.polynomial.hermite_e.hermegauss(60)
    sizes, shares = np.exp(width * z), weights / weights.sum()
    mean = shares @ sizes
    of_mean_mass = np.cbrt(shares @ sizes**3)
    by_volume = (shares @ sizes**4) / (shares @ sizes**3)
    assert factor(Kind.MASS, Weighting.NUMBER, rsd) == pytest.approx(mean / of_mean_mass, rel=1e-9)
    assert factor(Kind.VOLUME, Weighting.NUMBER, rsd) == pytest.approx(mean / by_volume, rel=1e-9)
    assert factor(Kind.MASS, Weighting.VOLUME, rsd) == pytest.approx(by_volume / of_mean_mass, rel=1e-9)


def test_means_of_different_weighting_agree_only_once_converted() -> None:
    number = Witness("image", Interval(3.40, 3.38, 3.42), Kind.NUMBER, 0.175)
    volume = Witness("light", Interval(3.40 * 1.0947, 3.70, 3.745), Kind.VOLUME, 0.175)
    assert compare([number, volume]).agree
    same = Witness("light", volume.diameter, Kind.NUMBER, 0.175)
    assert not compare([number, same]).agree


def test_a_borrowed_spread_is_flagged_and_widens() -> None:
    image = Witness("image", Interval(3.40, 3.38, 3.42), Kind.NUMBER, 0.10)
    silent = Witness("X-ray", Interval(3.50, 3.48, 3.52), Kind.VOLUME, None)
    found = compare([image, silent])
    assert any("tells no spread" in flag for flag in found.flags)
    assert found.brought[1].high - found.brought[1].low > 0.04
    with pytest.raises(InputError, match="--rsd"):
        compare([silent, Witness("image", image.diameter, Kind.NUMBER)])
    with pytest.raises(InputError, match="two or more"):
        compare([image])


def write(folder: Path, name: str, content: dict[str, object]) -> str:
    (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return str(folder / name)


def told(value: float, half: float) -> dict[str, float]:
    return {"value": value, "low": value - half, "high": value + half, "level": 0.95}


def test_the_command_reads_what_the_others_print(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tem = {"schema": "tem/1", "mean_nm": told(3.4, 0.05), "rsd": told(0.1, 0.01), "weighting": "number"}
    xrd = {"schema": "xrd/1", "diameter_nm": {**told(3.5, 0.1), "definition": "sphere"}, "rsd": None}
    mass = {"schema": "mass-size/1", "bare_nm": told(3.45, 0.1), "with_ligands_nm": None}
    aliquot = {"label": "A1", "diameter_nm": None}
    aliquot["distribution"] = {"weighting": "volume", "mean_nm": told(4.2, 0.05), "rsd": told(0.1, 0.02)}  # type: ignore[assignment]
    files = [
        write(tmp_path, "tem.json", tem),
        write(tmp_path, "xrd.json", xrd),
        write(tmp_path, "mass.json", mass),
        write(tmp_path, "uv.json", {"schema": "analyse/1", "aliquots": [aliquot]}),
    ]
    assert run(["compare", *files[:3], "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    import_module("test_docs").check(content, "compare/1")
    assert content["agree"] is True
    assert len(content["pairs"]) == 3
    assert content["witnesses"][1]["mean_nm"]["value"] == pytest.approx(3.5 / 1.01**3)
    assert run(["compare", *files]) == 0
    assert "do NOT agree" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"schema": "routes/1"}',
        '{"schema": "tem/1"}',
        '{"schema": "tem/1", "mean_nm": null, "rsd": null, "weighting": "number"}',
        '{"error": {"message": "no"}}',
    ],
)
def test_what_is_no_witness_is_refused(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    assert run(["compare", str(tmp_path / "a.json"), str(tmp_path / "none.json"), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "InputError"
