import dataclasses
import itertools

import pytest

from paying_attention.models.recurrent.config import ATTENTIONS, LOOKING, Seq2SeqConfig
from tests.toy import toy_config

SIZES = ["source_vocab_size", "target_vocab_size", "d_embedding", "d_encoder", "d_decoder"]
NO_ATTENTION = ["none", "constant"]
NOT_ONE_SCORE = ["local-m", "local-p", "multi-head"]  # for each position


def test_the_memories_are_two_fixed_vectors_and_eight_attentions():
    eight = ["additive", "dot", "general", "concat", "location", "local-m", "local-p", "multi-head"]
    assert list(LOOKING) == eight
    assert list(ATTENTIONS) == NO_ATTENTION + eight


@pytest.mark.parametrize("name", [*SIZES, "max_source_len", "num_heads"])
@pytest.mark.parametrize("size", [0, -4])
def test_a_size_below_one_is_named(name, size):
    with pytest.raises(ValueError, match=f"^{name}: expected 1 or more, got {size}$"):
        dataclasses.replace(toy_config(), **{name: size})
    smallest = dataclasses.replace(toy_config(bidirectional=False), **{name: 1})
    assert getattr(smallest, name) == 1


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize("name", [*SIZES, "max_source_len", "num_heads", "window"])
def test_a_size_that_is_no_integer_is_named(name):
    for size in (True, 2.0, "2", None):
        with pytest.raises(TypeError, match=f"^{name}: expected an integer, got "):
            dataclasses.replace(toy_config(bidirectional=False), **{name: size})


def test_an_odd_width_cannot_be_shared_by_two_directions():
    with pytest.raises(ValueError, match=r"d_encoder: expected an even width .* got 7"):
        dataclasses.replace(toy_config(), d_encoder=7)
    one_way = Seq2SeqConfig(13, 11, d_encoder=7, bidirectional=False)
    assert one_way.d_direction == 7
    assert toy_config().d_direction == 3


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize("attention", ["start", "", "Dot", "local", "local_m", "hard", None, ()])
def test_an_unknown_attention_is_named(attention):
    with pytest.raises(
        ValueError, match=r"^attention: expected one of .*'additive'.*, got "
    ) as error:
        dataclasses.replace(toy_config(), attention=attention)
    assert str(error.value).endswith(f"got {attention!r}")


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("decoder", "'bahdanau', 'luong'"),
        ("start", "'summary', 'zeros'"),
        ("values", "'annotations', 'words'"),
    ],
)
@pytest.mark.parametrize("wrong", ["none", "", "Bahdanau", "zero", "word", True, None])
def test_an_unknown_choice_is_named(name, choices, wrong):
    with pytest.raises(ValueError, match=rf"^{name}: expected one of \({choices}\), got ") as error:
        dataclasses.replace(toy_config(), **{name: wrong})
    assert str(error.value).endswith(f"got {wrong!r}")


@pytest.mark.parametrize("dropout", [-0.1, 1.0, 1.5, float("nan")])
def test_a_dropout_out_of_range_is_named(dropout):
    with pytest.raises(ValueError, match=f"dropout: expected 0 or more and below 1, got {dropout}"):
        dataclasses.replace(toy_config(), dropout=dropout)


def test_a_config_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        toy_config().d_encoder = 8


def test_what_a_config_says_if_nobody_chooses():
    """Chapter 01's decoder: the summary starts it, and is asked before each step."""
    config = Seq2SeqConfig(13, 11)
    assert (config.attention, config.decoder, config.start) == ("constant", "bahdanau", "summary")
    assert (config.values, config.input_feeding, config.hard) == ("annotations", False, False)
    assert config.num_heads == 1


