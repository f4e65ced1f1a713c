"""chapters/exercises.md lists every exercise as its chapter has it, with its number of before."""

import re

import yaml
from website.exercises import Exercise, exercises

from tests.structure.repository import CHAPTER_NAMES, ROOT, read_chapter

LIST = (ROOT / "chapters" / "exercises.md").read_text(encoding="utf-8")
BASE = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]["html_baseurl"]


def row(chapter: str, exercise: Exercise) -> str:
    """The beginning of an exercise's line; what follows is its number of before."""
    number, stars, title, minutes = map(exercise.part, ("number", "stars", "title", "minutes"))
    address = f"{BASE}chapters/{chapter}.html#{exercise.slug}"
    return f"| [{number}]({address}) | {stars} | {title} | {minutes} | "


def test_every_exercise_stands_in_the_list() -> None:
    expected = [row(name, one) for name in CHAPTER_NAMES for one in exercises(read_chapter(name))]
    assert [line for line in expected if line not in LIST] == []
    assert len(re.findall(r"(?m)^\| \[\d", LIST)) == len(expected)


def test_the_numbers_of_before_run_through_the_book() -> None:
    before = [int(number) for number in re.findall(r"(?m)^\| \[\d.* \| (\d+) \|$", LIST)]
    assert sorted(before) == list(range(1, 56))


def test_the_minutes_of_a_chapter_are_summed() -> None:
    for part in LIST.split("\n## ")[1:]:
        minutes = [
            int(number) for number in re.findall(r"(?m)^\| \[\d.*? \| (\d+) \| \d+ \|$", part)
        ]
        assert f"{sum(minutes)} minutes" in part.partition("\n\n|")[0]
