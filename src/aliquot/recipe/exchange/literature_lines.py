"""Lines of a comma-separated file."""

import csv
from collections.abc import Sequence
from pathlib import Path

from aliquot.errors import FormatError, Where


def filled_lines(file: Path) -> Sequence[tuple[int, list[str]]]:
    """Return the filled lines of a file with their numbers.

    Args:
        file: The file, comma-separated, in UTF-8 or Latin-1.

    Returns:
        Number of the line in the file, and its cells.

    Raises:
        FormatError: If it can not be read, or a line can not be parted into cells.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise FormatError(
            given=f"the file '{file.name}'",
            expected="a table of syntheses, comma-separated",
            why=f"it can not be read ({error.strerror})",
            remedy="Check the path.",
            where=Where(str(file)),
        ) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # every byte is a character there; one of the tables is written so
    reader = csv.reader(text.splitlines())
    try:
        return [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as fault:
        raise FormatError(
            given=f"the file '{file.name}'",
            expected="a table of syntheses, comma-separated",
            why=f"this line can not be parted into cells ({fault})",
            remedy="Check it for a quote that is never closed.",
            where=Where(file.name, reader.line_num),
        ) from None
