import pytest

from paying_attention.experiments.tasks.repeated import repeats, share_right


@pytest.mark.parametrize(
    ("results", "share"),
    [
        ({"test": [3, 4]}, 0.75),
        ({"test": [9, 8, 1, 10], "correct": {"1": [0, 1]}}, 0.1),
        ({"correct": {"1": [1, 2], "2": [0, 6]}}, 0.125),
        ({"correct": {"1/0": [[1, 2]], "2/0": [[0, 2], [2, 4]]}}, 0.375),
    ],
)
def test_a_share_is_counted_over_all_tests(results, share):
    assert share_right(results) == share


def test_results_without_right_answers_are_refused():
    with pytest.raises(ValueError, match=r"results: expected one of .* got \['noise'\]"):
        share_right({"noise": 1})


def test_a_row_says_how_much_the_seeds_differ():
    for row in repeats():
        assert row.stored in row.arm
        assert len(row.arm) >= 3
        assert 0 <= row.again <= 1
