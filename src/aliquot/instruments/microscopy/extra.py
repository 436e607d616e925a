"""The packages that read pictures, which are an extra of the installation."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from aliquot.errors import Where, needs_extra


@contextmanager
def needs_images(asked_by: str) -> Iterator[None]:
    """Tell which extra to install where a package is missing.

    Args:
        asked_by: File or option that needs it.

    Raises:
        InputError: If something inside imports a package that is not installed.

    Example:
        >>> with needs_images("a.png"):
        ...     import nothing_of_this_name
        Traceback (most recent call last):
        aliquot.errors.InputError: a.png: got an installation without 'nothing_of_this_name'; ...
    """
    with needs_extra("images", "pictures are read and parted with it", Where(asked_by)):
        yield


def skimage(room: str) -> Any:  # noqa: ANN401  its functions carry no types
    """Return a room of scikit-image, which is slow to load and therefore loaded when it is used.

    Args:
        room: Its name, such as ``"filters"``.

    Raises:
        InputError: If scikit-image is not installed.

    Example:
        >>> skimage("filters").__name__
        'skimage.filters'
    """
    with needs_images("tem"):
        return import_module(f"skimage.{room}")
