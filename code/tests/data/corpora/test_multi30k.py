import gzip
import hashlib
import os

import pytest

from paying_attention.data.corpora import multi30k
from paying_attention.data.corpora.multi30k import (
    VARIABLE,
    frequent_words,
    has_multi30k,
    hide_rare,
    multi30k_pairs,
    tokenize,
)

LINES = {"de": "Zwei Hunde.\nÜber die 3 Büsche…\n", "en": "Two dogs.\nOver the 3 bushes…\n"}


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """A small Multi30k: two sentences in each file, and their sums in the table."""
    (tmp_path / "multi30k").mkdir()
    sums = {}
    for name in multi30k.SHA256:
        packed = gzip.compress(LINES[name.split(".")[1]].encode(), mtime=0)
        (tmp_path / "multi30k" / name).write_bytes(packed)
        sums[name] = hashlib.sha256(packed).hexdigest()
    monkeypatch.setattr(multi30k, "SHA256", sums)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    return tmp_path / "multi30k"


def test_pairs_are_read_as_tokens_in_small_letters(folder):
    assert has_multi30k()
    one, two = multi30k_pairs("val")
    assert (one.source, one.target) == (("zwei", "hunde", "."), ("two", "dogs", "."))
    assert two.source == ("über", "die", "3", "büsche", "…")
    assert two.target == ("over", "the", "3", "bushes", "…")


@pytest.mark.parametrize("value", [None, ""])
def test_without_the_variable_the_message_names_it(monkeypatch, value):
    monkeypatch.delenv(VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)
    assert has_multi30k() is False
    with pytest.raises(FileNotFoundError, match=f"{VARIABLE}: .* multi30k/train.de.gz, got no"):
        multi30k_pairs("train")


def test_a_file_that_is_not_there_is_named(folder):
    (folder / "val.en.gz").unlink()
    assert has_multi30k() is False
    with pytest.raises(FileNotFoundError, match=r"expected a file multi30k/val.en.gz in it"):
        multi30k_pairs("val")


def test_a_file_that_was_changed_is_refused(folder):
    (folder / "val.en.gz").write_bytes(gzip.compress(b"Two cats.\nOver the 3 bushes.\n"))
    with pytest.raises(ValueError, match=r"val.en.gz: expected sha256"):
        multi30k_pairs("val")


def test_files_of_different_lengths_are_refused(folder):
    packed = gzip.compress(b"Two dogs.\n")
    (folder / "val.en.gz").write_bytes(packed)
    multi30k.SHA256["val.en.gz"] = hashlib.sha256(packed).hexdigest()
    with pytest.raises(ValueError, match="split: expected as many lines, got 2 and 1"):
        multi30k_pairs("val")


@pytest.mark.usefixtures("without_type_checks")
def test_an_unknown_split_is_refused():
    with pytest.raises(ValueError, match=r"split: expected 'train', .* got 'dev'"):
        multi30k_pairs("dev")


def test_signs_are_tokens_and_hyphens_part_words():
    assert tokenize("Ein T-Shirt-Träger, 5% (nass)!") == [
        *("ein", "t", "-", "shirt", "-", "träger", ",", "5", "%", "(", "nass", ")", "!")
    ]
    assert tokenize(" \n") == []


def test_words_are_known_from_the_count_that_is_asked_for():
    sentences = [["a", "b", "a"], ["b", "a", "c"]]
    assert frequent_words(sentences, at_least=1) == {"a", "b", "c"}
    assert frequent_words(sentences, at_least=2) == {"a", "b"}
    assert frequent_words(sentences, at_least=3) == {"a"}
    assert hide_rare(["c", "a", "b"], frozenset("a")) == ("<unk>", "a", "<unk>")


@pytest.mark.skipif(not os.environ.get(VARIABLE), reason=f"{VARIABLE} names no data")
def test_the_published_files_are_read():
    sizes = {split: len(multi30k_pairs(split)) for split in ("train", "val", "test_2016_flickr")}
    assert sizes == {"train": 29_000, "val": 1014, "test_2016_flickr": 1000}
