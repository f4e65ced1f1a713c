"""Where the boxes of a picture stand, and how lines run between them."""

from collections.abc import Sequence
from math import hypot
from typing import NamedTuple

import numpy as np
from matplotlib.path import Path

Number = int | float  # the run-time type checks do not take an int for a float
Point = tuple[Number, Number]
FINE = 64


class Box(NamedTuple):
    """Where a part stands: its centre, its size and the radius of its corners."""

    x: Number
    y: Number
    width: Number
    height: Number
    corner: Number

    def at(self, right: Number = 0, up: Number = 0) -> Point:
        """Give a point of it: ``(0, 0)`` is the centre, ``(1, 0)`` the middle of its right side.

        Args:
            right: From -1, the left side, to 1.
            up: From -1, the lower side, to 1.

        Example:
            >>> Box(100, 50, 40, 20, 6).at(right=1)
            (120.0, 50.0)
        """
        return self.x + right * self.width / 2, self.y + up * self.height / 2

    def edge(self, towards: Point) -> Point:
        """Give the point where a line from the centre to a point outside leaves it.

        Args:
            towards: The point outside.

        Example:
            >>> Box(0, 0, 20, 20, 10).edge((30, 40))  # a circle
            (6.0, 8.0)
        """
        right, up = towards[0] - self.x, towards[1] - self.y
        inside, outside = 0.0, 1.0
        for _ in range(40):  # halve what is left; that works for every shape
            middle = (inside + outside) / 2
            is_inside = self._beyond(middle * right, middle * up) <= 0
            inside, outside = (middle, outside) if is_inside else (inside, middle)
        return round(self.x + inside * right, 6), round(self.y + inside * up, 6)

    def outline(self) -> Path:
        """Give its edge: straight sides and round corners.

        Example:
            >>> Box(0, 0, 40, 20, 10).outline().get_extents().size.tolist()
            [40.0, 20.0]
        """
        quarters = zip(range(0, 360, 90), ((1, 1), (-1, 1), (-1, -1), (1, -1)), strict=True)
        arcs = [
            Path.arc(angle, angle + 90).vertices * self.corner
            + np.subtract(self.at(*side), np.multiply(side, self.corner))
            for angle, side in quarters
        ]
        codes = [Path.LINETO, *[Path.CURVE4] * (len(arcs[0]) - 1)] * 4
        vertices = np.concatenate([*arcs, arcs[0][:1]])
        return Path(vertices, [Path.MOVETO, *codes[1:], Path.CLOSEPOLY])

    def _beyond(self, right: Number, up: Number) -> float:
        """How far a point, seen from the centre, lies outside; less than 0 inside."""
        x = abs(right) - self.width / 2 + self.corner
        y = abs(up) - self.height / 2 + self.corner
        return hypot(max(x, 0), max(y, 0)) + min(max(x, y), 0) - self.corner


def center_of(end: Box | Point) -> Point:
    """Give the centre of a box; a point is its own.

    Args:
        end: Where a line starts or ends.
    """
    return end.at() if isinstance(end, Box) else end


def touched(end: Box | Point, towards: Point) -> Point:
    """Give the point of a box that a line to a point outside touches; a point is its own.

    Args:
        end: Where a line starts or ends.
        towards: The point outside.
    """
    return end.edge(towards) if isinstance(end, Box) else end


def direction(start: Point, end: Point) -> np.ndarray:
    """Give the way from one point to another, of length 1.

    Args:
        start: Where it begins.
        end: Where it ends.

    Example:
        >>> direction((0, 0), (3, 4)).tolist()
        [0.6, 0.8]
    """
    way = np.subtract(end, start)
    return way / max(hypot(*way), 1e-9)


def pull(start: Point, end: Point, bend: Number) -> list[Point]:
    """Give the point that pulls a bent line to its left; none for a straight line.

    Args:
        start: Where the line begins.
        end: Where it ends.
        bend: How far its middle is from the straight line, as a share of the length.

    Example:
        >>> pull((0, 0), (10, 0), 0.5), pull((0, 0), (10, 0), 0)
        ([(5.0, 10.0)], [])
    """
    (x, y), (right, up) = np.add(start, end) / 2, np.subtract(end, start)
    return [(float(x - 2 * bend * up), float(y + 2 * bend * right))] if bend else []


def path_through(stops: Sequence[Point], turn: Number, *, is_bow: bool = False) -> Path:
    """Give a path with a round turn at each stop between, or a bow that the only one pulls.

    Args:
        stops: Two points or more.
        turn: How far before a stop the turn begins; at most half of the way to the next.
        is_bow: Whether it is a bow.

    Example:
        >>> path_through([(0, 0), (9, 0), (9, 9)], 3).vertices.tolist()
        [[0.0, 0.0], [6.0, 0.0], [9.0, 0.0], [9.0, 3.0], [9.0, 9.0]]
    """
    if is_bow:
        return Path(stops, [Path.MOVETO, Path.CURVE3, Path.CURVE3])
    vertices, codes = [stops[0]], [Path.MOVETO]
    for before, corner, after in zip(stops, stops[1:], stops[2:], strict=False):
        near = min(turn, *(hypot(*np.subtract(corner, side)) / 2 for side in (before, after)))
        leaves, arrives = (corner + near * direction(corner, side) for side in (before, after))
        vertices += [leaves, corner, arrives]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path([*vertices, stops[-1]], [*codes, Path.LINETO])


def hatching(corner: Point, cell: Point) -> Path:
    """Give three lines that rise from left to right across a cell; those of neighbours meet.

    Args:
        corner: The lower left corner of the cell.
        cell: Its width and height.

    Example:
        >>> hatching((10, 20), (4, 4)).vertices[:2].tolist()
        [[10.0, 20.0], [14.0, 24.0]]
    """
    ends = [((0, 0), (1, 1)), ((0, 0.5), (0.5, 1)), ((0.5, 0), (1, 0.5))]
    vertices = np.array(corner) + np.array(ends).reshape(-1, 2) * cell
    return Path(vertices, [Path.MOVETO, Path.LINETO] * len(ends))


def middle_of(path: Path) -> Point:
    """Give the point half-way along a path.

    Args:
        path: In one piece.

    Example:
        >>> middle_of(path_through([(0, 0), (9, 0), (9, 1)], 0))
        (5.0, 0.0)
    """
    fine = Path(path.vertices * FINE, path.codes)  # curves are cut to pieces of whole units
    (points,) = (polygon / FINE for polygon in fine.to_polygons(closed_only=False))
    far = np.concatenate([[0], np.hypot(*np.diff(points, axis=0).T).cumsum()])
    x, y = (float(np.interp(far[-1] / 2, far, along)) for along in points.T)
    return x, y
