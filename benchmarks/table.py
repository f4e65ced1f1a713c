"""Tables as plain text: words to the left, numbers to the right."""

from collections.abc import Sequence


def as_table(head: Sequence[str], rows: Sequence[Sequence[str | float | None]]) -> str:
    """Set rows under a head, each column as wide as it needs.

    Args:
        head: Name of each column.
        rows: Words, whole numbers, fractions (two decimals below 100) or None for nothing.

    Raises:
        ValueError: If a row has more or fewer cells than the head.
    """
    for row in rows:
        if len(row) != len(head):
            raise ValueError(f"rows: expected {len(head)} cells, got {len(row)}: {row}")
    lines = [list(head), *([as_text(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    is_word = [any(isinstance(row[column], str) for row in rows) for column in range(len(head))]
    set_lines = [
        "  ".join(
            cell.ljust(width) if left else cell.rjust(width)
            for cell, width, left in zip(line, widths, is_word, strict=True)
        ).rstrip()
        for line in lines
    ]
    return "\n".join([set_lines[0], "-" * (sum(widths) + 2 * (len(widths) - 1)), *set_lines[1:]])


def as_text(cell: str | float | None) -> str:
    """Write one cell.

    Args:
        cell: A word, a number, or None for nothing.
    """
    if cell is None:
        return "–"
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:.0f}" if abs(cell) >= 100 else f"{cell:.2f}"
