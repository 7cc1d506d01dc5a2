"""A page read back: what a browser would make of its markup."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_VOID = {"meta", "link", "br", "hr", "img", "input", "rect"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    parents: tuple[str, ...]
    text: str = ""


@dataclass
class Page:
    """The elements of a page in order, each with all the text inside it."""

    elements: list[Element] = field(default_factory=list)

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def having(self, attribute: str) -> list[Element]:
        return [element for element in self.elements if attribute in element.attributes]

    def of_class(self, name: str) -> list[Element]:
        return [e for e in self.elements if name in (e.attributes.get("class") or "").split()]

    @property
    def ids(self) -> list[str]:
        return [element.attributes["id"] or "" for element in self.having("id")]

    @property
    def text(self) -> str:
        return next(e.text for e in self.elements if e.tag in {"body", "fragment"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice on <{tag}>"
        element = Element(tag, dict(attrs), tuple(e.tag for e in self.open))
        self.page.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.elements.append(Element(tag, dict(attrs), tuple(e.tag for e in self.open)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def parsed(html: str) -> Page:
    """The page; fails where tags do not nest."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open, f"never closed: {[e.tag for e in reader.open]}"
    return reader.page


def fragment(html: str) -> Page:
    return parsed(f"<fragment>{html}</fragment>")


def read(path: Path) -> Page:
    with path.open(encoding="utf-8", newline="") as file:
        return parsed(file.read())
