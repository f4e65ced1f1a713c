"""Rows of numbers become a table: html with header cells where html is shown, else aligned text."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from html import escape
from numbers import Integral, Real

from paying_attention.figures.words import columns as width_of
from paying_attention.figures.words import one_line

Format = str | Callable[[int | float], str]

NOTHING = "–"  # None: there is no number
# Programs that typeset formulas leave a table of these classes alone: a word may hold a $.
CLASSES = "book-table tex2jax_ignore mathjax_ignore"
DIGITS, DECIMALS = 3, 2  # that a number with a point has, at most, unless `digits` asks for others


class Table:
    """Rows of numbers and words, to be the last expression of a cell.

    Args:
        rows: The name of a row to its values, or rows whose first item is their name. A value is
            a number, a truth value, a word, None, or a list of these for one cell (three seeds); a
            tensor or an array is read as the number or the list that it holds.
        columns: A title for each column, the first one too, which may be empty.
        digits: Digits after the point. Without it a number has two of them, and fewer where there
            would be more than three digits in all.
        formats: The title of a column to the format of its numbers: `".3f"`, `","`, or a function.
        caption: A line above the table.

    Raises:
        TypeError: If `columns` is one string, a row or a value is of another kind, or a format
            gives no text.
        ValueError: If there are no rows, a row is too long or too short, a list is empty, `formats`
            names no column or a format does not fit, or `digits` is below 0.

    Example:
        >>> Table({"vector": [1.0, 0.504], "attention": [1, None]}, columns=["", 4, "six words"])
                      4  six words
        vector     1.00       0.50
        attention     1          –
        >>> Table([["one head", 16640, (0.01, 0)]], ["", "size", "error"], formats={"size": ","})
                    size   error
        one head  16,640  0.01 0
    """

    def __init__(
        self,
        rows: Mapping[object, Iterable[object]] | Iterable[Sequence[object]],
        columns: Sequence[object],
        *,
        digits: int | None = None,
        formats: Mapping[object, Format] | None = None,
        caption: str = "",
    ) -> None:
        """Write every cell as text."""
        if isinstance(columns, str):
            raise TypeError(f"columns: expected a sequence of titles, got the string {columns!r}")
        self.titles = tuple(one_line(str(title)) for title in columns)
        self.caption = one_line(caption)
        values = _rectangle(rows, self.titles)
        writers = _writers(self.titles, digits, formats or {})
        self.cells = tuple(
            tuple(_text(*cell) for cell in zip(row, self.titles, writers, strict=True))
            for row in values
        )
        # A column of numbers stands to the right, so that the points stand below each other.
        self.is_number = tuple(
            all(_holds_numbers(row[i]) for row in values) for i in range(len(self.titles))
        )

    def __repr__(self) -> str:
        """Write aligned columns, two spaces apart."""
        lines = [self.titles, *self.cells]
        widths = [max(map(width_of, column)) for column in zip(*lines, strict=True)]
        written = [self.caption] if self.caption else []
        for line in lines:
            cells = zip(line, widths, self.is_number, strict=True)
            written.append("  ".join(_padded(*cell) for cell in cells).rstrip())
        return "\n".join(written)

    def _repr_html_(self) -> str:
        """Write a table with header cells, a row a line."""
        head = [
            _tag("th", title, number, ' scope="col"') if title else "<td></td>"
            for title, number in zip(self.titles, self.is_number, strict=True)
        ]
        first, *others = self.is_number
        body = []
        for name, *cells in self.cells:
            data = [_tag("td", cell, number) for cell, number in zip(cells, others, strict=True)]
            body.append(_tag("th", name, first, ' scope="row"') + "".join(data))
        caption = [f"<caption>{escape(self.caption)}</caption>"] if self.caption else []
        lines = ["<thead>", f"<tr>{''.join(head)}</tr>", "</thead>", "<tbody>"]
        lines += [f"<tr>{row}</tr>" for row in body]
        return "\n".join([f'<table class="{CLASSES}">', *caption, *lines, "</tbody>", "</table>"])


def _rectangle(rows: Mapping | Iterable, titles: Sequence[str]) -> list[list[object]]:
    """Read the rows as lists of plain values, as many in each as there are titles."""
    if isinstance(rows, Mapping):
        rows = [[name, *_items(values, f"row {name!r}")] for name, values in rows.items()]
    else:
        rows = [_items(row, f"row {number}") for number, row in enumerate(rows, start=1)]
    if not rows:
        raise ValueError("rows: expected at least one, got none")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(titles) or not row:
            raise ValueError(
                f"row {number}: expected {len(titles)} items, one a title, got {len(row)}: {row}"
            )
    return [[_plain(value) for value in row] for row in rows]


def _items(row: object, name: str) -> list[object]:
    if isinstance(row, (str, bytes)) or not isinstance(row, Iterable):
        raise TypeError(f"{name}: expected a sequence of values, got {row!r}")
    return list(row)


def _plain(value: object) -> object:
    """Read what a tensor or an array holds, without importing its package."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


