"""Turns what people really type into plain words: one case, one spelling, chat abbreviations spelt out."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

HERE = Path(__file__).parent
LAST_LATIN = "\u024f"
LONGEST = 400  # what a question needs; a wall of text costs no more time than this
LINK = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w@.-])[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|id|info|xyz|top|site|online|link|ly|me|gd|cc|ru|cn)\b(?:/\S*)?"
)
_REPEATED = re.compile(r"([^\W\d])\1{2,}")
_TOKEN = re.compile(r"[^\W\d_]+2?(?![\w])|[^\W\d_]+|\d+")
_SIGNS = {"\N{PERSON WITH FOLDED HANDS}": " terima kasih ", "\N{THUMBS UP SIGN}": " oke ", "\N{WAVING HAND SIGN}": " halo "}
_INVISIBLE = frozenset({"Cf", "Mn", "Cs", "Co"})
FOREIGN = "aksaraasing"  # a word in another script than ours, whatever it says


# Two of these and a message counts as English, where "no" is no "nomor".
ENGLISH = frozenset(
    """i my me the is are am was to do does did not can will what how where when who why if of for in on and they he she have has you it this
    that from with a we us them their his be been or so any all please help need get got after before about out your there here still day days
    week months year years two three money food work job boss employer more""".split()
)


@cache
def _abbreviations(english: bool) -> dict[str, str]:
    with (HERE / "slang.toml").open("rb") as file:
        lists: dict[str, dict[str, str]] = tomllib.load(file)
    return lists["abbreviations"] if english else lists["abbreviations"] | lists["indonesian"]


def plain(text: str, longest: int = LONGEST) -> str:
    """Lower case, ordinary digits and letters, no invisible characters, no drawn-out letters, cut to what a question needs."""
    # The tail counts too: people often end a long story with the question itself.
    if len(text) > longest:
        text = f"{text[: longest // 2]} {text[-longest // 2 :]}"
    if not text.isascii():
        for sign, word in _SIGNS.items():
            text = text.replace(sign, word)
        text = unicodedata.normalize("NFKC", text)
        text = "".join(letter for letter in text if unicodedata.category(letter) not in _INVISIBLE).replace("’", "")
    return _REPEATED.sub(r"\1", text.casefold().replace("'", ""))


@lru_cache(16)  # one turn asks for the words of its message several times
def tokens(text: str, longest: int = LONGEST) -> tuple[str, ...]:
    """The words and numbers of a message as they were typed, in plain letters; a link is one word."""
    line = plain(text, longest)
    return tuple(_TOKEN.findall(LINK.sub(" tautan ", line) if "." in line else line))


def words(text: str, longest: int = LONGEST) -> list[str]:
    """The words of a message, spelt out: "bs cek ga ya min" gives bisa, cek, tidak, ya."""
    return list(_spelt(text, longest if len(text) > LONGEST else LONGEST))


@lru_cache(16)
def _spelt(text: str, longest: int) -> tuple[str, ...]:
    typed = tokens(text, longest)
    spelt = _abbreviations(sum(token in ENGLISH for token in typed) > 1)
    found: list[str] = []
    for token in typed:
        if token[0] > LAST_LATIN:
            found.append(FOREIGN)
        elif token in spelt:
            found.extend(spelt[token].split())
        elif token.endswith("2"):  # "teman2": a plural
            found.extend(spelt.get(token[:-1], token[:-1]).split())
        else:
            found.append(token)
    return tuple(found)


def is_foreign(text: str) -> bool:
    """Whether half of the words or more are in another script than ours."""
    said = words(text)
    return bool(said) and 2 * said.count(FOREIGN) >= len(said)
