"""What every chapter begins with."""

import sys

import matplotlib
import torch
from matplotlib import pyplot

from paying_attention.figures.style import use_book_style


def set_up() -> None:
    """Make a notebook draw and compute as the book does.

    Figures have the book's style, and in a notebook twice the pixels, so that they are sharp on
    every screen. torch computes on one thread, because two get into each other's way on a small or
    busy machine, and its random numbers start at seed 0.

    Example:
        >>> import matplotlib
        >>> with matplotlib.rc_context():
        ...     set_up()
        >>> torch.initial_seed(), torch.get_num_threads()
        (0, 1)
    """
    use_book_style()
    _double_the_pixels()
    torch.set_num_threads(1)
    torch.manual_seed(0)


def _double_the_pixels() -> None:
    """Ask the notebook for figures of twice the pixels, which it shows at their size in inches.

    Only a notebook has IPython; the package itself does not need it, and does not import it.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        # Before 3.9 matplotlib loads a notebook's backend with its first figure, which is lost.
        pyplot.switch_backend(matplotlib.get_backend())
        shell.run_line_magic("config", "InlineBackend.figure_format = 'retina'")
