"""Read HTML strictly: every tag closed in its order, every id once, every link as it stands."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"}
LINKS = {"href", "src", "action"}
TEXTS = ("body", "main", "h1", "title")


class Page(HTMLParser):
    """What a page holds, and what is wrong with how it is written."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self._open]
        self.faults += sorted({f"id {each} twice" for each in self.ids if self.ids.count(each) > 1})

    def text(self, tag: str = "body") -> str:
        """All text within elements of one of TEXTS, with single blanks."""
        return " ".join("".join(self._texts.get(tag, [])).split())

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            self.faults.append(f"<{tag}> has an attribute twice")
        told = {name: value or "" for name, value in attrs}
        self.elements.append((tag, told))
        self.ids += [told["id"]] if "id" in told else []
        self.links += [value for name, value in told.items() if name in LINKS]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.faults.append(f"</{tag}> closes {self._open[-1:] or 'nothing'}")

    def handle_data(self, data: str) -> None:
        for tag in TEXTS:
            if tag in self._open:
                self._texts.setdefault(tag, []).append(data)