def _holds_numbers(value: object) -> bool:
    if isinstance(value, list):
        return all(map(_holds_numbers, value))
    return value is None or (isinstance(value, Real) and not isinstance(value, bool))


def _writers(
    titles: Sequence[str], digits: int | None, formats: Mapping[object, Format]
) -> list[Callable[[int | float], str]]:
    """Choose for each column what writes its numbers."""
    if digits is not None and (type(digits) is not int or digits < 0):
        raise ValueError(f"digits: expected a whole number, 0 or more, or None, got {digits!r}")
    by_title = {one_line(str(title)): how for title, how in formats.items()}
    if strange := [title for title in by_title if title not in titles]:
        raise ValueError(f"formats: expected titles of {list(titles)}, got {strange[0]!r}")

    def usual(number: int | float) -> str:
        if isinstance(number, int):
            return str(number)
        return _short(number) if digits is None else f"{number:z.{digits}f}"

    found = [by_title.get(title, usual) for title in titles]
    return [partial(_formatted, how) if isinstance(how, str) else how for how in found]


def _formatted(how: str, number: int | float) -> str:
    try:
        return format(number, how)
    except ValueError as error:
        raise ValueError(f"formats: {how!r} does not fit {number!r}: {error}") from error


def _text(value: object, title: str, write: Callable[[int | float], str]) -> str:
    """Write one cell."""
    if isinstance(value, list):
        if not value or any(isinstance(item, list) for item in value):
            raise ValueError(f"column {title!r}: expected a list of values, got {value!r}")
        return " ".join(_text(item, title, write) for item in value)
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return one_line(value)
    if not isinstance(value, Real):
        raise TypeError(f"column {title!r}: expected a number, a word or None, got {value!r}")
    number = int(value) if isinstance(value, Integral) else float(value)
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "∞" if number > 0 else "-∞"
    if not isinstance(text := write(number), str):
        raise TypeError(f"formats: expected a text in column {title!r}, got {text!r}")
    return one_line(text)


def _short(number: float) -> str:
    """Write two digits behind the point, or fewer where there would be more than three in all.

    `z` writes nothing as 0.00 and not as -0.00, whose sign differs from machine to machine.
    """
    texts = [f"{number:z.{decimals}f}" for decimals in range(DECIMALS, -1, -1)]
    return next((text for text in texts if sum(map(str.isdigit, text)) <= DIGITS), texts[-1])


def _padded(text: str, width: int, is_number: bool) -> str:
    space = " " * (width - width_of(text))
    return space + text if is_number else text + space


def _tag(name: str, text: str, is_number: bool, scope: str = "") -> str:
    number = ' class="number"' if is_number else ""
    return f"<{name}{scope}{number}>{escape(text)}</{name}>"
