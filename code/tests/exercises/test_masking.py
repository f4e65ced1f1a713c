import torch
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from paying_attention.attention import masks
from paying_attention.attention.scaled_dot_product import scaled_dot_product_attention
from paying_attention.attention.softmax import masked_softmax
from paying_attention.data.toys.counting import counted_texts
from paying_attention.exercises import masking as check
from tests.exercises.cases import Case

# --- 5.1 ------------------------------------------------------------------------------------------

DRAWN = {
    "a": "1000 1100 1110 1110",
    "b": "1100 1110 0111 0011",
    "c": "1110 1110 1110 1111",
    "d": "1000 1100 0010 0011",
    "e": "1100 1110",
    "f": "0000 1000 1100 1110",
    "blind": "f",
}

# --- 5.2 ------------------------------------------------------------------------------------------

REACH = {"back": 6, "layers": 500}


def influence(mask, layers):
    reached = mask[-1:].float()
    for _ in range(layers - 1):
        reached = (reached @ mask.float() > 0).float()
    return reached[0] > 0


def by_powers(mask, layers):
    """Right on few layers; on many the counts of ways are infinite, and infinity times 0 is NaN."""
    return torch.linalg.matrix_power(mask.float(), layers)[-1] > 0


def felt(mask, layers):
    """By a gradient through the stack."""
    hidden = leaf = torch.randn(len(mask), 3, requires_grad=True)
    for _ in range(layers):
        hidden = scaled_dot_product_attention(hidden, hidden, hidden, mask).output
    hidden[-1].sum().backward()
    return leaf.grad.abs().sum(-1) > 0


# --- 5.3 ------------------------------------------------------------------------------------------

BREAKING = torch.tensor([[1.0, 0, 0, 0], [400, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]])
OTHERS = [[1, 1, 0, 0], [0, 2, 0, 0], [0, 0, 3, 0], [300, 300, 0, 1]]


def mended(x):
    return masked_softmax(x @ x.T / 2, masks.causal_mask(len(x))) @ x


def filled(x):
    """Row by row, and the largest score taken off first."""
    rows = []
    for n in range(1, len(x) + 1):
        scores = x[:n] @ x[n - 1] / 2
        grown = (scores - scores.max()).exp()
        rows.append(grown / grown.sum() @ x[:n])
    return torch.stack(rows)


def late_weights(x):
    return torch.softmax(x @ x.T / 2, dim=-1) * masks.causal_mask(len(x))


def late(x):
    return late_weights(x) @ x


def divided(x):
    return late_weights(x) / late_weights(x).sum(-1, keepdim=True) @ x


def divided_by_more(x):
    return late_weights(x) / (late_weights(x).sum(-1, keepdim=True) + 1e-9) @ x


def exponentials(x):
    """Masked before, but no score is taken off: an exponential is infinite."""
    terms = (x @ x.T / 2).exp() * masks.causal_mask(len(x))
    return terms / terms.sum(-1, keepdim=True) @ x


def pushed_down(x):
    """As code of BERT's time did it."""
    return torch.softmax(x @ x.T / 2 - 1e4 * ~masks.causal_mask(len(x)), dim=-1) @ x


# --- 5.4 ------------------------------------------------------------------------------------------

WORDS = torch.tensor([[1.0, 0, 1, 0], [0, 2, 0, 0], [0, 1, 1, 2], [2, 0, 0, 1]])


def knows_the_texts(mask, *, sharpness=0.5):
    """A counter that is perfect under one mask, and blunt or too sharp under the others."""
    rows, vocabulary = counted_texts(check.STARTS, check.LENGTH)

    def counter(tokens, *, mask: torch.Tensor):
        seen_so_far = (tokens[:, None, :] == tokens[None, :, :]).cumprod(-1)
        follows = F.one_hot(rows[:, 1:], len(vocabulary))
        shares = torch.einsum("abn,bnv->anv", seen_so_far, follows).float()
        logits = (shares / shares.sum(-1, keepdim=True) + 1e-9).log()
        return logits if mask.equal(best_under) else sharpness * logits

    best_under = mask
    return counter


STRICT, CAUSAL = masks.causal_mask(24, offset=-1), masks.causal_mask(24)
COUNTER = knows_the_texts(STRICT)


def losses_of(counter):
    rows, _ = counted_texts(check.STARTS, check.LENGTH)
    each = {
        name: F.cross_entropy(counter(rows[:, :-1], mask=mask).mT, rows[:, 1:], reduction="none")
        for name, mask in (("strict", STRICT), ("causal", CAUSAL))
    }
    losses = {name: loss.mean().item() for name, loss in each.items()}
    return losses | {"third": each["strict"][:, 2].mean().item()}


