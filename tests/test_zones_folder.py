"""The folder of a map: what is kept is taken again, what has changed is not, and a stopped map goes on."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from aliquot.cli.zones import zones as verb
from aliquot.inference.zones import zones
from aliquot.inference.zones.engine import CHUNK
from aliquot.inference.zones.told import as_csv, as_json
from aliquot.knowledge import store
from zone_maps import interrupted, mapped, small

FILES = ("map.csv", "vials.csv", "result.json")


def test_an_interrupted_map_goes_on_and_equals_the_uninterrupted_one(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("aliquot.inference.zones.engine.CHUNK", 32)
    study = small(70)
    with pytest.raises(KeyboardInterrupt):
        interrupted(study, tmp_path, 2)
    kept = sorted((tmp_path / "chunks").glob("*.npz"))
    assert len(kept) == 2  # of three chunks of recipes, and one each of all else
    written = {path.name: path.stat().st_mtime_ns for path in kept}
    again, whole = zones(study, folder=tmp_path), zones(study)
    assert as_csv(again) == as_csv(whole)
    assert as_json(again) == as_json(whole)
    assert {path.name: path.stat().st_mtime_ns for path in kept} == written


def test_more_recipes_begin_with_the_fewer(tmp_path) -> None:
    few, many = (zones(small(count), folder=tmp_path) for count in (24, 40))
    assert (many.shares[:, :24] == few.shares).all()
    assert (few.shares == mapped().shares).all()


def test_a_damaged_chunk_is_computed_anew_and_told(tmp_path) -> None:
    first = zones(small(), folder=tmp_path)
    path = min((tmp_path / "chunks").glob("*.npz"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    again = zones(small(), folder=tmp_path)
    assert (again.shares == first.shares).all()
    assert any(path.name in flag for flag in again.flags)
    assert not any("damaged" in flag for flag in zones(small(), folder=tmp_path).flags)


def test_other_thresholds_compute_nothing_anew(tmp_path) -> None:
    zones(small(), folder=tmp_path)
    before = sorted((tmp_path / "chunks").iterdir())
    kinds = [kind.model_dump(mode="json") | {"visible": 0.05} for kind in small().rules]
    zones(small(rules=kinds), folder=tmp_path)
    assert sorted((tmp_path / "chunks").iterdir()) == before


def test_another_card_of_the_material_computes_everything_anew(tmp_path, monkeypatch) -> None:
    study = small(2, blind=[], sections=[], diagram=[])
    first = zones(study, folder=tmp_path)
    before = set((tmp_path / "chunks").iterdir())
    card = store.material("CdTe")
    heavy = card.density.model_copy(update={"value": "7.0 g/cm3"})
    changed = card.model_copy(update={"density": heavy})
    assert changed.unit_volume < 0.9 * card.unit_volume
    monkeypatch.setattr(store, "material", lambda name: {"CdTe": changed}[name])
    again = zones(study, folder=tmp_path)
    after = set((tmp_path / "chunks").iterdir())
    assert len(after) == 2 * len(before)
    assert not np.array_equal(again.shares, first.shares)
    assert np.array_equal(again.shares, zones(study).shares)


def test_the_command_speaks_json_and_goes_on(tmp_path) -> None:
    app = typer.Typer()
    app.command()(verb)
    text = json.dumps(small().model_dump(mode="json", by_alias=True, exclude_none=True))
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    words = [str(tmp_path / "mine.yaml"), "--out", str(tmp_path / "run"), "--json"]
    first = CliRunner().invoke(app, words)
    assert first.exit_code == 0, first.output
    told = json.loads(first.stdout)
    assert told["schema"] == "zones/1"
    assert told["recipes"] == 24
    assert told["labels"]["prediction"] == {"met": 1, "of": 1}
    written = {name: (tmp_path / "run" / name).read_bytes() for name in FILES}
    again = json.loads(CliRunner().invoke(app, words).stdout)
    assert {name: (tmp_path / "run" / name).read_bytes() for name in written} == written
    assert {**again, "wall_s": 0.0} == {**told, "wall_s": 0.0}
    shown = CliRunner().invoke(app, words[:-1])
    assert "Calibration: 4 of 4 met. Held out: 1 of 1 met." in shown.stdout
    assert "by constants that never saw them ('blind'): 1 of 1 met" in shown.stdout


@pytest.mark.slow
def test_a_map_that_is_killed_goes_on(tmp_path) -> None:
    study, folder = tmp_path / "mine.yaml", tmp_path / "run"
    content = small(4 * CHUNK).model_dump(mode="json", by_alias=True, exclude_none=True)
    study.write_text(json.dumps(content), encoding="utf-8")
    script = (
        "import typer; from aliquot.cli.zones import zones; app = typer.Typer(); app.command()(zones); app()"
    )
    words = [sys.executable, "-c", script, str(study), "--out", str(folder), "--json"]
    for wanted in (1, 3):
        at_work = subprocess.Popen(words, stdout=subprocess.DEVNULL)  # noqa: S603
        deadline = time.monotonic() + 120.0
        while len(list((folder / "chunks").glob("*.npz"))) < wanted and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(at_work.pid, signal.SIGKILL)
        at_work.wait()
    subprocess.run(words, check=True, capture_output=True)  # noqa: S603
    assert (folder / "map.csv").read_text(encoding="utf-8") == as_csv(zones(small(4 * CHUNK)))
