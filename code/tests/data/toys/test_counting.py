import pytest

from paying_attention.data.toys.counting import counted_texts, counting
from paying_attention.data.vocabulary import BOS_ID


def test_numbers_follow_each_other_and_the_last_may_break_off():
    assert " ".join(counting(19, 8)) == "nineteen ; twenty ; twenty - one ;"
    assert counting(99, 2) == ["ninety", "-"]


def test_rows_begin_with_bos_and_decode_to_their_texts():
    rows, vocabulary = counted_texts(range(21, 24), 7)
    assert rows.shape == (3, 8)
    assert rows[:, 0].tolist() == [BOS_ID] * 3
    assert [vocabulary.decode(row[1:].tolist()) for row in rows] == [
        counting(start, 7) for start in range(21, 24)
    ]


def test_a_start_out_of_range_is_refused():
    with pytest.raises(ValueError, match="number"):
        counting(-1, 3)
