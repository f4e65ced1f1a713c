"""Pictures of cells: a figure with its caption, a size that is known before it loads, drawings.

In a notebook a picture is a cell's output, and its caption is the paragraph below: `*Figure 1.1.*
…`. Here the two become one figure, whose id is the name in the cell's metadata (`figure`). Pictures
are stored at twice their size. A cell that says who drew it (`drawing`, a function without
arguments) shows inline SVG instead, which is sharp at any size and follows the page's colours.
"""

from __future__ import annotations

import posixpath
import re
import struct
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from page_nodes import cells, is_cell, metadata, opening, tags
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

NUMBER = re.compile(r"Figure \d+[a-z]?\.\d+\.")
PIXELS_PER_PIXEL = 2  # pictures are stored at twice the size at which they are shown


class picture(nodes.image):  # docutils finds the visitor by this name
    """An image of a cell, with its size and whether it may load late."""


# --- captions: when a page is read ----------------------------------------------------------------


def sibling_after(node: nodes.Node) -> nodes.Node | None:
    """The node that stands behind this one in the same section."""
    place = node.parent.index(node) + 1
    return node.parent[place] if place < len(node.parent) else None


def caption_after(cell: nodes.Element) -> nodes.paragraph | None:
    """The caption of a cell's picture: the next paragraph; a cell of claims may stand between."""
    after = sibling_after(cell)
    while is_cell(after) and "claims" in tags(after):
        after = sibling_after(after)
    number = opening(after, nodes.emphasis)
    return after if number and NUMBER.fullmatch(number.astext()) else None


def bundle_with_picture(cell: nodes.Element) -> nodes.container | None:
    """The output of a cell that holds a picture, among others in other formats."""
    for bundle in cell.findall(nodes.container):
        if bundle.get("nb_element") == "mime_bundle" and next(bundle.findall(nodes.image), None):
            return bundle
    return None


def caption_node(paragraph: nodes.paragraph) -> nodes.caption:
    """Turn `*Figure 1.1.* …` into a caption whose number has a look of its own."""
    number = opening(paragraph, nodes.emphasis)
    rest = paragraph.children[paragraph.index(number) + 1 :]
    return nodes.caption(
        "", "", nodes.inline("", number.astext(), classes=["caption-number"]), *rest
    )


def add_captions(app: Sphinx, document: nodes.document) -> None:
    """Join each picture that has a name with the paragraph that describes it."""
    for cell in cells(document):
        name = metadata(cell).get("figure")
        if not name:
            continue
        bundle, paragraph = bundle_with_picture(cell), caption_after(cell)
        if bundle is None or paragraph is None:
            missing = "picture" if bundle is None else "caption (*Figure 1.1.* …) behind its cell"
            logger.warning("figure %s has no %s", name, missing, location=cell, type="book")
            continue
        figure = nodes.figure(ids=[name])
        bundle.replace_self(figure)
        paragraph.parent.remove(paragraph)
        figure += [bundle, caption_node(paragraph)]


# --- pictures: when a page is written -------------------------------------------------------------


def size_of_png(start: bytes) -> tuple[int, int]:
    r"""Read width and height in the first 24 bytes of a PNG.

    >>> size_of_png(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x05\x98\x00\x00\x02\xa8")
    (1432, 680)
    """
    if start[:8] != b"\x89PNG\r\n\x1a\n" or start[12:16] != b"IHDR":
        raise ValueError(f"picture must be a PNG, got bytes that start with {start[:16]!r}")
    return struct.unpack(">II", start[16:24])


def drawn(name: str, alt: str, figure: str) -> str:
    """Ask the package for a drawing as inline SVG, with ids that belong to one figure."""
    from paying_attention.figures.inline_svg import drawing  # only books with drawings need it

    return drawing(name, alt, figure=figure)


class WritePictures(SphinxPostTransform):
    """Give the pictures of cells their size; draw those that say how."""

    default_priority = 10  # behind myst-nb's choice of a format
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Replace every image of the page's cells."""
        is_first = True
        for cell in cells(self.document):
            for image in list(cell.findall(nodes.image)):
                drawing = self.drawn(image, cell)
                image.replace_self(drawing or self.sized(image, is_first))
                is_first = is_first and drawing is not None

    def drawn(self, image: nodes.image, cell: nodes.Element) -> nodes.raw | None:
        """The drawing that a cell names; a warning where it cannot be had."""
        name = metadata(cell).get("drawing")
        try:
            if not name:
                return None
            svg = drawn(name, image["alt"], metadata(cell).get("figure", ""))
            return nodes.raw("", svg, format="html")
        except (ImportError, AttributeError, KeyError, TypeError, ValueError) as error:
            logger.warning("drawing %s: %r", name, error, location=cell, type="book")
            return None

    def sized(self, image: nodes.image, is_first: bool) -> nodes.image:
        """An image with its size; all but the first load when they come near."""
        path = Path(self.app.srcdir, image["uri"].lstrip("/"))
        if path.suffix != ".png":
            return image
        with path.open("rb") as file:
            width, height = size_of_png(file.read(24))
        size = {"width": width // PIXELS_PER_PIXEL, "height": height // PIXELS_PER_PIXEL}
        return picture("", **image.attributes | size | {"lazy": not is_first})


def visit_picture(self: HTML5Translator, node: picture) -> None:
    """Write an image: docutils would write its size as a style, which a phone cannot shrink."""
    file = self.builder.images.get(node["uri"])
    address = posixpath.join(self.builder.imgpath, quote(file)) if file else node["uri"]
    sizes = {"src": address, "width": node["width"], "height": node["height"]}
    words = {"alt": node["alt"]} if "alt" in node else {}
    late = {"loading": "lazy"} if node["lazy"] else {}
    self.body.append(self.emptytag(node, "img", "", **sizes, **words, **late, decoding="async"))


def depart_picture(self: HTML5Translator, node: picture) -> None:
    """An image has no end."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Captions belong to the page in every format, sizes and drawings to html."""
    app.add_node(picture, html=(visit_picture, depart_picture))
    app.connect("doctree-read", add_captions)
    app.add_post_transform(WritePictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
