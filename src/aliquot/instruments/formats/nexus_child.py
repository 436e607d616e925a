"""What reads HDF5 in a process of its own: bytes on standard input, traces on standard output.

The HDF5 library loops for ever on some damaged files; a process can be stopped. This one imports nothing of
Aliquot, so that it starts fast. It answers with one line of JSON, then the numbers.
"""

import json
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

DEEPEST = 6
"""Depth of groups that is looked into; NXdata stands two or three deep."""

MOST_GROUPS = 50_000
"""Most groups and data sets that are looked at."""

MEMORY = 3 * 1024**3
"""Address space that this process may take [bytes]."""


def main(most_points: int) -> int:
    """Read, answer, and leave.

    Args:
        most_points: Most points of all traces.

    Returns:
        0; what is wrong with a file is an answer too.
    """
    _bound()
    numbers: list[bytes] = []
    told: dict[str, Any]
    try:
        import h5py  # noqa: PLC0415

        with h5py.File(BytesIO(sys.stdin.buffer.read()), "r") as file:
            told = {"traces": list(_traces(file, numbers, most_points)), "fault": None}
    except Exception as fault:  # noqa: BLE001  h5py raises whatever is at hand where a file is damaged
        told = {"traces": [], "fault": f"{type(fault).__name__}: {' '.join(str(fault).split())[:100]}"}
        numbers = []
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + b"".join(numbers))
    return 0


def _bound() -> None:
    """Bound the memory, where the system can."""
    try:
        import resource  # noqa: PLC0415
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _traces(file: Any, numbers: list[bytes], most: int) -> Iterator[dict[str, Any]]:  # noqa: ANN401  h5py is untyped
    """Yield what is told of each curve; its numbers are put into the list."""
    points = 0
    for group in _groups(file):
        axes = group.attrs.get("axes", "")
        axes = axes if isinstance(axes, (str, bytes)) else list(axes)
        names = [_word(group.attrs.get("signal")), _word(axes)]
        y, x = (group.get(name) if name else None for name in names)
        if y is None or x is None or y.shape != x.shape or y.ndim != 1 or y.size == 0:
            continue
        points += int(y.size)
        if points > most:
            message = f"more than {most} points"
            raise ValueError(message)
        if y.external or x.external or y.is_virtual or x.is_virtual:
            message = "its data stand in other files"
            raise ValueError(message)
        numbers += [data[()].astype("<f8").tobytes() for data in (x, y)]
        yield {
            "name": str(group.name),
            "points": int(y.size),
            "header": _word(group.attrs.get("aliquot_header")),
            "title": _word(group.attrs.get("title")),
            "words": [
                _word(data.attrs.get("long_name")) or str(data.name).rpartition("/")[2] for data in (x, y)
            ],
            "units": [_word(data.attrs.get("units")) for data in (x, y)],
        }


def _groups(file: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield the groups of class NXdata; links to other files and loops are not followed."""
    import h5py  # noqa: PLC0415

    waiting: list[tuple[Any, int]] = [(file, 0)]
    seen = 0
    while waiting:
        group, depth = waiting.pop()
        if _word(group.attrs.get("NX_class")) == "NXdata":
            yield group
            continue
        for name in sorted(group, reverse=True) if depth < DEEPEST else ():
            seen += 1
            if seen > MOST_GROUPS:
                message = f"more than {MOST_GROUPS} groups and data sets"
                raise ValueError(message)
            hard = isinstance(group.get(name, getlink=True), h5py.HardLink)
            if hard and group.get(name, getclass=True) is h5py.Group:
                waiting.append((group[name], depth + 1))


def _word(value: Any) -> str:  # noqa: ANN401
    """Return an attribute as text, also where it is the only one of a list; empty where it is none."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, str):
        return value
    try:
        return _word(value[0]) if len(value) == 1 else ""
    except (TypeError, IndexError):
        return ""


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
