"""Finds the code of a deep link in what somebody wrote: people edit the text that a link prepared, and words can look like codes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from storage import Inbound
from storage.codes import LONGEST
from storage.codes import read as read_code
from storage.links import GREETINGS

WORD = re.compile(r"\S+")
EDGES = " .,;:!?\"'`*_~()[]{}<>«»“”‘’…"
MARK = re.compile(r"\s*\[\s*([^\s\]]+)\s*\]\s*")  # as our links bring a code
MARKED_WORD = re.compile(r"\[[^\[\]()<>]+\]\W*")
CODE = re.compile(r"[A-Za-z0-9-]{5,11}")
NAMED = re.compile(r"(?:kode|code|ref)[.:=]*", re.IGNORECASE)  # the word before a code
MOST = 64  # letters of something that cannot be a code, which is counted and not kept
MARKED, SHOUTED, HINTED = 3, 2, 1  # how surely a word is meant as a code
OURS = {greeting.casefold() for greeting in GREETINGS.values()}  # what our links let people say


@dataclass(frozen=True, slots=True)
class _Found:
    sure: int
    code: str | None  # None: it is meant as one, and misspelt
    typed: str
    start: int
    end: int


def coded(inbound: Inbound, *, first: bool = False) -> Inbound:
    """The message with the code it came by, and without it, so that nobody takes a code for a word.

    A code in brackets or after the word "code" is meant as one however it is spelt; one in capitals is believed if its check character
    fits, wherever it stands. `first`: somebody who never wrote before more likely came by a link, so that small letters are believed too.
    """
    text = inbound.text
    if inbound.kind != "text" or inbound.edited or inbound.ref:
        return inbound
    has_digit = any(letter.isdecimal() for letter in text)
    if (alone := MARK.fullmatch(text)) and (has_digit or first):  # whoever took our words away has left the code, or what it became
        return replace(inbound, ref=read_code(alone[1]) or alone[1][:MOST], text="/start")
    if not has_digit:
        return inbound
    if text.startswith("/") and not text.startswith("/start"):
        return inbound  # a command with a one-time code of its own
    found = max(_candidates(text, first=first), key=lambda one: (one.sure, one.start), default=None)
    if found is None:
        return inbound
    rest = " ".join(part for part in (text[: found.start].rstrip(), text[found.end :].lstrip()) if part)
    only_ours = rest.casefold().strip(EDGES) in {*OURS, ""}
    if found.code is None:
        return replace(inbound, ref=found.typed[:MOST], text="/start" if only_ours else text)
    if not rest and found.sure < MARKED and len(found.code) > LONGEST and not first:
        return inbound  # a one-time code, which is as long
    if rest and found.sure == HINTED:
        return replace(inbound, ref=found.code)
    return replace(inbound, ref=found.code, text="/start" if only_ours else rest)


def _candidates(text: str, *, first: bool) -> list[_Found]:
    words = list(WORD.finditer(text))
    found = []
    for place, match in enumerate(words):
        word = unicodedata.normalize("NFKC", match[0])
        typed = word.strip(EDGES)
        if not _is_mixed(typed):
            continue
        named = place > 0 and NAMED.fullmatch(words[place - 1][0]) is not None
        bracketed = MARKED_WORD.fullmatch(word) is not None
        code = read_code(typed) if CODE.fullmatch(typed) else None
        sure = MARKED if named or bracketed else SHOUTED if typed == typed.upper() or word[0] == "(" else HINTED
        if code is None and not bracketed and not (named and CODE.fullmatch(typed)):
            continue
        if sure > HINTED or first:
            start = words[place - 1].start() if named else match.start()
            found.append(_Found(sure, code, typed, start, match.end()))
    return found


def _is_mixed(word: str) -> bool:
    """Every code of ours has a digit and a letter, as few words have."""
    return any(letter.isdecimal() for letter in word) and any(letter.isalpha() for letter in word)
