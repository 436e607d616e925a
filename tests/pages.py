"""Reading pages of HTML in tests."""

import re
from html.parser import HTMLParser

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Page(HTMLParser):
    """Tags that were opened and not closed, addresses, names and words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open, self.addresses, self.names, self.words = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        given = dict(attrs)
        self.addresses += [(tag, given[key]) for key in ("href", "src", "xlink:href") if key in given]
        self.names += [given["id"]] if "id" in given else []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        """All words, single spaces between them."""
        return " ".join(" ".join(self.words).split())


def assert_page_stands_on_its_own(page: str) -> None:
    """Every tag is closed, every name is one of a kind, links within lead somewhere, nothing is loaded."""
    read = Page(page)
    assert read.open == []
    assert len(read.names) == len(set(read.names))
    within = {address.removeprefix("#") for _, address in read.addresses if address.startswith("#")}
    assert within <= set(read.names)
    outside = {(tag, address) for tag, address in read.addresses if not address.startswith("#")}
    assert outside
    assert all(tag == "a" and address.startswith("https://doi.org/10.") for tag, address in outside)
    assert "<script" not in page
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
