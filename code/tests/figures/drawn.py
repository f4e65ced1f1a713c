"""What stands in a picture of the machine, read back from its axes, in points."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from matplotlib.colors import to_hex
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from paying_attention.figures.geometry import FINE


class Line(NamedTuple):
    """One arrow, or a line without a head."""

    start: tuple
    end: tuple
    color: str
    width: float
    is_dashed: bool
    has_head: bool
    path: object


class Table(NamedTuple):
    """The cells of a vector or a matrix."""

    place: Bbox
    shades: np.ndarray
    hidden: np.ndarray
    color: str


def is_of(kind, artist):
    """Whether an artist was drawn as a box, a word, a label, a note, …"""
    return (artist.get_gid() or "").partition(" ")[0] == kind


def boxes(axes):
    """The outline of each box, by its label without dollars."""
    return dict(every_box(axes))


def every_box(axes):
    """The same as a list, where two labels may say the same."""
    found = [patch for patch in axes.patches if is_of("box", patch)]
    return [(patch.get_gid()[4:].strip("$"), patch.get_path()) for patch in found]


def lines(axes):
    """All lines; a head belongs to the line before it."""
    found = []
    for patch, after in pairwise([*axes.patches, None]):
        if is_of("line", patch):
            path, has_head = patch.get_path(), after is not None and is_of("head", after)
            end = after.get_xy()[0] if has_head else path.vertices[-1]
            look = (to_hex(patch.get_edgecolor()).upper(), patch.get_linewidth())
            is_dashed = patch.get_linestyle() != "-" and patch._dash_pattern[1] is not None
            start = tuple(path.vertices[0].tolist())
            found.append(Line(start, tuple(end.tolist()), *look, is_dashed, has_head, path))
    return found


def tables(axes):
    """All tables of cells, in the order in which they were drawn."""
    cells = [patch for patch in axes.patches if is_of("cell", patch)]
    drawn = []
    for cell in cells:
        place = cell.get_bbox()
        if drawn and _goes_on(drawn[-1], place):
            drawn[-1].append(place)
        else:
            drawn.append([place])
    inks = [patch.get_alpha() for patch in axes.patches if is_of("ink", patch)]
    hatched = {tuple(p.get_path().vertices[0]) for p in axes.patches if is_of("hatch", p)}
    found = []
    for places in drawn:
        rows = len({place.y0 for place in places})
        color = to_hex(cells[sum(table.shades.size for table in found)].get_edgecolor()).upper()
        shades = np.reshape([inks.pop(0) for _ in places], (rows, -1))
        hidden = np.reshape([(p.x0, p.y0) in hatched for p in places], (rows, -1))
        found.append(Table(Bbox.union(places), shades, hidden, color))
    return found


def _goes_on(places, place):
    """Whether a cell stands right of the last one, or begins the next row."""
    first, last = places[0], places[-1]
    is_right = np.allclose((place.x0, place.y0), (last.x1, last.y0))
    return is_right or np.allclose((place.x0, place.y1), (first.x0, last.y0))


def joined(drawn, parts):
    """Which part leads to which, and by which line; both ends of a line touch one part each."""
    found = {}
    for line in drawn:
        ends = []
        for point in (line.start, line.end):
            touched = [name for name, place in parts.items() if _is_at(place, point)]
            assert len(touched) == 1, f"{point} touches {touched}"
            ends += touched
        assert tuple(ends) not in found, f"{ends} are joined twice"
        found[tuple(ends)] = line
    return found


def _is_at(place, point):
    return np.hypot(*(np.clip(point, place.min, place.max) - point)) < 0.1


def reached(pairs, start, without=()):
    """The parts that a signal from one of them can come to."""
    seen, new = set(), {start}
    while new:
        seen |= new
        new = {end for begin, end in pairs if begin in new and end not in without} - seen
    return seen


def texts(axes, *kinds):
    """Where each text of these kinds stands, measured as it is drawn."""
    return dict(every_text(axes, *kinds))


def every_text(axes, *kinds):
    """The same as a list, where two texts may say the same."""
    axes.figure.set_dpi(72)  # a pixel is a point
    renderer = axes.figure.canvas.get_renderer()
    found = [text for text in axes.texts if any(is_of(kind, text) for kind in kinds)]
    return [(text.get_text().strip("$"), text.get_window_extent(renderer)) for text in found]


def fine(path):
    """A path that is so large that curves are cut to small pieces."""
    return Path(path.vertices * FINE, path.codes)


def gap(path, point):
    """How far a point is from an outline."""
    (corners,) = fine(path).to_polygons() / np.array(FINE)
    starts, ways = corners[:-1], np.diff(corners, axis=0)
    along = ((point - starts) * ways).sum(1) / np.maximum((ways**2).sum(1), 1e-12)
    nearest = starts + along.clip(0, 1)[:, None] * ways
    return np.hypot(*(nearest - point).T).min()


def inside(part, whole, room=0.0):
    """Whether one rectangle lies in another, with room around it."""
    low, high = part.min - room, part.max + room
    return bool((whole.min <= low).all() and (high <= whole.max).all())


def letters(axes):
    """The smallest letter of each text, in pixels of a phone that is 358 of them wide."""
    pixels = 358 / (72 * axes.figure.get_size_inches()[0])
    found = {}
    for text in axes.texts:
        formulas = text.get_text().split("$")[1::2] if text.get_parse_math() else []
        has_index = any(mark in formula for formula in formulas for mark in "_^")
        found[text.get_text()] = text.get_fontsize() * (0.7 if has_index else 1) * pixels
    return found