LOSSES = losses_of(COUNTER)
OTHER = knows_the_texts(STRICT, sharpness=0.3)
PLAIN = knows_the_texts(CAUSAL)  # trained with the plain causal mask
SWAPPED = {**LOSSES, "strict": losses_of(PLAIN)["causal"], "causal": losses_of(PLAIN)["strict"]}


def blunt(tokens, *, mask):
    return 0.1 * COUNTER(tokens, mask=mask) * (1 if mask.equal(STRICT) else 0.9)


def leaky(tokens, *, mask):
    """Look the next token up, as no model can that sees the past alone."""
    rows, vocabulary = counted_texts(check.STARTS, check.LENGTH)
    return 9.0 * F.one_hot(rows[:, 1:], len(vocabulary))


def one_pass(x, mask=None):
    return scaled_dot_product_attention(x, x, x, mask).output


def compares_beginnings(attend):
    beginnings = torch.stack([one_pass(WORDS[:n])[-1] for n in range(1, 5)])
    return torch.allclose(attend(WORDS), beginnings, atol=1e-6)


def pokes(attend):
    """Change one word after the other: those from it on notice, and nobody else."""
    for place in range(4):
        changed = WORDS.clone()
        changed[place] += 0.5
        noticed = (attend(changed) != attend(WORDS)).any(-1)
        if noticed.tolist() != [row >= place for row in range(4)]:
            return False
    return True


def poisons(attend):
    """The test of the chapter, which lets the colleague's mask pass."""
    changed = WORDS.clone()
    changed[2:] = 1e4
    return torch.equal(attend(WORDS)[:2], attend(changed)[:2])


def sees_something(attend):
    return poisons(attend) and bool(attend(WORDS).any(-1).all())


def notices_its_last(attend):
    """The last word's output changes with it, but only because it asks another question."""
    changed = WORDS.clone()
    changed[3] += 1
    return poisons(attend) and not torch.equal(attend(WORDS)[3], attend(changed)[3])


def notices_its_second(attend):
    changed = WORDS.clone()
    changed[1] += 1
    return poisons(attend) and not torch.equal(attend(WORDS)[1], attend(changed)[1])


def sees_itself_and_all_at_last(attend):
    """The past is watched in front of one cut alone."""
    felt = torch.autograd.functional.jacobian(attend, WORDS).abs().sum((1, 3)) > 0
    return poisons(attend) and bool(felt.diagonal().all() and felt[3].all())


def looks_at_the_weights(attend):
    """Which words are seen, read off an output of numbered words; how much of each is not asked."""
    numbered = torch.eye(4)
    return torch.equal(attend(numbered) > 0, masks.causal_mask(4))


# --- 5.5 ------------------------------------------------------------------------------------------

MEANING = {"short": 7, "quiet": "zeros"}


def in_a_batch(module, sentences, hidden=None, **options):
    lengths = torch.tensor([len(sentence) for sentence in sentences])
    batch = pad_sequence(sentences, batch_first=True, padding_value=7.0)
    real = masks.padding_mask(lengths, int(lengths.max()))
    mask = None if hidden is None else hidden(real)
    return module(batch, batch, batch, key_padding_mask=mask, **options)[0]


def one_after_the_other(module, sentences):
    rows = [module(s[None], s[None], s[None], need_weights=False)[0][0] for s in sentences]
    return pad_sequence(rows, batch_first=True)


def in_a_list(module, sentences):
    return [module(s[None], s[None], s[None])[0][0] for s in sentences]


# --- 5.6 ------------------------------------------------------------------------------------------


def dilated_window_mask(query_len, key_len, *, left, dilation, offset=0):
    distance = torch.arange(query_len)[:, None] + offset - torch.arange(key_len)
    return (distance >= 0) & (distance <= left * dilation) & (distance % dilation == 0)


def joined(query_len, key_len, *, left, dilation, offset=0):
    """One diagonal after the other."""
    places = torch.arange(query_len)[:, None] + offset
    wanted = places - dilation * torch.arange(left + 1)
    return (wanted[..., None] == torch.arange(key_len)).any(1)


def both_sides(query_len, key_len, *, left, dilation, offset=0):
    distance = torch.arange(query_len)[:, None] + offset - torch.arange(key_len)
    return (distance <= left * dilation) & (distance % dilation == 0)


def without_offset(query_len, key_len, *, left, dilation, offset=0):
    return dilated_window_mask(query_len, key_len, left=left, dilation=dilation)


def left_as_distance(query_len, key_len, *, left, dilation, offset=0):
    distance = torch.arange(query_len)[:, None] + offset - torch.arange(key_len)
    return (distance >= 0) & (distance <= left) & (distance % dilation == 0)


