"""The page of a reproduction: one file with all that it stands on; no network, no clock, no machine."""

from pathlib import Path

from aliquot.report.flasks.page import flasks_page
from aliquot.report.publish import write
from aliquot.report.tube import tube_page
from aliquot.reproduce import Reproduction


def reproduction_page(result: Reproduction) -> str:
    """Return a reproduction as one self-contained page of HTML.

    Published numbers beside computed ones, misses in words, figures as inline SVG, constants with intervals,
    what the numbers tell of them, and sources. Nothing is loaded from a network; light or dark is the
    reader's setting. Equal results give equal pages.

    Args:
        result: What :func:`aliquot.reproduce.reproduce` returned; with ``closely`` it has everything that a
            page can show.

    Raises:
        InputError: If a run has no recipe, or no samples.
        CardError: If a card that the result names is gone.
    """
    return flasks_page(result) if result.run is None else tube_page(result)


def write_page(result: Reproduction, path: Path) -> Path:
    """Write the page of a reproduction into a file, whole or not at all.

    Args:
        result: What to report.
        path: File to write; its folder is made, a file of that name is replaced.

    Returns:
        The path.

    Raises:
        InputError: If the file can not be written there.
    """
    return write(reproduction_page(result), path)
