"""Turns what people really type into plain words: one case, one spelling, chat abbreviations spelt out."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
LONGEST = 400  # what a question needs; a wall of text costs no more time than this
_LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|id|info|xyz|top|site|online|link|ly|me|gd|cc|ru|cn)\b(?:/\S*)?"
)
_REPEATED = re.compile(r"([^\W\d])\1{2,}")
_TOKEN = re.compile(r"[^\W\d_]+2?(?![\w])|[^\W\d_]+|\d+")


# Two of these and a message counts as English, where "no" is no "nomor".
_ENGLISH = frozenset(
    "i my me the is are am was to do does did not can will what how where when who why if of for in on and they he she have has you it this that from with a".split()
)


@cache
def _abbreviations(english: bool) -> dict[str, str]:
    with (HERE / "slang.toml").open("rb") as file:
        lists: dict[str, dict[str, str]] = tomllib.load(file)
    return lists["abbreviations"] if english else lists["abbreviations"] | lists["indonesian"]


def plain(text: str) -> str:
    """Lower case, ordinary digits and letters, no invisible characters, no drawn-out letters, cut to what a question needs."""
    # The tail counts too: people often end a long story with the question itself.
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} {text[-LONGEST // 2 :]}"
    text = unicodedata.normalize("NFKC", text).casefold()
    text = "".join(letter for letter in text if unicodedata.category(letter) not in {"Cf", "Mn", "Cs", "Co"})
    text = text.replace("’", "").replace("'", "")
    return _REPEATED.sub(r"\1", text)


def words(text: str) -> list[str]:
    """The words of a message, spelt out: "bs cek ga ya min" gives bisa, cek, tidak, ya."""
    tokens = _TOKEN.findall(_LINK.sub(" tautan ", plain(text)))
    spelt = _abbreviations(sum(token in _ENGLISH for token in tokens) > 1)
    found: list[str] = []
    for token in tokens:
        if token in spelt:
            found.extend(spelt[token].split())
        elif token.endswith("2"):  # "teman2": a plural
            found.extend(spelt.get(token[:-1], token[:-1]).split())
        else:
            found.append(token)
    return found


def has_link(text: str) -> bool:
    return _LINK.search(plain(text)) is not None
