"""Mutated files against all readers: contents or an error of ours, in bounded time and memory.

    python tests/fuzz_formats.py [CASES] [SEED] [PART OF A NAME]

Seeds are the real files beside the checkout, shortened where they are long, and files that our writers make.
Each case is a mutation by an explicit seed, so that a failure is repeated by its number. Blocks of cases run
in a process of their own: a reader that crashes, hangs or eats the memory is told with its case.
"""

import multiprocessing
import random
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

from aliquot.errors import AliquotError, InputError
from aliquot.instruments.formats import (
    read_emission,
    read_file,
    read_spectra,
    signals_of,
    write_contents,
    write_signals,
)
from aliquot.instruments.formats.contents import Contents
from aliquot.instruments.signal import Signal, SignalKind

SECONDS = 10
"""Longest that one case may take [s]."""
MEMORY = 2 * 1024**3
"""Most address space that the cases may add to what the libraries take [bytes]."""
LONGEST = 24 * 1024
"""Longest seed [bytes]; the middle of longer texts is left out."""
BLOCK = 2000
"""Cases that share a process."""

TOKENS = (
    *(
        b"1e999",
        b"nan",
        b"-1",
        b"999999999",
        b"4294967295",
        b"0",
        b"1e-320",
        b"",
        b"$$",
        b"##",
        b"##END=",
        b"\xff\xfe",
    ),
    *(
        b"(X++(Y..Y))",
        b"(XY..XY)",
        b"S99999999",
        b"@",
        b"%",
        b"j",
        b"?",
        b"\r",
        b"\n",
        b"\n\n",
        b",",
        b";",
        b"\t",
        b'"',
    ),
    *(
        b"<",
        b">",
        b">>>>>Begin",
        b"*BLOCK 1",
        b"XYDATA",
        b"##NPOINTS= 4000000000",
        b"##TITLE= x",
        b"##PAGE= N=1",
    ),
    *(
        b"BEGIN IONS",
        b"END IONS",
        b"%T",
        b"nm",
        b"cm-1",
        b"\0",
        b"\x1f\x8b",
        b"null",
        b"[" * 400,
        b"{" * 400,
        b"1 " * 200,
    ),
)
EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x10000000)


def seeds(shared: Path, longest: int = LONGEST) -> dict[str, bytes]:
    """Return the files that are mutated, by name: the real ones where they are, and our own."""
    found = {}
    for path in sorted((shared / "data").rglob("*")) if shared.is_dir() else []:
        if path.is_file() and not path.name.startswith(("README", "LICENSE")):
            found[str(path.relative_to(shared / "data"))] = shortened(path.read_bytes(), longest)
    return found | own()


def shortened(content: bytes, longest: int) -> bytes:
    """Return a text without its middle; what is no text, or a tree, is left whole unless it is very long."""
    if b"\0" in content[:1024] or content.startswith((b"\x1f\x8b", b"<?xml")) or len(content) <= longest:
        return content[: 16 * longest]
    lines = content.splitlines(keepends=True)
    if len(lines) < 100:
        return content[:longest]
    share = max(20, int(len(lines) * longest / len(content)))
    return b"".join(lines[: share * 3 // 4] + lines[-share // 4 :])


def own() -> dict[str, bytes]:
    """Return a small file of each format that we write."""
    x = np.linspace(400.0, 500.0, 30)
    signals = [
        Signal(SignalKind.ABSORBANCE, x, np.exp(-((x - 450.0) ** 2) / 200.0), "30 s", 30.0, path_mm=1.0),
        Signal(SignalKind.EMISSION, x + 20.0, x * 1.5, "PL", medium="toluene", excitation_nm=405.0),
    ]
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for to in ("jcamp", "csv", "parquet", "nexus"):
            try:
                found[f"own {to}"] = write_signals(signals, to, Path(folder) / to).read_bytes()
            except InputError:  # an extra is not installed
                continue
    return found


def mutated(content: bytes, others: list[bytes], dice: random.Random) -> bytes:
    """Return a file with one fault or some."""
    changed = bytearray(content)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 6))):
        place = dice.randrange(len(changed) + 1)
        kind = dice.randrange(9)
        if kind == 0 and changed:
            changed[place % len(changed)] = dice.randrange(256)
        elif kind == 1:
            changed[place : place + dice.randint(0, 12)] = dice.choice(TOKENS)
        elif kind == 2:
            size = dice.choice((1, 2, 4))
            extreme = dice.choice(EXTREMES) & (256**size - 1)
            changed[place : place + size] = extreme.to_bytes(size, dice.choice(("little", "big")))
        elif kind == 3:
            del changed[place : place + dice.choice((1, 2, 7, 60, 1000))]
        elif kind == 4:
            piece = changed[place : place + dice.choice((1, 10, 200))]
            changed[place:place] = piece * dice.randint(1, 8)
        elif kind == 5 and dice.random() < 0.3:
            del changed[place:]
        elif kind == 6 and dice.random() < 0.2:
            changed[place:] = dice.choice(others)[place:]
        elif kind == 7:  # a header is where most decisions are taken
            head = dice.randrange(min(len(changed), 600) + 1)
            changed[head : head + dice.randint(0, 4)] = dice.randbytes(dice.randint(0, 4))
        else:
            _digits(changed, place, dice)
    return bytes(changed)