@pytest.mark.parametrize("attention", NO_ATTENTION)
@pytest.mark.parametrize(
    "choice", [{"decoder": "luong"}, {"values": "words"}, {"hard": True}, {"start": "zeros"}]
)
def test_a_choice_about_attention_needs_one(attention, choice):
    ((name, value),) = choice.items()
    with pytest.raises(ValueError, match=f"^{name}: expected an attention of ") as error:
        toy_config(attention, **choice)
    assert str(error.value).endswith(f"{LOOKING} with {value!r}, got {attention!r}")


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_input_feeding_needs_a_decoder_that_asks_after_the_step(attention):
    match = "^input_feeding: expected decoder 'luong' with it, got 'bahdanau'$"
    with pytest.raises(ValueError, match=match):
        toy_config(attention, input_feeding=True)


@pytest.mark.parametrize(("decoder", "input_feeding"), [("bahdanau", False), ("luong", True)])
def test_a_draw_may_decide_about_its_own_word_only(decoder, input_feeding):
    match = "^hard: expected decoder 'luong' and no input feeding with it, got "
    with pytest.raises(ValueError, match=match) as error:
        toy_config("general", hard=True, decoder=decoder, input_feeding=input_feeding)
    assert str(error.value).endswith(f"got {decoder!r} and {input_feeding}")


def fits(attention, decoder, input_feeding, hard, **choices):
    """What the docstring allows, said the other way round."""
    if attention in NO_ATTENTION:
        usual = {"start": "summary", "values": "annotations"}
        return (decoder, input_feeding, hard) == ("bahdanau", False, False) and choices == usual
    allowed = [("bahdanau", False, False)]
    allowed += [("luong", False, False), ("luong", True, False), ("luong", False, True)]
    if hard and attention in NOT_ONE_SCORE:
        return False
    return (decoder, input_feeding, hard) in allowed


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_all_choices_together_are_taken_or_refused(attention):
    choices = {
        "decoder": ["bahdanau", "luong"],
        "input_feeding": [False, True],
        "start": ["summary", "zeros"],
        "values": ["annotations", "words"],
        "hard": [False, True],
    }
    taken = 0
    for combination in itertools.product(*choices.values()):
        chosen = dict(zip(choices, combination, strict=True))
        if fits(attention, **chosen):
            config = toy_config(attention, **chosen)
            assert {name: getattr(config, name) for name in chosen} == chosen
            taken += 1
        else:
            named = "|".join(name for name, value in chosen.items() if value != choices[name][0])
            with pytest.raises(ValueError, match=rf"^({named}): expected .*, got "):
                toy_config(attention, **chosen)
    expected = 1 if attention in NO_ATTENTION else 12 if attention in NOT_ONE_SCORE else 16
    assert taken == expected


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_the_width_of_the_context(attention):
    """An embedding has 5 numbers, an annotation 6."""
    assert toy_config(attention).d_context == (0 if attention == "none" else 6)
    if attention in LOOKING:
        assert toy_config(attention, values="words").d_context == 5


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"attention": "local-m", "window": -1}, "window: expected 0 or more, got -1"),
        ({"attention": "local-p", "window": 0}, "window: expected 1 or more, got 0"),
        ({"attention": "general", "window": -3}, "window: expected 0 or more, got -3"),
        (
            {"attention": "dot", "d_encoder": 6, "d_decoder": 8},
            "d_encoder: expected d_decoder = 8 with attention 'dot', got 6",
        ),
        (
            {"attention": "multi-head", "d_encoder": 8, "d_decoder": 6},
            "d_encoder: expected d_decoder = 6 with attention 'multi-head', got 8",
        ),
        (
            {"attention": "multi-head", "d_encoder": 6, "d_decoder": 6, "num_heads": 4},
            "num_heads: expected a divisor of d_decoder = 6, got 4",
        ),
        (
            {"attention": "local-p", "decoder": "luong", "hard": True},
            "hard: expected an attention that scores every position with it, got 'local-p'",
        ),
        (
            {"attention": "multi-head", "decoder": "luong", "hard": True},
            "hard: expected an attention that scores every position with it, got 'multi-head'",
        ),
    ],
)
def test_what_a_memory_cannot_do_is_named(choices, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        Seq2SeqConfig(9, 7, **choices)
