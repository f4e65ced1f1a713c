from importlib.resources import files

import pytest

from paying_attention.explorables.frame.assets import PLACE, Assets

FRAME = files("paying_attention.explorables.frame")
ROOM = "paying_attention.explorables"


def read(name):
    return FRAME.joinpath(name).read_text(encoding="utf-8")


def test_the_frame_says_once_where_a_kind_stands():
    assert read("script.js").count(PLACE) == 1


def test_a_kind_gets_the_frame_its_parts_and_its_own_files():
    assets = Assets("attention-by-steps", f"{ROOM}.mechanism", parts=("plane",))
    before, after = read("script.js").split(PLACE)
    own = files(assets.folder).joinpath("script.js").read_text(encoding="utf-8")
    assert assets.script == f"{before}{read('plane.js')}\n{own}\n{after}"
    own = files(assets.folder).joinpath("style.css").read_text(encoding="utf-8")
    assert assets.style == f"{read('style.css')}{read('plane.css')}\n{own}"


def test_a_kind_without_a_style_of_its_own_has_that_of_the_frame():
    assets = Assets("softmax-temperature", f"{ROOM}.softmax")
    assert assets.style == read("style.css")


def test_a_part_may_have_a_style_and_no_script():
    assets = Assets("heads-to-switch", f"{ROOM}.heads", parts=("cells",))
    assert read("cells.css") in assets.style
    assert "KIND = {" in assets.script


@pytest.mark.parametrize("ending", ["</script", "</style", "<!--"])
def test_nothing_in_a_file_ends_the_element_that_it_stands_in(ending):
    for folder in FRAME.parent.iterdir() if hasattr(FRAME, "parent") else ():
        if folder.is_dir():
            for path in folder.iterdir():
                if path.name.endswith((".js", ".css")):
                    assert ending not in path.read_text(encoding="utf-8")