def _digits(changed: bytearray, place: int, dice: random.Random) -> None:
    """Change a number: the next digit from a place becomes another, or many."""
    for at in range(place, min(place + 200, len(changed))):
        if 48 <= changed[at] <= 57:
            changed[at : at + 1] = dice.choice((b"9" * 9, b"-", b".", b"e9", b"0", b"7"))
            return


def tried(content: bytes, folder: Path, *, write: bool) -> str:
    """Read one file and return what came of it; anything but contents and an error of ours is raised."""
    file = folder / "case"
    file.write_bytes(content)
    contents, fault = outcome(lambda: read_file(file))
    if contents is None:
        assert fault.where.file, f"an error without its file: {fault}"
        assert str(fault), "an error that says nothing"
        return "refused"
    assert contents.traces, "contents without a trace"
    assert all(problem.endswith((".", "?")) for problem in contents.problems), contents.problems
    for kind in SignalKind:
        signals, fault = outcome(lambda kind=kind: signals_of(contents, kind, transmission="convert"))
        assert signals or fault.where.file, f"an error without its file: {fault}"
    for reader in (read_spectra, read_emission) if write else ():
        signals, fault = outcome(lambda reader=reader: reader(file))
        assert signals or fault.where.file, f"an error without its file: {fault}"
    if write and contents.points < 5000:
        again(contents, folder)
    return contents.format


def outcome(attempt):
    """Return what an attempt gives, and None, or None and the error of ours that it ends with."""
    try:
        return attempt(), None
    except AliquotError as error:
        return None, error


def again(contents: Contents, folder: Path) -> None:
    """Write what was read and read it again: the numbers must be the same."""
    for to in ("jcamp", "csv"):
        back = read_file(write_contents(contents, to, folder / f"again.{to}", force=True))
        for before, after in zip(contents.traces, back.traces, strict=True):
            assert np.array_equal(before.x, after.x), to
            assert np.array_equal(before.y, after.y), to
            assert before.label == after.label, to


def run(first: int, count: int, seed: int, files: dict[str, bytes], told=None, now=None) -> Counter[str]:
    """Try cases by their numbers and return how often each outcome came."""
    names, contents = list(files), list(files.values())
    outcomes: Counter[str] = Counter()
    slowest = (0.0, 0)
    with tempfile.TemporaryDirectory() as folder:
        for case in range(first, first + count):
            if now is not None:
                now.value = case
            dice = random.Random(seed * 1_000_003 + case)  # noqa: S311  no secret
            name = case % len(names)
            start = time.perf_counter()
            signal.alarm(SECONDS)
            try:
                content = mutated(contents[name], contents, dice)
                outcomes[tried(content, Path(folder), write=case % 20 == 0)] += 1
            except BaseException as fault:
                fault.add_note(f"case {case} by seed {seed}, a mutation of {names[name]}")
                raise
            finally:
                signal.alarm(0)
            slowest = max(slowest, (time.perf_counter() - start, case))
    if told is not None:
        told.put((outcomes, slowest, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
    return outcomes


def _too_long(*_: object) -> None:
    message = f"a case took more than {SECONDS} s"
    raise TimeoutError(message)


def bounded(first: int, count: int, seed: int, files: dict[str, bytes], told, now) -> None:
    """Run a block with its bounds of time and memory."""
    signal.signal(signal.SIGALRM, _too_long)
    warnings.simplefilter("error")
    taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))
    run(first, count, seed, files, told, now)


def watched(block, now) -> None:
    """Wait for a block, and stop it where a case hangs in compiled code, which no signal interrupts."""
    case, since = -1, time.monotonic()
    while block.is_alive():
        block.join(1.0)
        if now.value != case:
            case, since = now.value, time.monotonic()
        elif time.monotonic() - since > 3 * SECONDS:
            block.kill()
            block.join()


def main() -> int:
    """Run all blocks one after the other and tell what came."""
    cases, seed = (int(word) for word in (*sys.argv[1:3], *("100000", "1")[len(sys.argv) - 1 :]))
    part = sys.argv[3] if len(sys.argv) > 3 else ""
    files = {k: v for k, v in seeds(Path(__file__).parents[2] / "shared").items() if part in k}
    outcomes: Counter[str] = Counter()
    slowest, most, failed, start = (0.0, 0), 0, 0, time.perf_counter()
    for first in range(0, cases, BLOCK):
        told, now = multiprocessing.Queue(), multiprocessing.Value("q", first)
        block = multiprocessing.Process(
            target=bounded, args=(first, min(BLOCK, cases - first), seed, files, told, now)
        )
        block.start()
        watched(block, now)
        if block.exitcode != 0:
            failed += 1
            print(f"case {now.value} by seed {seed} ended its process: {block.exitcode}", flush=True)  # noqa: T201
            continue
        found, slow, memory = told.get(timeout=10)
        outcomes += found
        slowest, most = max(slowest, slow), max(most, memory)
    print(f"{sum(outcomes.values())} cases in {time.perf_counter() - start:.0f} s, {failed} blocks failed")  # noqa: T201
    print(f"slowest {slowest[0]:.2f} s (case {slowest[1]}), memory at most {most / 1024:.0f} MiB")  # noqa: T201
    print(dict(outcomes.most_common()))  # noqa: T201
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
