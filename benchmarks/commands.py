"""Whole commands, each in a process of its own: what a person waits for.

The first `simulate` compiles into an empty cache; the second finds it. Medians of several runs.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

ALIQUOT = [sys.executable, "-m", "aliquot"]


def seconds(words: list[str], cache: str, repeats: int) -> float:
    """Return the median wall time of a command [s]."""
    environment = {**os.environ, "JAX_COMPILATION_CACHE_DIR": cache}
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        subprocess.run([*ALIQUOT, *words], check=True, capture_output=True, env=environment)  # noqa: S603
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    """Time help, and `simulate` without and with compiled kernels in the cache."""
    with tempfile.TemporaryDirectory() as cache:
        rows = [
            ("aliquot --help", seconds(["--help"], cache, 5), 0.4),
            ("aliquot simulate inp_wang2023, first", seconds(["simulate", "inp_wang2023"], cache, 1), None),
            ("aliquot simulate inp_wang2023, second", seconds(["simulate", "inp_wang2023"], cache, 3), 4.0),
        ]
    print(f"{'command':40s} {'wall / s':>9} {'allowed':>8}")
    for name, wall, allowed in rows:
        print(f"{name:40s} {wall:9.2f} {'' if allowed is None else allowed:>8}")


if __name__ == "__main__":
    main()
