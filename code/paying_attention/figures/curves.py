"""Curves and bars with their intervals."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from paying_attention.figures.style import OTHERS, Category
from paying_attention.figures.words import legend_text

Number = int | float  # the run-time type checks do not take an int for a float
Interval = tuple[Number, Number]


def draw_curve(
    axes: Axes,
    x: Sequence[Number],
    y: Sequence[Number],
    *,
    intervals: Sequence[Interval] | None = None,
    label: str,
    look: Category = OTHERS[0],
) -> None:
    """Draw one curve, with an error bar at each point if intervals are given.

    Args:
        axes: Where to draw.
        x: Positions.
        y: Values, as many as positions.
        intervals: ``(low, high)`` around each value.
        label: Text of the legend, shown as it is.
        look: Colour, marker and dash.

    Raises:
        ValueError: If the numbers of positions, values and intervals differ, or if a value lies
            outside its interval.
    """
    _check(x, y, intervals)
    shown = {"color": look.color, "marker": look.marker, "linestyle": look.dash}
    axes.plot(x, y, label=legend_text(label), **shown)
    _error_bars(axes, x, y, intervals, look.color)


def draw_bars(
    axes: Axes,
    labels: Sequence[str],
    values: Sequence[Number],
    *,
    intervals: Sequence[Interval] | None = None,
    looks: Sequence[Category] = OTHERS,
) -> None:
    """Draw one bar for each label, its value written above it.

    Args:
        axes: Where to draw.
        labels: Names below the bars, shown as they are.
        values: Heights, as many as labels.
        intervals: ``(low, high)`` around each value.
        looks: Colour and hatch of each bar; they repeat if there are too few.

    Raises:
        TypeError: If labels are one string.
        ValueError: If there are no looks, if the numbers of labels, values and intervals differ, or
            if a value lies outside its interval.
    """
    if isinstance(labels, str):
        raise TypeError(f"labels: expected a sequence of labels, got the string {labels!r}")
    if not looks:
        raise ValueError("looks: expected at least one, got none")
    _check(labels, values, intervals)
    positions = range(len(labels))
    for position, value in zip(positions, values, strict=True):
        look = looks[position % len(looks)]
        axes.bar(position, value, width=0.6, color=look.color, hatch=look.hatch, edgecolor="white")
        top = value if intervals is None else intervals[position][1]
        axes.annotate(
            f"{value:.2f}", (position, top), (0, 4), textcoords="offset points", ha="center"
        )
    _error_bars(axes, positions, values, intervals, "#222222")
    axes.set_xticks(positions, labels, parse_math=False)
    axes.grid(axis="x", visible=False)


def _error_bars(
    axes: Axes,
    x: Sequence[Number],
    y: Sequence[Number],
    intervals: Sequence[Interval] | None,
    color: str,
) -> None:
    if intervals is not None:
        below = [value - low for value, (low, _) in zip(y, intervals, strict=True)]
        above = [high - value for value, (_, high) in zip(y, intervals, strict=True)]
        axes.errorbar(x, y, yerr=[below, above], fmt="none", ecolor=color, capsize=3)


def _check(
    x: Sequence[object],
    y: Sequence[Number],
    intervals: Sequence[Interval] | None,
) -> None:
    if len(x) != len(y) or (intervals is not None and len(intervals) != len(y)):
        given = "none" if intervals is None else len(intervals)
        raise ValueError(
            f"y, intervals: expected {len(x)} values and intervals, got {len(y)} and {given}"
        )
    for value, (low, high) in zip(y, intervals or [], strict=intervals is not None):
        if not low <= value <= high:
            raise ValueError(f"intervals: expected one around {value}, got {(low, high)}")
