"""What the documentation takes from the program itself, so that it can not go stale.

``<!-- help: simulate -->``   the help text of a command
``<!-- bibliography -->``     all sources of the cards
``<!-- decisions -->``        all decision records, which enter the menu too
"""

import io
import os
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from aliquot.cli.app import run
from aliquot.knowledge import store
from aliquot.knowledge.records import Source

_DECISIONS = Path(__file__).parent / "decisions"
_HELP = re.compile(r"<!-- help: ?(?P<verb>[\w ]*?) -->")


def on_config(config: Any) -> Any:  # noqa: ANN401  mkdocs ships no types
    """Put every decision record into the menu."""
    section = next(entry["Decisions"] for entry in config.nav if "Decisions" in entry)
    section.extend(f"decisions/{record.name}" for record in _records())
    return config


def on_page_markdown(markdown: str, **_: Any) -> str:  # noqa: ANN401
    """Replace the markers of a page."""
    markdown = _HELP.sub(lambda match: f"```text\n{_help(match['verb'])}```", markdown)
    if "<!-- bibliography -->" in markdown:
        markdown = markdown.replace("<!-- bibliography -->", _bibliography())
    if "<!-- decisions -->" in markdown:
        lines = (f"- [{_title(record)}]({record.name})" for record in _records())
        markdown = markdown.replace("<!-- decisions -->", "\n".join(lines))
    return markdown


def _records() -> list[Path]:
    return sorted(record for record in _DECISIONS.glob("*.md") if record.name != "index.md")


def _title(record: Path) -> str:
    return record.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


def _help(verb: str) -> str:
    """Return what ``aliquot VERB --help`` prints, 100 characters wide."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "100"
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            run([*verb.split(), "--help"])
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before
    return printed.getvalue()


def _bibliography() -> str:
    """Return all sources of the cards as a definition list, by key."""
    keys = store.names("sources")
    return "\n\n".join(f"`{key}` {{ #{key} }}\n:   {_cited(store.source(key))}" for key in keys)


def _cited(source: Source) -> str:
    """Return a source as a reader expects it; what could not be verified is left out."""
    printed = [source.authors, f"*{source.title}*" if source.title else None]
    volume = None if source.volume is None else f"**{source.volume}**"
    where = " ".join(part for part in (source.container, str(source.year), volume, source.pages) if part)
    doi = f"[doi:{source.doi}](https://doi.org/{source.doi})" if source.doi else None
    url = f"<{source.url}>" if source.url else None
    note = f"({source.note})" if source.note else None
    return ". ".join(part.rstrip(".") for part in (*printed, where, doi, url, note) if part)
