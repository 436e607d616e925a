"""The knowledge base: loading all cards, and questions as whole processes.

Peers in the same run, on the same files: ruamel.yaml in round-trip mode, which knows the line of every key,
and PyYAML's own loader in Python.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import yaml

import aliquot.knowledge
from aliquot.knowledge.base import KINDS, Base, _shipped
from aliquot.knowledge.document import Document
from aliquot.knowledge.quick import read_quickly

FILES = [
    path.read_text(encoding="utf-8")
    for path in sorted((Path(aliquot.knowledge.__file__).parent / "cards").rglob("*.yaml"))
]
QUESTIONS = (
    ["routes", "--target", "InP", "--avoid", "pyrophoric", "--method", "flow"],
    ["routes", "dehalosilation"],
    ["clusters", "--near", "447", "--material", "CdTe"],
    ["material", "InAs"],
    ["reagent", "TMSP"],
    ["errata", "004"],
    ["landscape"],
    ["cite", "R092"],
    ["recipe", "list"],
)
ALLOWED = 0.5
"""Whole process of a question [s]."""


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the median time of some work [s]."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def load() -> None:
    """Load every kind of card as a fresh process would."""
    _shipped.cache_clear()
    base = Base()
    for kind in KINDS:
        base.cards(kind)


def main() -> None:
    """Time reading, loading and asking."""
    ours = seconds(lambda: [read_quickly(text) for text in FILES], 3)
    careful = seconds(lambda: [Document(text, "peer") for text in FILES], 1)
    pure = seconds(lambda: [yaml.load(text, Loader=yaml.SafeLoader) for text in FILES], 1)
    print(f"{len(FILES)} files, {sum(map(len, FILES)) / 1e3:.0f} kB")
    print(f"read quickly            {ours:7.3f} s")
    print(f"ruamel, round trip      {careful:7.3f} s {careful / ours:7.1f} times as long")
    print(f"PyYAML, in Python       {pure:7.3f} s {pure / ours:7.1f} times as long")
    print(f"all cards, validated    {seconds(load, 5):7.3f} s, allowed 0.3")
    print(f"{'question':56s} {'wall / s':>9} {'allowed':>8}")
    for words in QUESTIONS:
        command = [sys.executable, "-m", "aliquot", *words]
        run = partial(subprocess.run, command, check=True, capture_output=True)
        wall = seconds(run, 5)
        print(f"{'aliquot ' + ' '.join(words):56s} {wall:9.2f} {ALLOWED:8}")


if __name__ == "__main__":
    main()
