"""Reports: pages that stand on their own; each room is loaded when its page is asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aliquot.report.page import reproduction_page, write_page

_HOMES = {"reproduction_page": "aliquot.report.page", "write_page": "aliquot.report.page"}
__all__ = ["reproduction_page", "write_page"]


def __getattr__(name: str) -> Any:  # noqa: ANN401  any public name
    """Load a page's room: that of a reproduction brings JAX, that of a bench sheet does not need it."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name]), name)
