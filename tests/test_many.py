"""Ensembles: names by content, files that hold a run to the last bit, processes that die and are survived."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import fields, is_dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from aliquot.errors import FormatError, InputError, RecipeError, SimulationError, Where
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.kinetics.integrate import Tolerances
from aliquot.population import Population
from aliquot.reactors.residence import Dispersion
from aliquot.recipe import read_recipe, recipe_names
from aliquot.synthesis import Run, simulate, simulate_many
from aliquot.synthesis.archive import Archive, pack, unpack
from aliquot.synthesis.chunks import CHUNK_S, Share
from aliquot.synthesis.content import basis, key_of, tree, value_of
from aliquot.synthesis.many import Campaign
from aliquot.synthesis.run import Aliquot, Provenance
from aliquot.synthesis.worker import Job
from tried_runs import CARD, RECIPE, deadly, ensemble, faulty, identical, picky, quick, slow

TESTS = Path(__file__).parent


@pytest.fixture
def here() -> Iterator[ThreadPoolExecutor]:
    """A single thread: no process has to be started to test what no process has a part in."""
    with ThreadPoolExecutor(1) as executor:
        yield executor


def key(recipe: Any = RECIPE, card: Any = CARD, **options: Any) -> str:
    return key_of(recipe, card, options, basis())


# --- names by content ------------------------------------------------------------------------------------


def varied(value: Any) -> Iterator[Any]:
    """Yield a record again and again, each time with another leaf changed."""
    if is_dataclass(value):
        for part in fields(value):
            for changed in varied(getattr(value, part.name)):
                yield replace(value, **{part.name: changed})
    elif isinstance(value, tuple):
        for place, inner in enumerate(value):
            yield from ((*value[:place], changed, *value[place + 1 :]) for changed in varied(inner))
        yield (*value, "more")
    elif isinstance(value, dict | MappingProxyType):
        for name, inner in value.items():
            yield from ({**value, name: changed} for changed in varied(inner))
        yield {**value, "more": 1.0}
    elif isinstance(value, float):
        yield float(np.nextafter(value, np.inf))
    else:
        yield value + 1 if isinstance(value, int) else f"{value}x"


def test_changing_any_field_of_a_recipe_changes_the_key() -> None:
    recipe = RECIPE.only("200C", "250C")
    keys = [key(recipe), *(key(other) for other in varied(recipe))]
    assert len(set(keys)) == len(keys) > 100


def cards(content: Any) -> Iterator[Any]:
    """Yield the content of a card again and again, each time with another text or number changed."""
    if isinstance(content, dict):
        for name, inner in content.items():
            yield from ({**content, name: changed} for changed in cards(inner))
    elif isinstance(content, tuple | list):
        for place, inner in enumerate(content):
            yield from ((*content[:place], changed, *content[place + 1 :]) for changed in cards(inner))
    elif isinstance(content, str):
        yield f"{content}x"
        yield content.replace("1", "2")
    elif isinstance(content, int | float):
        yield type(content)(content + 1)


def test_changing_any_field_of_a_card_changes_the_key() -> None:
    keys = [key()]
    for content in cards(CARD.model_dump(mode="json", by_alias=True)):
        try:
            other = type(CARD).model_validate(json.loads(json.dumps(content)), strict=False)
        except (ValidationError, KeyError):  # no card: what its reactions make has no atoms then
            continue
        if other != CARD:
            keys.append(key(card=other))
    assert len(set(keys)) == len(keys) > 30


def test_options_and_what_all_stands_on_change_the_key() -> None:
    told = (
        {},
        {"rungs": 2500},
        {"rungs": 2501},
        {"tolerances": Tolerances()},
        {"tolerances": Tolerances(1e-5)},
        {"dispersion": Dispersion.PLUG},
        {"dispersion": Dispersion.TAYLOR_ARIS},
        {"grid": np.arange(3.0)},
        {"grid": np.arange(3)},
        {"bounds": (1.0, float("inf"))},
        {"bounds": [1.0, float("inf")]},
    )
    assert (
        len({key(**options) for options in told} | {key_of(RECIPE, CARD, {}, "aliquot 9")}) == len(told) + 1
    )


def test_the_order_of_keys_is_no_content() -> None:
    feed = replace(RECIPE.feed, concentrations=dict(reversed(RECIPE.feed.concentrations.items())))
    turned = CARD.model_copy(update={"remarks": dict(reversed(CARD.remarks.items()))})
    assert list(turned.remarks) != list(CARD.remarks)
    assert key(replace(RECIPE, feed=feed), turned) == key()


def test_the_key_is_the_same_in_every_process() -> None:
    code = (
        "from aliquot.knowledge.store import chemistry\n"
        "from aliquot.recipe import read_recipe, recipe_book\n"
        "from aliquot.synthesis.content import basis, key_of, tree, value_of\n"
        "recipe = read_recipe(recipe_book('inp_wang2023'))\n"
        "print(key_of(recipe, chemistry('inp_wang2023'), {'rungs': 40, 'share': 0.1}, basis()))"
    )
    for seed in ("1", "2"):
        told = subprocess.run(  # noqa: S603
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == key(rungs=40, share=0.1)


def test_own_cards_are_part_of_what_a_run_stands_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from aliquot.knowledge.base import Base  # noqa: PLC0415

    (tmp_path / "solvents").mkdir()
    file = tmp_path / "solvents" / "mine.yaml"
    told = []
    for text in ("cards: []", "cards: [] # other"):
        file.write_text(text, encoding="utf-8")
        monkeypatch.setattr("aliquot.synthesis.content.base", lambda: Base(tmp_path))
        told.append(basis())
    assert len({*told, basis().split(" with")[0]}) == 3


def test_an_option_without_content_is_refused(here: ThreadPoolExecutor) -> None:
    with pytest.raises(InputError, match="a set"):
        simulate_many(RECIPE, CARD, executor=here, rungs={1, 2})
    with pytest.raises(TypeError, match="rung"):
        simulate_many(RECIPE, CARD, executor=here, rung=40)


# --- files -----------------------------------------------------------------------------------------------


def full_run() -> Run:
    """Return a run in which everything is said."""
    nm = np.linspace(400.0, 700.0, 7)
    signal = Signal(SignalKind.ABSORBANCE, nm, np.cos(nm), "a", 3.0, 1.0, 20.0, "hexane", Where("a.csv", 1))
    rungs = np.array([1e-300, -1e-25, 0.1, np.nextafter(0.3, 1.0), -0.0])
    population = Population("InP", 0.0503, rungs, MappingProxyType({"In": 1 / 3, "P": 5e-324}), 2)
    aliquot = Aliquot(
        "a",
        1.0,
        None,
        flow=2e-9,
        population=population,
        conversion=0.5,
        mass_error=1e-16,
        signals=(signal, signal),
        flags=("Doubtful – é.",),
    )
    return Run(
        Provenance.SIMULATED,
        (aliquot,),
        RECIPE,
        chemistry="c/1",
        steps=7,
        wall_s=0.25,
        citations=("wang2023",),
        flags=("Flag.",),
    )


def test_a_run_comes_back_to_the_last_bit(tmp_path: Path) -> None:
    run, archive = full_run(), Archive.at(tmp_path / "deep" / "folder")
    archive.save("k", pack(run, "k"))
    assert identical(archive.load("k"), run)
    assert [file.name for file in archive.folder.iterdir()] == ["k.npz"]


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_of_the_book_comes_back(name: str) -> None:
    recipe = read_recipe(name)
    assert identical(value_of(json.loads(json.dumps(tree(recipe, list))), []), recipe)


@given(
    st.lists(st.floats(), min_size=1, max_size=5),
    st.dictionaries(st.text(max_size=3), st.floats(allow_nan=False)),
    st.text(),
)
def test_any_number_and_text_comes_back(numbers: list[float], species: dict[str, float], flag: str) -> None:
    population = Population("InP", numbers[0], np.array(numbers), species)
    run = Run(Provenance.MEASURED, (Aliquot("a", numbers[-1], None, population=population),), flags=(flag,))
    assert identical(unpack(pack(run, "k"), "k", "k.npz"), run)


def test_a_file_that_is_not_this_run_is_refused() -> None:
    content = pack(full_run(), "k")
    for cut in (0, 1, 100, len(content) // 2, len(content) - 1):
        with pytest.raises(FormatError, match="aliquot-run/1"):
            unpack(content[:cut], "k", "k.npz")
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    for foreign in (flipped, b"%PDF-1.4", b"PK\x03\x04"):
        with pytest.raises(FormatError):
            unpack(foreign, "k", "k.npz")
    with pytest.raises(FormatError, match="something else"):
        unpack(content, "other", "other.npz")
    hostile = pack(full_run(), "k").replace(b"aliquot.synthesis.run:Run", b"aliquot.synthesis.run:Bun")
    with pytest.raises(FormatError):
        unpack(hostile, "k", "k.npz")


@pytest.mark.parametrize("wanted", ["os:system", "aliquot.cli.app:main", "aliquot.nothing:Run"])
def test_a_file_makes_nothing_but_records(wanted: str) -> None:
    with pytest.raises(ValueError, match="no record"):
        value_of({"$record": wanted, "$fields": {}}, [])


# --- campaigns -------------------------------------------------------------------------------------------


def test_outcomes_come_in_order_and_equal_jobs_run_once(here: ThreadPoolExecutor, tmp_path: Path) -> None:
    log, done = tmp_path / "log", []
    other = CARD.model_copy(update={"version": 9, "dot_from": 31})
    recipes = [*ensemble(3), ensemble(1)[0]]
    options = {"log": str(log), "seconds": 0.0}
    outcomes = Campaign(slow, options).carry_out(recipes, [CARD, other], here, done.append)
    assert [(o.recipe, o.chemistry) for o in outcomes] == [
        (recipe.id, card) for recipe in recipes for card in (f"{CARD.id}/{CARD.version}", f"{CARD.id}/9")
    ]
    for outcome, (recipe, card) in zip(
        outcomes, ((r, c) for r in recipes for c in (CARD, other)), strict=True
    ):
        assert identical(outcome.run, quick(recipe, card))
    assert len(log.read_text(encoding="utf-8").split()) == 6
    assert sorted(done) == sorted(recipe.id for recipe in recipes for _ in range(2))


def test_nothing_asked_is_nothing_done(here: ThreadPoolExecutor) -> None:
    assert simulate_many([], CARD) == simulate_many(RECIPE, [], executor=here) == ()


def test_the_forward_map_is_that_of_one_recipe(here: ThreadPoolExecutor) -> None:
    recipe = RECIPE.only("180C")
    (outcome,) = simulate_many(recipe, CARD, executor=here)
    alone = simulate(recipe, CARD)
    assert identical(replace(outcome.run, wall_s=None), replace(alone, wall_s=None))


def test_an_error_of_one_recipe_stops_no_other(here: ThreadPoolExecutor, tmp_path: Path) -> None:
    outcomes = Campaign(picky, {}, Archive.at(tmp_path)).carry_out(ensemble(3), [CARD], here)
    assert [outcome.run is None for outcome in outcomes] == [False, True, False]
    error = outcomes[1].error
    assert type(error) is RecipeError
    assert str(error) == "r1, line 3, id: got r1; expected another: it is picky. Ask nicely."
    assert error.__notes__ == ["also: r1 again"]
    assert len(list(tmp_path.iterdir())) == 2  # what was refused is tried again


def test_what_lies_in_the_folder_is_not_computed_again(here: ThreadPoolExecutor, tmp_path: Path) -> None:
    log, archive = tmp_path / "log", Archive.at(tmp_path / "campaign")
    campaign = Campaign(slow, {"log": str(log), "seconds": 0.0}, archive)
    first = campaign.carry_out(ensemble(3), [CARD], here)
    again = campaign.carry_out(ensemble(4), [CARD], here)
    assert log.read_text(encoding="utf-8").split() == ["r0", "r1", "r2", "r3"]
    assert identical(again[:3], first)


def test_a_damaged_file_is_computed_anew_and_told(here: ThreadPoolExecutor, tmp_path: Path) -> None:
    campaign = Campaign(quick, {}, Archive.at(tmp_path))
    first = campaign.carry_out(ensemble(2), [CARD], here)
    file = tmp_path / f"{first[0].key}.npz"
    file.write_bytes(file.read_bytes()[:500])
    again = campaign.carry_out(ensemble(2), [CARD], here)
    assert identical(again[0].run, first[0].run)
    assert "Computed anew" in again[0].flags[0]
    assert again[1].flags == ()
    assert identical(campaign.carry_out(ensemble(2), [CARD], here), first)


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="one that can be written"):
        simulate_many(RECIPE, CARD, folder=tmp_path / "file")


def test_chunks_follow_the_pace_and_shrink_towards_the_end() -> None:
    share = Share([Job(str(i), RECIPE, CARD) for i in range(1000)], quick, {}, "")
    assert len(share.chunk(2)) == len(share.chunk(2)) == 1
    share.pace.extend([5.0, 0.01, 0.01, 0.01])  # the first waited for the compiler
    sizes = []
    while chunk := share.chunk(2):
        sizes.append(len(chunk))
    assert sum(sizes) == 998
    assert sizes[0] == round(CHUNK_S / 0.01)
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 1


# --- processes -------------------------------------------------------------------------------------------


def test_a_worker_that_dies_once_is_survived(tmp_path: Path) -> None:
    outcomes = Campaign(deadly, {"once": str(tmp_path / "memory")}).carry_out(ensemble(6), [CARD])
    for outcome, recipe in zip(outcomes, ensemble(6), strict=True):
        assert identical(outcome.run, quick(recipe, CARD))


def test_a_recipe_that_kills_every_worker_is_named(tmp_path: Path) -> None:
    campaign = Campaign(deadly, {}, Archive.at(tmp_path))
    with pytest.raises(SimulationError, match=r"died 3 times in a row, at work on .*'r2'"):
        campaign.carry_out(ensemble(4), [CARD])


def test_any_other_exception_stops_with_its_recipe() -> None:
    context = get_context("spawn")
    with ProcessPoolExecutor(1, context) as lent:
        with pytest.raises(ZeroDivisionError, match="a bug") as met:
            Campaign(faulty, {}).carry_out(ensemble(4), [CARD], lent)
        assert "in recipe 'r2' with chemistry 'inp_wang2023'" in met.value.__notes__
        with pytest.raises(RuntimeError, match="Stubborn: not for pickles"):
            Campaign(faulty, {"stubborn": True}).carry_out(ensemble(4), [CARD], lent)
        with pytest.raises(SimulationError, match="an executor that can not be replaced"):
            Campaign(deadly, {}).carry_out(ensemble(4), [CARD], lent)


SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
from tried_runs import CARD, ensemble, slow
from aliquot.synthesis.archive import Archive
from aliquot.synthesis.many import Campaign
if __name__ == "__main__":
    Campaign(slow, {options!r}, Archive.at({folder!r})).carry_out(ensemble(60), [CARD])
"""


