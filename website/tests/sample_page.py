"""A page in the book's form: every part of it once, and a way to build it without the theme."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

WEBSITE = Path(__file__).resolve().parents[1]
BASE = "https://book.example/course/"
SETTINGS = f"""\
import sys
sys.path.insert(0, {str(WEBSITE)!r})
project, root_doc, html_theme = "sample", "first", "basic"
extensions = ["myst_nb", "mathml", "page_exercises", "page_figures", "page_folds", "page_guesses",
              "page_links", "page_marks", "page_tables"]
html_math_renderer = "mathml"
html_baseurl = {BASE!r}
html_theme_options = {{"repository_url": "https://github.com/us/book", "repository_branch": "main"}}
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath"]
suppress_warnings = ["toc.not_included"]
"""
MACHINE = "paying_attention.figures.machines.unrolled:encoder_decoder"
TABLE = """\
<table class="book-table tex2jax_ignore mathjax_ignore">
<thead>
<tr><td></td><th scope="col">a</th></tr>
</thead>
<tbody>
<tr><th scope="row">one long name</th><td>1</td></tr>
</tbody>
</table>"""
MARKS = """\
> **Predict.** Which?

> **Result.** This.

> **Surprise.** No.

> **Note.** To be."""
EXERCISE = """\
<a id="ex-swap"></a>

### Exercise 1.1 ★★ Predict: a `swap`

*10 minutes.* Swap them."""
SOLUTION = """\
<details><summary>Solution to Exercise 1.1</summary>

The answer is $x = 1$:

- it is one;

| | score |
|---|---|
| `a.long.name` | 1 |

```python
answer = 1
```

</details>"""


def text(source: str) -> nbformat.NotebookNode:
    return new_markdown_cell(source)


def code(source: str, *outputs: nbformat.NotebookNode, **metadata: object) -> nbformat.NotebookNode:
    return new_code_cell(source, outputs=list(outputs), execution_count=1, metadata=metadata)


def printed(words: str) -> nbformat.NotebookNode:
    return new_output("stream", name="stdout", text=words)


def shown(**data: str) -> nbformat.NotebookNode:
    return new_output("display_data", data={"text/plain": "?", **data})


def png(width: int, height: int) -> nbformat.NotebookNode:
    stream = io.BytesIO()
    Image.new("RGB", (width, height), (width % 256, 0, 0)).save(stream, "png")
    return shown(**{"image/png": base64.b64encode(stream.getvalue()).decode()})


def alt(words: str) -> dict[str, object]:
    return {"image": {"alt": words}}


def sample_cells() -> list[nbformat.NotebookNode]:
    """A page with everything."""
    claims = printed("✓ one\n✓ two\n")
    return [
        text(f"# First\n\nSee [what comes](chapters/other.md), [below]({BASE}first.html#ex-swap)."),
        code("setup", tags=["setup"]),
        code("draw", png(60, 60), figure="fig-machine", drawing=MACHINE, mystnb=alt("A & B.")),
        text("*Figure 1.0.* A machine."),
        code("plot", png(20, 10), figure="fig-one", mystnb=alt("One.")),
        code("claim", claims, tags=["claims"]),
        text("*Figure 1.1.* A **bold** caption.\n\nMore text."),
        code("again", png(40, 30), figure="fig-two", tags=["hide-input"], mystnb=alt("Two.")),
        text("*Figure 1.2.* Another."),
        text(MARKS),
        code("table", shown(**{"text/html": TABLE}), tags=["hide-input"]),
        code("from paying_attention.exercises.guesses import warm_up as reply"),
        text("Which?"),
        code("guess = None  # one\nreply.shift(guess)", printed("No."), tags=["guess"]),
        text(f"A [heading]({BASE}chapters/other.html#a-heading).\n\n## Exercises"),
        text(EXERCISE),
        code("answer = None", tags=["stub"]),
        code("check(answer)", printed("Nothing here yet."), tags=["check"]),
        text(f"{SOLUTION}\n\nThe text goes on with `a_name_of.more_than.twenty_five` letters."),
        text("## Summary\n\n| word | what |\n|---|---|\n| a | 1 |\n| a | 2 |"),
    ]


def build(folder: Path, pages: dict[str, list[nbformat.NotebookNode]]) -> tuple[Path, str]:
    """Build a book of these notebooks and one more page; give its folder and what Sphinx says."""
    source, out = folder / "source", folder / "html"
    (source / "chapters").mkdir(parents=True)
    (source / "conf.py").write_text(SETTINGS, encoding="utf-8")
    other = f"# Other\n\n## A heading\n\nTo [the first]({BASE}first.html#fig-one)."
    (source / "chapters" / "other.md").write_text(other, encoding="utf-8")
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    for name, cells in pages.items():
        notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, source / f"{name}.ipynb")
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", str(source), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return out, done.stderr
