"""Pages: templates filled, and written whole or not at all; no network, no clock, no machine."""

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from aliquot.errors import InputError, Where
from aliquot.report.numbers import sentence, spoken
from aliquot.report.style import custom_properties

_PAGES = Environment(
    loader=PackageLoader("aliquot.report"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_PAGES.filters["spoken"] = spoken
_PAGES.filters["sentence"] = sentence


def filled(template: str, figures: Mapping[str, str], **content: object) -> str:
    """Return a template filled in: one page that stands on its own, light or dark by the reader's setting.

    Args:
        template: Name of the template.
        figures: Inline SVG by name.
        **content: What the template tells.

    Returns:
        The page as HTML; equal content gives equal pages.
    """
    svgs = "".join(figures.values())
    return _PAGES.get_template(template).render(
        light=Markup(custom_properties(svgs, dark=False)),  # noqa: S704  our own colours
        dark=Markup(custom_properties(svgs, dark=True)),  # noqa: S704
        figures={name: Markup(svg) for name, svg in figures.items()},  # noqa: S704  escaped by its serialiser
        **content,
    )


def write(text: str, path: Path) -> Path:
    """Write a page into a file, whole or not at all.

    Args:
        text: The page.
        path: File to write; its folder is made, a file of that name is replaced.

    Returns:
        The path.

    Raises:
        InputError: If the file can not be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text)
    except OSError as fault:
        raise _not_written(path, fault) from fault
    return path


def room(folder: Path) -> None:
    """Make sure that pages can be written into a folder; it is made where there is none.

    Raises:
        InputError: If they can not.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as fault:
        raise _not_written(folder, fault) from fault


def _not_written(path: Path, fault: OSError) -> InputError:
    return InputError(
        given=f"'{path}', which can not be written ({fault.strerror})",
        expected="a file name in a folder where files may be written",
        why="the page has to go somewhere",
        remedy="Choose another folder, or free the space.",
        where=Where(str(path)),
    )


def _replace(path: Path, text: str) -> None:
    """Write beside the file, then take its name: a reader never meets half a page."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
