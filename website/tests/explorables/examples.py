"""An explorable or two of each kind: short ones, and the longest that a chapter may show."""

import pytest

from paying_attention.explorables.alignment.figure import alignment_by_word
from paying_attention.explorables.bilinear.figure import matrix_to_turn
from paying_attention.explorables.by_hand.figure import attention_by_hand
from paying_attention.explorables.heads.figure import heads_to_switch
from paying_attention.explorables.masks.figure import masks_to_click
from paying_attention.explorables.mechanism.figure import attention_by_steps
from paying_attention.explorables.sampling.figure import picks_to_draw
from paying_attention.explorables.softmax.figure import softmax_temperature

SOFTMAX, BY_HAND = softmax_temperature(), attention_by_hand()

LOVE = alignment_by_word(
    [[0.94, 0.03, 0.03], [0.05, 0.07, 0.88], [0.03, 0.95, 0.02]],
    ("I", "love", "you"),
    ("je", "t'", "aime"),
    {(0, 0), (1, 2), (2, 1)},
    row=1,
)
LONG_LOVE = alignment_by_word(
    [[0.3 if i == j else 0.05 for j in range(14)] for i in range(14)],
    ["internationalisi"] * 14,
    ["Donaudampfschiff"] * 14,
    [(i, i) for i in range(14)],
)
WORDS = ["großartx"] * 2 + ["eightltr"]  # with a position behind them, and a tie
WIDE_LOVE = alignment_by_word([[0.4, 0.2, 0.4]] * 3, WORDS, WORDS, [(0, 0), (1, 0), (1, 1), (1, 2)])

CAT = masks_to_click(
    [[2, 1, 0, 1], [0, 1, 0, 0.5], [1, 1.5, 3, 0], [0, 2, -1, 1]], ("the", "cat", "sat", "down")
)
MANY_MASKS = masks_to_click([[1000, -1000, 0, 0, 2, -0.5]] * 6, ["Donaudampf"] * 6)

TWO_HEADS = heads_to_switch(
    [[[0.5, 0.25, 0.25], [0.1, 0.0, 0.9]], [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]],
    ("ich", "sehe", "dich"),
    ("see", "you"),
    gold=[[1], [2]],
)
MANY_HEADS = heads_to_switch(
    [
        [[0.3 if (i + h) % 14 == j else 0.05 for j in range(14)] for i in range(14)]
        for h in range(8)
    ],
    ["Donaudampfschiff"] * 14,
    ["internationalisi"] * 14,
    gold=[[i] for i in range(14)],
)

LABELS = ("river", "bank", "the")
RIVER = attention_by_steps((1, 1), ((1.5, 0.5), (-1, 1), (0, -1.5)), (3, 5, 9), LABELS)
# keys as far as the plane reaches, values on both sides of 0, a start with something hidden
FAR = attention_by_steps(
    (-0.05, 0.05),
    ((4, -0.3), (-1, 1), (0.35, -4)),
    (-3, 5.5, 9),
    ("<b>", "l'eau", "&"),
    seen=(True, False, True),
    scaled=False,
    width=128,
)
FLAT = attention_by_steps((0, 0), ((4, 4), (4, 4), (-4, 4)), (0, 0, 0), ("a", "b", "c"))
LONG_STEPS = attention_by_steps(
    (-4, 4),
    ((-4, 3.5), (4, -4), (0.1, 0)),
    (-100, 99.5, -3),
    ("internationalisi", "Wahrscheinlichke", "Donaudampfschiff"),
    seen=(False, False, True),
    scaled=False,
    width=512,
)

MATRIX = matrix_to_turn()
LONG_WORDS = ("internationalisi", "Wahrscheinlichke", "Donaudampfschiff")
# a plane of another size, ties, a state of zeros
FAR_MATRIX = matrix_to_turn(
    ((2, -2), (2, -2), (-1.85, 2)), (0, 0), ((-0.05, 0.3), (1, -1)), LONG_WORDS
)
SKEW_MATRIX = matrix_to_turn(
    ((2, 1), (0.1, 0), (-1, 0.5)), (-1.5, 0.25), ((0.5, 1), (0, -0.4)), ("<b>", "l'eau", "&")
)

DRAWS = picks_to_draw()
NO_DRAWS = picks_to_draw((0.0, 1.0, 0.0), (3, 3, 3), ("<b>", "l'eau", "&"), draws=0)
MANY_DRAWS = picks_to_draw((0.05, 0.9, 0.05), (-100, 0, 99.5), LONG_WORDS, draws=910, seed=77)

ONE_OF_EACH = {
    "softmax": SOFTMAX,
    "by hand": BY_HAND,
    "alignment": LOVE,
    "masks": CAT,
    "heads": TWO_HEADS,
    "mechanism": FAR,
    "bilinear": MATRIX,
    "sampling": DRAWS,
}
ALL = ONE_OF_EACH | {
    "wide alignment": WIDE_LOVE,
    "long alignment": LONG_LOVE,
    "many masks": MANY_MASKS,
    "many heads": MANY_HEADS,
    "short mechanism": RIVER,
    "flat mechanism": FLAT,
    "long mechanism": LONG_STEPS,
    "far bilinear": FAR_MATRIX,
    "skew bilinear": SKEW_MATRIX,
    "no draws": NO_DRAWS,
    "many draws": MANY_DRAWS,
}
EACH_KIND = pytest.mark.parametrize("explorable", ONE_OF_EACH.values(), ids=ONE_OF_EACH)
EACH = pytest.mark.parametrize("explorable", ALL.values(), ids=ALL)
