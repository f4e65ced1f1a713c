"""Re-run chapters and store their outputs: what `make notebooks` does.

    python website/notebooks.py                                    every chapter
    python website/notebooks.py chapters/01-the-bottleneck.ipynb   this one
    python website/notebooks.py --fresh                            also replace outputs that vary

A cell tagged `nbval-ignore-output` trains or times something: its output differs a little on
every machine. It is run like any other, but its stored output stays until `--fresh` asks for a new
one, or its source changes. Everything else is stored as it comes. All metadata is put into one
form, so that a second run changes no byte. After a change in the script or the style of an
explorable alone, ``website/explorables.py`` does the same without a run.
"""

import argparse
import base64
import copy
import hashlib
import io
import os
import sys
import time
import tomllib
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ROOT / "chapters"

# Five lines: not every viewer folds them. Twice the same question, since an installation may fail.
SETUP = """\
# @title Setup: run this first. On Colab it installs the book's code.
import importlib.util as at
if not at.find_spec("{name}"): {install}
if not at.find_spec("{name}"): raise ImportError("{advice}")
import torch; from {name}.notebook import set_up; set_up()"""

NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "name": "python",
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
METADATA = ("drawing", "exercise", "figure", "mystnb", "tags")
FOLDS = {"setup": "hide-input", "hide-input": "hide-input", "claims": "hide-cell"}
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# What is drawn, and its resolution. The rest (the software's version, a date) tells of the machine.
PNG_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"pHYs", b"IDAT", b"IEND"}


# --- the form in which a chapter is stored: functions without side effects ----------------------


def setup_source(url: str, version: str) -> str:
    """The setup cell of every chapter, for a repository at this address and a release."""
    source = f"git+{url}@v{version}#subdirectory=code"
    return SETUP.format(
        name="paying_attention",
        install=f"""get_ipython().run_line_magic("pip", "install -q '{source}'")""",
        advice=f"The book's code, release {version}, could not be reached: connect to the network"
        " and run this cell again.",
    )


def tags(cell: NotebookNode) -> list[str]:
    """The tags of a cell; none if it has no such metadata."""
    return list(cell.metadata.get("tags", []))


def normalise(notebook: NotebookNode, setup: str) -> NotebookNode:
    """A copy in the form that is stored, with this setup cell; twice changes nothing more."""
    result = nbformat.v4.new_notebook(metadata=copy.deepcopy(NOTEBOOK_METADATA))
    seen: dict[str, int] = {}
    for old in notebook.cells:
        cell = copy.deepcopy(old)
        if cell.cell_type == "code" and "setup" in tags(cell):
            cell.source = setup
        cell.source = cell.source.strip("\n").rstrip()
        cell.metadata = _cell_metadata(cell)
        cell.id = _cell_id(cell, seen)
        if cell.cell_type == "code":
            cell.outputs = _outputs(cell)
        result.cells.append(cell)
    result.nbformat_minor = 5
    return result


def _cell_metadata(cell: NotebookNode) -> NotebookNode:
    """Only what the book uses; a folded cell is folded on the site, in JupyterLab and in Colab."""
    kept = {key: cell.metadata[key] for key in METADATA if cell.metadata.get(key)}
    folds = [FOLDS[tag] for tag in tags(cell) if tag in FOLDS]
    if cell.cell_type == "code" and folds:
        kept["tags"] = [*tags(cell), *folds]
        kept["jupyter"] = {"source_hidden": True}
        kept["cellView"] = "form"
    if "tags" in kept:
        kept["tags"] = sorted(set(kept["tags"]))
    return nbformat.from_dict(kept)


def _cell_id(cell: NotebookNode, seen: dict[str, int]) -> str:
    """An id that depends on the cell's text alone; the second cell with the same text gets `-2`."""
    digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
    seen[digest] = seen.get(digest, 0) + 1
    return digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"


def _outputs(cell: NotebookNode) -> list[NotebookNode]:
    """Neighbouring prints joined (a kernel splits them by chance), pictures plain and described."""
    result: list[NotebookNode] = []
    for output in cell.outputs:
        previous = result[-1] if result else None
        if (
            output.output_type == "stream"
            and previous is not None
            and previous.output_type == "stream"
            and previous.name == output.name
        ):
            previous.text += output.text
            continue
        if "metadata" in output:
            output.metadata = nbformat.from_dict({})
        if "image/png" in output.get("data", {}):
            picture = plain_png(base64.b64decode(output.data["image/png"]))
            output.data["image/png"] = base64.b64encode(picture).decode()
            output.metadata["image/png"] = picture_metadata(picture, alt_text(cell))
        result.append(output)
    return result


def alt_text(cell: NotebookNode) -> str:
    """What the cell says of its picture to those who do not see it."""
    return cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")


