"""Times of warm calls, how busy the machine is meanwhile, and peers in processes that can be ended."""

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import jax


def seconds(work: Callable[[], object], repeats: int = 7) -> float:
    """Return the median time of a warm call [s]."""
    jax.block_until_ready(work())
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        jax.block_until_ready(work())
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def load() -> str:
    """Return how busy the machine is: a ratio of two times holds better than either of them."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def within(patience: float, work: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401
    """Run a call in a process of its own, and return its result, or in words why there is none.

    Args:
        patience: Time after which the process is ended [s].
        work: A function of a module.
        arguments: What it is called with.
    """
    context = multiprocessing.get_context("spawn")  # a fork of a process with JAX's threads may hang
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_sent, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    try:
        return ours.recv() if ours.poll(patience) else f"> {patience:.0f} s"
    except EOFError:
        return "ended without a result, as when memory runs out"
    finally:
        process.kill()
        process.join()


def _sent(channel: Connection, work: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    try:
        channel.send(work(*arguments))
    except MemoryError:
        channel.send("out of memory")
    except ImportError as missing:
        channel.send(f"skipped: {missing.name} is not installed")
    except Exception as failed:  # noqa: BLE001  whatever a peer says belongs into the table
        channel.send(f"failed: {failed!r}")
