"""Reading the HTML of an explorable, as a browser would."""

import re
from html.parser import HTMLParser


class Elements(HTMLParser):
    """Every element's tag and attributes, and the text of the cells of a table."""

    def __init__(self, markup):
        super().__init__()
        self.found, self.cells, self.words, self._open = [], [], [], []
        self.feed(markup)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self._open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] in ("td", "th"):
            self.cells[-1] += data
        elif self._open and self._open[-1] not in ("style", "script"):
            self.words.append(data)

    def ids(self):
        return [attributes["id"] for _, attributes in self.found if "id" in attributes]

    def root(self):
        return self.found[0][1]


def parsed(explorable):
    return Elements(explorable._repr_html_())


def marked(markup, mark):
    """The attributes of the elements that have ``mark``, by its value."""
    found = {}
    for tag in re.findall(r"<[a-z]+ [^>]*>", markup):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if mark in given:
            found[given[mark]] = given
    return found