def picture_metadata(picture: bytes, alt: str) -> NotebookNode:
    """How a viewer shows a PNG with two pixels for each of the page's, and what it reads aloud."""
    width, height = (int.from_bytes(picture[at : at + 4], "big") // 2 for at in (16, 20))
    size = {"width": width, "height": height}
    return nbformat.from_dict({"alt": alt, **size} if alt else size)


def plain_png(picture: bytes) -> bytes:
    """The same picture without text chunks, which name the software and its version."""
    if not picture.startswith(PNG_SIGNATURE):
        raise ValueError(f"picture must be a PNG, got bytes that start with {picture[:8]!r}")
    kept, at = [PNG_SIGNATURE], len(PNG_SIGNATURE)
    while at < len(picture):
        end = at + 12 + int.from_bytes(picture[at : at + 4], "big")  # length, kind, data, checksum
        if picture[at + 4 : at + 8] in PNG_CHUNKS:
            kept.append(picture[at:end])
        at = end
    return b"".join(kept)


def keep_old_outputs(new: NotebookNode, old: NotebookNode, *, fresh: bool = False) -> NotebookNode:
    """A copy of ``new`` with the outputs of ``old`` where the new ones say the same.

    These are cells that vary (tagged, source unchanged, not ``fresh``), and pictures whose pixels
    are the same although another version of the software packed them differently.
    """
    result = copy.deepcopy(new)
    old_cells = {cell.id: cell for cell in old.cells if cell.cell_type == "code"}
    for cell in result.cells:
        before = old_cells.get(cell.id)
        if cell.cell_type != "code" or before is None or before.execution_count is None:
            continue
        if "nbval-ignore-output" in tags(cell) and not fresh:
            cell.outputs = copy.deepcopy(before.outputs)
            continue
        for ours, theirs in zip(cell.outputs, before.outputs, strict=False):
            pictures = [output.get("data", {}).get("image/png") for output in (ours, theirs)]
            if all(pictures) and _same_pixels(*pictures):
                ours.data["image/png"] = pictures[1]
    return result


def _same_pixels(one: str, other: str) -> bool:
    from PIL import Image  # comes with matplotlib

    first, second = (Image.open(io.BytesIO(base64.b64decode(text))) for text in (one, other))
    same_size = first.size == second.size
    return same_size and first.convert("RGBA").tobytes() == second.convert("RGBA").tobytes()


def as_text(notebook: NotebookNode) -> str:
    """The bytes that stand in the file."""
    return nbformat.writes(notebook) + "\n"


# --- reading the settings, running, writing ------------------------------------------------------


def repository_url(config: Path = ROOT / "_config.yml") -> str:
    """The one place where the repository's address is set: `repository.url` in _config.yml."""
    return yaml.safe_load(config.read_text(encoding="utf-8"))["repository"]["url"]


def release(project: Path = ROOT / "code" / "pyproject.toml") -> str:
    """The version of the package: a chapter installs the release that it was written with."""
    return tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]


def common_setup() -> str:
    """The setup cell that every chapter has today."""
    return setup_source(repository_url(), release())


def run(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """A copy, executed from top to bottom in a fresh kernel of this Python, inside ``folder``."""
    # ipykernel and nbclient take a second to import: tests of the pure functions do without.
    from ipykernel.kernelspec import RESOURCES, get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    class ThisPython(KernelSpecManager):
        """Whatever kernels a machine has registered, a chapter runs in the book's environment."""

        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())

    executed = copy.deepcopy(notebook)
    for cell in executed.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    manager = AsyncKernelManager(kernel_spec_manager=ThisPython(), transport_encryption="auto")
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(executed, timeout=600, resources=resources)
    client.km = (
        manager  # as an argument it would stay alive afterwards: only an own one is shut down
    )
    client.execute()
    return executed


def slowest_cell(notebook: NotebookNode) -> tuple[int, float]:
    """Number (counting code cells from 1) and wall seconds of the slowest cell of a fresh run."""
    from datetime import datetime

    times = [(0, 0.0)]
    for cell in notebook.cells:
        stamps = cell.metadata.get("execution", {})
        if "iopub.execute_input" in stamps and "shell.execute_reply" in stamps:
            start, end = (
                datetime.fromisoformat(stamps[key].replace("Z", "+00:00"))
                for key in ("iopub.execute_input", "shell.execute_reply")
            )
            times.append((cell.execution_count, (end - start).total_seconds()))
    return max(times, key=lambda number_and_seconds: number_and_seconds[1])


def refresh(path: Path, setup: str, *, fresh: bool = False) -> str:
    """Run one chapter, store it if anything changed, and say in one line how it went."""
    text = path.read_text(encoding="utf-8")
    old = normalise(nbformat.reads(text, as_version=4), setup)
    cpu_before = _children_seconds()
    wall_before = time.perf_counter()
    executed = run(old, path.parent)
    wall = time.perf_counter() - wall_before
    cpu = _children_seconds() - cpu_before
    number, seconds = slowest_cell(executed)
    stored = as_text(keep_old_outputs(normalise(executed, setup), old, fresh=fresh))
    changed = stored != text
    if changed:
        path.write_text(stored, encoding="utf-8", newline="\n")
    return (
        f"{path.name:32} {cpu:6.1f} s CPU {wall:6.1f} s wall"
        f"   slowest cell: {number} ({seconds:.1f} s)   {'stored' if changed else 'unchanged'}"
    )


def _children_seconds() -> float:
    """CPU seconds of all finished child processes (a kernel is one); 0 on Windows."""
    times = os.times()
    return times.children_user + times.children_system


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and refresh the chapters that it names, or all."""
    parser = argparse.ArgumentParser(description="Re-run chapters and store their outputs.")
    parser.add_argument("paths", nargs="*", type=Path, help="chapters (default: all)")
    parser.add_argument("--fresh", action="store_true", help="replace outputs that vary, too")
    options = parser.parse_args(arguments)
    paths = options.paths or sorted(CHAPTERS.glob("*.ipynb"))
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        parser.error(f"no such notebook: {', '.join(missing)}")
    os.environ["TQDM_DISABLE"] = "1"
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ.pop("MPLBACKEND", None)  # a kernel shows figures only through its own backend
    setup = common_setup()
    for path in paths:
        print(refresh(path, setup, fresh=options.fresh), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