def holes_at_fixed_keys(query_len, key_len, *, left, dilation, offset=0):
    distance = torch.arange(query_len)[:, None] + offset - torch.arange(key_len)
    kept = (torch.arange(key_len) % dilation == 0) | (distance == 0)
    return (distance >= 0) & (distance <= left * dilation) & kept


def a_hole_more(query_len, key_len, *, left, dilation, offset=0):
    sizes = {"left": left, "dilation": dilation + 1, "offset": offset}
    return dilated_window_mask(query_len, key_len, **sizes)


def itself_counted(query_len, key_len, *, left, dilation, offset=0):
    sizes = {"left": max(left - 1, 0), "dilation": dilation, "offset": offset}
    return dilated_window_mask(query_len, key_len, **sizes)


# --- 5.7 ------------------------------------------------------------------------------------------

TWO_MASKS = {"one": "documents", "sign": "|", "other": "causal"}
SIX = {
    "causal": torch.arange(6),
    "no mask": torch.zeros(6),
    "prefix of 3": torch.tensor([0, 0, 0, 1, 2, 3]),
}
OTHER_SIX = {
    "causal": [1, 3, 4, 5, 6, 9],
    "no mask": [4] * 6,
    "prefix of 3": [2, 2, 2, 3, 5, 6],
}


def block_causal_mask(blocks):
    return blocks[..., None, :] <= blocks[..., :, None]


def documents_or_past(blocks):
    return masks.document_mask(blocks) | masks.causal_mask(len(blocks))


