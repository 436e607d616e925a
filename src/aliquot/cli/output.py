"""What commands print: JSON by the contract, tables for people, a progress bar on standard error."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aliquot.errors import InputError
    from aliquot.finding import Finding, Interval

_PIPE = 1000  # characters of a line that nobody's screen cuts


def version() -> str:
    """Return the version of the installed package."""
    return metadata.version("aliquot")


def print_json(command: str, content: dict[str, Any]) -> None:
    """Print one JSON object: version, schema, content. Not-a-number is refused, null means 'not known'."""
    whole = {"aliquot": version(), "schema": f"{command}/1", **content}
    sys.stdout.write(json.dumps(whole, ensure_ascii=False, allow_nan=False) + "\n")


def complain(kind: str, message: str, where: str, as_json: bool, notes: Sequence[str] = ()) -> None:
    """Tell an error: as JSON on standard output if the command was asked for it, else on standard error."""
    if as_json:
        error = {"kind": kind, "message": message, "where": where or None, "notes": list(notes)}
        whole = {"aliquot": version(), "error": error}
        sys.stdout.write(json.dumps(whole, ensure_ascii=False) + "\n")
        return
    sys.stderr.write(f"aliquot: {message}\n")
    for note in notes:
        sys.stderr.write(f"         {note}\n")


def not_understood(verb: str, given: str, expected: str, option: str) -> "InputError":
    """Return the error of words that a command can not make sense of.

    Args:
        verb: Name of the command, whose help shows examples.
        given: What was written.
        expected: What would have been understood.
        option: Option, argument or file where it stands.
    """
    from aliquot.errors import InputError, Where

    return InputError(
        given=given,
        expected=expected,
        why="the command can not be understood otherwise",
        remedy=f"See the examples in 'aliquot {verb} --help'.",
        where=Where(key=option),
    )


def interval(value: "Interval | None") -> dict[str, float] | None:
    """Return an interval as the contract writes it."""
    if value is None:
        return None
    return {"value": value.value, "low": value.low, "high": value.high, "level": value.level}


def plus_minus(finding: "Finding", digits: int, scale: float = 1.0) -> str:
    """Write a finding as ``2.71 [2.66, 2.77]``, or a dash where nothing is known."""
    if finding.value is None:
        return "–"
    found = finding.value
    return (
        f"{found.value * scale:.{digits}f} [{found.low * scale:.{digits}f}, {found.high * scale:.{digits}f}]"
    )


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    notes: Sequence[str] = (),
    words: Sequence[str] = (),
) -> None:
    """Print a table: numbers to the right, columns of ``words`` and the first to the left.

    On a terminal words are wrapped; what goes into a file or a pipe is as wide as it has to be.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=title, title_justify="left", header_style="bold", box=None, pad_edge=False, padding=(0, 1)
    )
    for i, column in enumerate(columns):
        told = i == 0 or column in words
        table.add_column(column, justify="left" if told else "right", no_wrap=column not in words)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else _PIPE, highlight=False)
    console.print(table)
    for note in notes:
        console.print(Text(note), soft_wrap=True)


@contextmanager
def needs(name: str, option: str) -> Iterator[None]:
    """Tell which extra to install where a package is missing.

    Args:
        name: Name of the extra, such as ``"report"``.
        option: Option that asked for it.

    Raises:
        InputError: If something inside imports a package that is not installed.
    """
    from aliquot.errors import Where, needs_extra

    with needs_extra(name, f"'{option}' is made with it", Where(key=option)):
        yield


@contextmanager
def progress(total: int, doing: str, *, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Show a bar on standard error while steps are told, one call each.

    Args:
        total: Number of steps.
        doing: What is going on, in a few words.
        quiet: Whether to show nothing.
    """
    if quiet:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*parts, console=console, transient=console.is_terminal) as bar:
        task = bar.add_task(doing, total=total)

        def told(step: str) -> None:
            bar.update(task, advance=1, description=step)

        yield told
        bar.update(task, description=doing)


@contextmanager
def counting(doing: str, *, quiet: bool = False) -> Iterator[Callable[[str], None] | None]:
    """Count evaluations on standard error, one call each; nobody knows beforehand how many there will be.

    Args:
        doing: What is going on, in a few words.
        quiet: Whether to show nothing; then there is nobody to call.
    """
    if quiet:
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    parts = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*parts, console=console, transient=console.is_terminal) as shown:
        task = shown.add_task(doing, total=None)
        count = 0

        def told(line: str) -> None:
            nonlocal count
            count += 1
            shown.update(task, description=f"{doing}: evaluation {count}, {line}")

        yield told
