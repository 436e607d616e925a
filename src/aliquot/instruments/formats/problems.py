"""What is odd about traces, whatever file they come from: sentences for a person who has to decide."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float

from aliquot.instruments.formats.contents import AxisKind, QuantityKind, Trace

MANY = 20
"""Fewest points of a curve of which steps and jumps are judged; lists of peaks are shorter."""

JUMP = 8.0
"""A step so many times as high as the steepest of its neighbours is told as a jump [1]. Estimated: the
change of detector at 900 nm in a scan of PbSe dots has more than that; 160 scans without one have less."""

MOST = 200_000
"""Most points of a curve in which jumps are looked for; a scan of a spectrometer has some thousand."""

LEAST_JUMP = 0.005
"""Least jump that is told, as a share of the range of the trace [1]."""

PLATEAU = 3
"""Fewest equal highest values in a row that are told as saturation."""

CLIFF = 3.0
"""A plateau is told where the curve falls off it by more than so many of its own smallest steps [1]; else it
is the top of a curve that was written with few digits."""


def problems_of(traces: Sequence[Trace]) -> tuple[str, ...]:
    """Return what is odd about the traces of a file, one sentence each.

    Args:
        traces: The traces.

    Example:
        >>> from aliquot.instruments.formats.contents import Axis, Quantity
        >>> x, y = np.arange(400.0, 430.0), np.minimum(np.arange(30.0) ** 2, 500.0)
        >>> bare = Trace("A1", Axis(AxisKind.WAVELENGTH, "nm"), x, Quantity(QuantityKind.UNKNOWN), y)
        >>> problems_of([bare])
        ('No trace says what its values are.',
         "'A1': 7 points in a row at the highest value, 500: saturated?")
    """
    return tuple(sentence for look in (_names, _kinds, _ends, _each) for sentence in look(traces))


def _names(traces: Sequence[Trace]) -> Iterator[str]:
    """Tell names that stand more than once."""
    twice = [name for name, count in Counter(trace.label for trace in traces).items() if count > 1]
    if twice and len(twice) < len(traces):
        listed = ", ".join(f"'{name[:40]}'" for name in twice[:4]) + (", ..." if len(twice) > 4 else "")
        yield f"The same name stands over more than one trace: {listed}."


def _kinds(traces: Sequence[Trace]) -> Iterator[str]:
    """Tell mixed kinds, and what is not said."""
    for words, kinds in (
        ("quantities", [trace.quantity.told for trace in traces]),
        ("axes", [trace.axis.told for trace in traces]),
    ):
        counted = Counter(kinds)
        if len(counted) > 1:
            yield (
                f"Mixed {words}: " + ", ".join(f"{count} of {kind}" for kind, count in counted.items()) + "."
            )
    silent = [trace for trace in traces if trace.quantity.kind is QuantityKind.UNKNOWN]
    if silent:
        yield ("No trace says" if len(silent) == len(traces) else f"{len(silent)} traces do not say") + (
            " what its values are." if len(silent) == len(traces) else " what their values are."
        )
    for axis in dict.fromkeys(trace.axis for trace in traces):
        if axis.kind is AxisKind.UNKNOWN:
            yield "The axis has no name" + (
                f" that is known: '{axis.written[:40]}'." if axis.written else "."
            )
        elif not axis.unit and axis.kind is not AxisKind.MASS:
            yield f"The axis '{axis.written[:40] or axis.kind}' has no unit."


def _ends(traces: Sequence[Trace]) -> Iterator[str]:
    """Tell traces that cover less than others on the same axis."""
    curves = [trace for trace in traces if trace.x.size >= MANY and trace.axis.kind is not AxisKind.MASS]
    spans = {(float(trace.x.min()), float(trace.x.max()), trace.axis) for trace in curves}
    if len({axis for *_, axis in spans}) != 1 or len(spans) < 2:
        return
    low, high = min(span[0] for span in spans), max(span[1] for span in spans)
    short = [t for t in curves if (t.x.min() - low) + (high - t.x.max()) > 0.02 * (high - low)]
    if short and len(short) < len(curves):
        unit = short[0].axis.unit
        listed = ", ".join(f"'{t.label[:30]}' {t.x.min():g} to {t.x.max():g}" for t in short[:3])
        more = f" and {len(short) - 3} more" if len(short) > 3 else ""
        yield f"Of {low:g} to {high:g}{' ' if unit else ''}{unit} some traces cover a part: {listed}{more}."


def _each(traces: Sequence[Trace]) -> Iterator[str]:
    """Tell what is odd within single traces, the same of many once."""
    told: dict[str, list[str]] = {}
    for trace in traces:
        for sentence in _within(trace):
            told.setdefault(sentence, []).append(f"'{trace.label.strip()[:40]}'")
    for shown, (sentence, names) in enumerate(told.items()):
        if shown == 12:
            yield f"{len(told) - shown} more of this kind are not listed."
            return
        yield f"{', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}: {sentence}"


def _within(trace: Trace) -> Iterator[str]:
    x, y = trace.x, trace.y
    if trace.gaps:
        yield f"{trace.gaps} cells within the trace are empty."
    if x.size < MANY:
        return
    steps = np.diff(x) * (-1.0 if x[-1] < x[0] else 1.0)
    if np.any(steps < 0.0):
        yield f"the axis turns back at {x[int(np.argmax(steps < 0.0)) + 1]:g}."
    elif np.any(steps == 0.0):
        first = x[int(np.argmax(steps == 0.0))]
        yield f"{int(np.sum(steps == 0.0))} places stand twice, the first at {first:g}."
    elif trace.axis.kind is not AxisKind.MASS and steps.max() > 1.5 * steps.min():
        yield f"uneven steps, {steps.min():.4g} to {steps.max():.4g} {trace.axis.unit}".rstrip() + "."
    flat = _plateau(y)
    if flat >= PLATEAU:
        yield f"{flat} points in a row at the highest value, {y.max():g}: saturated?"
    if trace.axis.kind is not AxisKind.WAVELENGTH and trace.axis.written:
        return
    # Transmission is left out: the edges of filters are as steep as a change of detector.
    if trace.quantity.kind in {QuantityKind.ABSORBANCE, QuantityKind.UNKNOWN}:
        yield from _jumps(trace)


def _plateau(y: Float[np.ndarray, " n"]) -> int:
    """Return the length of the longest run of the highest value, 0 where it is the top of a rounded curve."""
    steps = np.abs(np.diff(y))
    if y.max() <= 0.0 or not steps.any():
        return 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], y == y.max(), [False]]).astype(np.int8)))
    begins, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - begins))
    beside = [steps[place] for place in (begins[longest] - 1, ends[longest] - 1) if 0 <= place < steps.size]
    if max(beside) <= CLIFF * float(steps[steps > 0.0].min()):
        return 0
    return int(ends[longest] - begins[longest])


def _jumps(trace: Trace) -> Iterator[str]:
    """Tell a step within three points that is none of the curve's own: a change of detector or lamp."""
    rises = np.diff(trace.y)
    if not 2 * MANY <= rises.size <= MOST:
        return
    beside = np.lib.stride_tricks.sliding_window_view(rises, 15)
    around = np.concatenate([beside[:, :5], beside[:, 10:]], axis=1)
    slope = np.median(around, axis=1)
    calm = np.abs(around - slope[:, None]).max(axis=1)
    off = np.abs(beside[:, 6:9].sum(axis=1) - 3.0 * slope)
    found = np.flatnonzero((off > JUMP * calm) & (off > LEAST_JUMP * float(np.ptp(trace.y))))
    for place in found[np.flatnonzero(np.diff(found, prepend=-99) > 3)][:3]:
        highest = place + int(np.argmax(off[place : place + 4]))
        a, b = trace.x[highest + 6], trace.x[highest + 9]
        yield (
            f"jumps by {trace.y[highest + 9] - trace.y[highest + 6]:.2g} between {a:g} and {b:g} "
            f"{trace.axis.unit}, as at a change of detector, lamp or filter."
        )