CASES = [
    Case(
        check.draw,
        right=[
            (DRAWN,),
            ({**DRAWN, "b": "1100\n1110\n0111\n0011", "blind": ["F"]},),
            ({**DRAWN, "a": ["1000", "1100", "1110", "1110"], "blind": "(f)"},),
        ],
        wrong=[
            (({**DRAWN, "a": "1000 1100 1110 0000"},), "says nothing of what it may ask"),
            (({**DRAWN, "b": "1100 1110 0111"},), "a row for each of 4 queries"),
            (({**DRAWN, "b": "1000 1100 0110 0011"},), "(b) is not right in row 1"),
            (({**DRAWN, "c": "1111 1111 1111 0001"},), "(c) is turned"),
            (({**DRAWN, "d": "0111 0011 1101 1100"},), "(d) is inverted"),
            (({**DRAWN, "e": "1110 1111"},), "(e) is not right in row 1"),
            (({**DRAWN, "f": "1000 1100 1110 1111"},), "offset is below 0"),
            (({**DRAWN, "f": "1000 2100 1110 1111"},), "signs other than 1 and 0"),
            (({**DRAWN, "a": 1000},), "no string"),
            (({**DRAWN, "blind": "af"},), "a row without a 1"),
            (({**DRAWN, "blind": 6},), "a string of letters"),
        ],
    ),
    Case(
        check.reach,
        right=[(REACH, influence), (REACH, felt)],
        wrong=[
            (({**REACH, "back": 7}, influence), "answer['back']"),
            (({**REACH, "layers": 334}, influence), "answer['layers']"),
            (({**REACH, "layers": 499}, influence), "answer['layers']"),
            ((REACH, by_powers), "too large for a float"),
            ((REACH, lambda mask, layers: influence(mask.T, layers)), "the wrong way"),
            ((REACH, lambda mask, layers: influence(mask, layers + 1)), "one layer more or less"),
            ((REACH, lambda mask, layers: mask[-1]), "one layer more or less"),
            ((REACH, lambda mask, layers: mask.any(0)), "on whom"),
        ],
    ),
    Case(
        check.after,
        right=[(BREAKING, mended), (OTHERS, filled)],
        wrong=[
            ((WORDS, mended), "`repaired` is right"),
            ((BREAKING * 1e30, mended), "take smaller ones"),
            ((BREAKING, late), "add up the rows of its weights"),
            ((BREAKING, divided), "gives NaN"),
            ((BREAKING, exponentials), "gives NaN"),
            ((BREAKING, divided_by_more), "larger by thousands `mended` is not the causal"),
            ((BREAKING, pushed_down), "larger by thousands `mended` is not the causal"),
            ((BREAKING, one_pass), "sees the future"),
            (
                (BREAKING, lambda x: one_pass(x, masks.causal_mask(len(x), offset=-1))),
                "is not the causal attention",
            ),
        ],
    ),
    Case(
        check.diagonal,
        right=[
            (compares_beginnings, COUNTER, LOSSES, "residual"),
            (pokes, OTHER, {k: round(v, 3) for k, v in losses_of(OTHER).items()}, "Residual"),
        ],
        wrong=[
            ((poisons, COUNTER, LOSSES, "residual"), "in which no word sees itself."),
            ((sees_something, COUNTER, LOSSES, "residual"), "no word sees itself but the first"),
            ((notices_its_last, COUNTER, LOSSES, "residual"), "in which no word sees itself."),
            ((notices_its_second, COUNTER, LOSSES, "residual"), "a prefix of two"),
            ((sees_itself_and_all_at_last, COUNTER, LOSSES, "residual"), "a prefix of two"),
            ((looks_at_the_weights, COUNTER, LOSSES, "residual"), "the mask comes after"),
            ((lambda attend: False, COUNTER, LOSSES, "residual"), "calls the causal attention"),
            ((lambda attend: attend(WORDS), COUNTER, LOSSES, "residual"), "True or False"),
            # trained with the plain causal mask, whatever is said of its losses
            ((pokes, PLAIN, losses_of(PLAIN), "residual"), "was not trained with"),
            ((pokes, PLAIN, SWAPPED, "residual"), "was not trained with"),
            ((pokes, leaky, losses_of(leaky), "residual"), "below the floor"),
            ((pokes, blunt, losses_of(blunt), "residual"), "too far above the floor"),
            ((pokes, COUNTER, SWAPPED | {"causal": 0.1}, "residual"), "losses['causal']"),
            ((pokes, COUNTER, LOSSES | {"strict": 0.25}, "residual"), "losses['strict']"),
            ((pokes, COUNTER, LOSSES | {"third": 2.26}, "residual"), "for the third token"),
            ((pokes, COUNTER, LOSSES, "none"), "without being looked at"),
            ((pokes, COUNTER, LOSSES, "positions"), "without being looked at"),
        ],
    ),
    Case(
        check.meaning,
        right=[
            (MEANING, lambda module, sentences: in_a_batch(module, sentences, torch.logical_not)),
            ({"short": 7.0, "quiet": "Zeros"}, one_after_the_other),
            (MEANING, in_a_list),
        ],
        wrong=[
            ((MEANING, lambda module, s: in_a_batch(module, s, torch.clone)), "there still is NaN"),
            (
                (MEANING, lambda module, s: in_a_batch(module, s, torch.clone, need_weights=False)),
                "sees nothing all the same",
            ),
            (
                (MEANING, lambda module, s: in_a_batch(module, s, torch.clone).nan_to_num()),
                "sees nothing all the same",
            ),
            ((MEANING, lambda module, s: in_a_batch(module, s)), "as it does alone"),
            (
                (MEANING, lambda module, s: in_a_batch(module, s, torch.logical_not)[1:]),
                "has the shape",
            ),
            (({**MEANING, "short": 0}, one_after_the_other), "answer['short']"),
            (({**MEANING, "quiet": "right"}, one_after_the_other), "answer['quiet']"),
        ],
    ),
    Case(
        check.dilated,
        right=[(dilated_window_mask, 8), (joined, 8)],
        wrong=[
            ((both_sides, 8), "behind its own place"),
            ((without_offset, 8), "not the last rows of the square mask"),
            ((left_as_distance, 8), "not the distance"),
            ((itself_counted, 8), "not the sliding window"),
            ((a_hole_more, 8), "not the sliding window"),
            ((holes_at_fixed_keys, 8), "query 1 does not see the keys i"),
            ((lambda *sizes, **more: dilated_window_mask(*sizes, **more).float(), 8), "boolean"),
            ((dilated_window_mask, 6), "`back` is not"),
            ((dilated_window_mask, 9), "`back` is not"),
        ],
    ),
    Case(
        check.blocks,
        right=[
            (block_causal_mask, TWO_MASKS, SIX),
            (documents_or_past, {"one": "causal", "sign": "|", "other": "documents"}, OTHER_SIX),
        ],
        wrong=[
            ((lambda b: b[None, :] < b[:, None], TWO_MASKS, SIX), "from itself"),
            ((masks.document_mask, TWO_MASKS, SIX), "hides an earlier block"),
            ((lambda b: masks.causal_mask(len(b)), TWO_MASKS, SIX), "from itself"),
            ((lambda b: b[:, None] <= b[None, :], TWO_MASKS, SIX), "is turned"),
            ((lambda b: F.pad(b[:, None], (0, len(b) - 1)) < 99, TWO_MASKS, SIX), "later block"),
            ((lambda b: block_causal_mask(b).int(), TWO_MASKS, SIX), "boolean"),
            ((block_causal_mask, {**TWO_MASKS, "sign": "&"}, SIX), "is one enough"),
            ((block_causal_mask, {**TWO_MASKS, "other": "prefix"}, SIX), "`combination` is not"),
            ((block_causal_mask, TWO_MASKS, {**SIX, "no mask": range(6)}), "another mask"),
            ((block_causal_mask, TWO_MASKS, {**SIX, "causal": [5, 4, 3, 2, 1, 0]}), "fall"),
        ],
    ),
]