def alive(pid: int) -> bool:
    """Tell whether a process is there, and not merely waiting to be buried."""
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"


def until(condition: Any, seconds: float = 60.0) -> None:
    """Wait for something, for so long at most."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for the worker processes in /proc")
def test_a_campaign_that_is_killed_goes_on(here: ThreadPoolExecutor, tmp_path: Path) -> None:
    folder, log, script = tmp_path / "campaign", tmp_path / "log", tmp_path / "script.py"
    options = {"log": str(log)}
    script.write_text(SCRIPT.format(tests=str(TESTS), options=options, folder=str(folder)), encoding="utf-8")
    process = subprocess.Popen([sys.executable, str(script)])  # noqa: S603
    try:
        until(lambda: len(list(folder.glob("*.npz"))) >= 3)
        children = (
            Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8").split()
        )
    finally:
        process.kill()
        process.wait()
    until(lambda: not any(alive(int(child)) for child in children))
    kept = len(list(folder.glob("*.npz")))
    log.unlink()
    outcomes = Campaign(slow, options, Archive.at(folder)).carry_out(ensemble(60), [CARD], here)
    assert 3 <= kept < 60
    assert len(log.read_text(encoding="utf-8").split()) == 60 - kept
    for outcome, recipe in zip(outcomes, ensemble(60), strict=True):
        assert identical(outcome.run, quick(recipe, CARD))
        assert outcome.flags == ()


@pytest.mark.slow
def test_a_script_without_a_guard_is_told(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    text = SCRIPT.replace('if __name__ == "__main__":\n    ', "")
    options = {"log": str(tmp_path / "log"), "seconds": 0.0}
    script.write_text(
        text.format(tests=str(TESTS), options=options, folder=str(tmp_path / "runs")), encoding="utf-8"
    )
    told = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)  # noqa: S603
    assert told.returncode != 0
    assert "the call below 'if __name__ == \"__main__\":'" in told.stderr


def test_a_worker_of_another_version_is_refused(
    here: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aliquot.synthesis.worker.basis", lambda: "aliquot 0.0.1")
    with pytest.raises(SimulationError, match=r"a worker with aliquot 0\.0\.1"):
        Campaign(quick, {}).carry_out(ensemble(1), [CARD], here)


def test_dask_survives_the_death_of_a_worker(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="distributed is of the extra 'many'")
    killed: list[int] = []
    recipes = ensemble(40)
    with (
        distributed.LocalCluster(
            n_workers=2, processes=True, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        pids = list(client.run(os.getpid).values())

        def progress(_: str) -> None:
            if not killed:
                killed.append(pids[0])
                os.kill(pids[0], signal.SIGKILL)

        campaign = Campaign(slow, {"log": str(tmp_path / "log"), "seconds": 0.1})
        outcomes = campaign.carry_out(recipes, [CARD], client.get_executor(), progress)
        assert pids[0] not in client.run(os.getpid).values()
    assert killed
    for outcome, recipe in zip(outcomes, recipes, strict=True):
        assert identical(outcome.run, quick(recipe, CARD))
