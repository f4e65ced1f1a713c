"""Every checker takes right answers in any form, and no wrong one; whatever it gets, it answers."""

import importlib
import inspect
import pkgutil
import time
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor

import paying_attention.exercises
from paying_attention.exercises import asking
from paying_attention.exercises.checking import Checker
from tests.exercises.cases import Case

FRAME = {"asking", "checking", "guesses", "reading", "stubs", "time_limit", "wording"}
CHAPTERS = sorted(
    {module.name for module in pkgutil.iter_modules(paying_attention.exercises.__path__)} - FRAME
)


def checkers(chapter: str) -> dict[str, Checker]:
    module = importlib.import_module(f"paying_attention.exercises.{chapter}")
    return {name: one for name, one in vars(module).items() if isinstance(one, Checker)}


def cases(chapter: str) -> list[Case]:
    return importlib.import_module(f"tests.exercises.test_{chapter}").CASES


CASES = [
    pytest.param(case, id=f"{case.checker.number}-{case.checker.slug}")
    for chapter in CHAPTERS
    for case in cases(chapter)
]
every_case = pytest.mark.parametrize("case", CASES)


@pytest.fixture
def little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SECONDS", 0.2)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_checker_has_its_case(chapter: str) -> None:
    assert [case.checker for case in cases(chapter)] == list(checkers(chapter).values())
    for case in cases(chapter):
        assert len(case.right) >= 2, f"{case.checker.slug}: one right answer written another way"
        assert len(case.wrong) >= 2, f"{case.checker.slug}: two wrong answers of students"


@every_case
def test_right_answers_pass(case: Case) -> None:
    for answers in case.right:
        verdict = case.checker.verdict(*answers)
        assert verdict.state == "right", str(verdict)


@every_case
def test_wrong_answers_fail_and_learn_why(case: Case) -> None:
    for answers, words in case.wrong:
        verdict = case.checker.verdict(*answers)
        assert verdict.state == "wrong", str(verdict)
        assert words in verdict.sentence, str(verdict)


@every_case
def test_an_empty_place_is_no_mistake(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    size = len(inspect.signature(case.checker.judge).parameters)
    case.checker(*[None] * size)
    said = capsys.readouterr().out
    assert said.startswith(f"○ Exercise {case.checker.number}: nothing here yet.")


def raises(*args, **options):
    raise KeyError("what")


def gives_nothing(*args, **options):
    print(args)


def gives_text(*args, **options):
    return "some text"


def gives_nan(*args, **options):
    return torch.full((2, 3), float("nan"))


def gives_an_odd_shape(*args, **options):
    return torch.zeros(1, 7, 1, 3)


def never_returns(*args, **options):
    while True:
        time.sleep(0.01)


def takes_nothing():
    return 1.0


BAD_FUNCTIONS = (
    raises,
    gives_nothing,
    gives_text,
    gives_nan,
    gives_an_odd_shape,
    never_returns,
    takes_nothing,
    torch.ones(2),
    "some text",
)
BAD_VALUES = ("some text", float("nan"), [], object(), torch.zeros(1, 7, 1, 3), gives_text, [[], 1])


def spoilt(answers: tuple) -> Iterator[tuple]:
    """The answers, each in turn replaced by everything that is none."""
    for place, answer in enumerate(answers):
        for bad in BAD_FUNCTIONS if callable(answer) else BAD_VALUES:
            yield (*answers[:place], bad, *answers[place + 1 :])


@every_case
def test_what_is_no_answer_gets_a_sentence(case: Case, little_time: None) -> None:
    for answers in spoilt(case.right[0]):
        verdict = case.checker.verdict(*answers)
        assert verdict.state == "wrong", f"{answers}: {verdict}"
        assert "\n" not in str(verdict)
        assert len(verdict.sentence.split()) >= 4


def tensors_in(values: object) -> Iterator[Tensor]:
    if isinstance(values, Tensor):
        yield values
    elif isinstance(values, dict):
        yield from tensors_in(list(values.values()))
    elif isinstance(values, list | tuple):
        for value in values:
            yield from tensors_in(value)


def writing_into_its_inputs(function: Callable, seen: list[Tensor]) -> Callable:
    """The same function, but it leaves other numbers behind in what it is given."""

    def careless(*args, **options):
        result = function(*args, **options)
        for value in tensors_in([args, options]):
            if not value.requires_grad and value.numel():
                seen.append(value)
                value.copy_(~value if value.dtype == torch.bool else value + 1)
        return result

    return careless


@every_case
def test_a_function_that_changes_its_inputs_is_told_so(case: Case) -> None:
    for place, answer in enumerate(case.right[0]):
        if not inspect.isfunction(answer):
            continue
        seen: list[Tensor] = []
        answers = list(case.right[0])
        answers[place] = writing_into_its_inputs(answer, seen)
        verdict = case.checker.verdict(*answers)
        assert not seen or verdict.state == "wrong", str(verdict)


@every_case
def test_a_verdict_depends_on_the_answer_alone(case: Case) -> None:
    torch.manual_seed(1)
    first = case.checker.verdict(*case.right[0])
    torch.manual_seed(2)
    assert case.checker.verdict(*case.right[0]) == first
