"""The script and the style of a kind, put together from the frame's and its own."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

PLACE = "  // The kind.\n"  # in the frame's script: here stands what a kind adds


@dataclass(frozen=True)
class Assets:
    """What is inlined in the HTML of a kind.

    Attributes:
        kind: The name by which the script knows its figures.
        folder: The package of the kind, which holds ``script.js`` and ``style.css``.
        parts: What else of the frame it needs: names of files there, ``.js`` and ``.css``.
    """

    kind: str
    folder: str
    parts: tuple[str, ...] = ()

    @property
    def style(self) -> str:
        """The style sheet, as it stands in the HTML."""
        return _read(__package__, "style.css") + self._added("css", "style")

    @property
    def script(self) -> str:
        """The script, as it stands in the HTML."""
        frame = _read(__package__, "script.js")
        return frame.replace(PLACE, f"{self._added('js', 'script')}\n")

    def _added(self, ending: str, own: str) -> str:
        found = [_read(__package__, f"{part}.{ending}") for part in self.parts]
        return "\n".join((*filter(None, found), _read(self.folder, f"{own}.{ending}")))


@cache
def _read(folder: str, name: str) -> str:
    """Return the text of a file of a package; a part may have no style, or no script."""
    path = files(folder).joinpath(name)
    return path.read_text(encoding="utf-8") if path.is_file() else ""
