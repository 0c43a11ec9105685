"""Hears danger to life or freedom, recall before precision: patterns over plain words, less what is only a figure of speech."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, Literal

from understanding.concepts import stems
from understanding.normaliser import HERE, words

LONGEST = 2000  # danger may stand anywhere in a long story, so much more of it is read than for its topic
_AROUND = 160  # characters before and after a sign of danger that tell what it means
_MOST_SIGNS = 4

Sign = Literal["grave", "serious"]


def _alternatives(inside: str) -> tuple[list[str], str]:
    """The parts of a pattern's leading group, and what follows the group."""
    depth, parts, start = 0, [], 1
    for at, letter in enumerate(inside):
        depth += (letter == "(") - (letter == ")")
        if (letter == "|" and depth == 1) or depth == 0:
            parts.append(inside[start:at])
            start = at + 1
        if depth == 0:
            return parts, inside[at + 1 :]
    raise ValueError(f"unclosed group in {inside}")


def _starts(pattern: str) -> set[str]:
    """The first one or two letters a match may begin with; an empty one stands for any."""
    pattern = pattern.lstrip("^")
    if not pattern.startswith("("):
        literal = re.match(r"[a-z ]*", pattern)
        letters = literal.group() if literal else ""
        if pattern[len(letters) : len(letters) + 1] in {"?", "*"}:
            letters = letters[:-1]
        return {letters[:2]}
    parts, rest = _alternatives(pattern)
    found = {start for part in parts for start in _starts(part)}
    return found | _starts(rest[1:]) if rest.startswith("?") else found


@lru_cache(16)  # every list looks at the same line
def _beginnings(line: str) -> tuple[tuple[str, int], ...]:
    """The first letters of each word and where it stands: two of them, one, and none."""
    return tuple((line[at : at + many], at) for word in re.finditer(r"\w+", line) for at in [word.start()] for many in (2, 1, 0))


class _Patterns:
    """Many patterns searched at the beginnings of words; only those that share a word's first letters are tried, and made ready, at all."""

    def __init__(self, listed: list[str]) -> None:
        self._by_start: dict[str, list[str]] = {}
        for pattern in listed:
            for start in _starts(pattern):
                self._by_start.setdefault(start, []).append(pattern)
        self._ready: dict[str, re.Pattern[str]] = {}

    def _begin(self, start: str) -> re.Pattern[str]:
        # All of them at once took 0.4 s of every start.
        if start not in self._ready:
            self._ready[start] = re.compile(rf"(?:{'|'.join(self._by_start[start])})(?!\w)")
        return self._ready[start]

    def found(self, line: str) -> Iterator[re.Match[str]]:
        for start, at in _beginnings(line):
            if start in self._by_start and (match := self._begin(start).match(line, at)):
                yield match

    def within(self, line: str) -> bool:
        return any(True for _match in self.found(line))


@cache
def _read() -> dict[str, Any]:
    with (HERE / "emergency.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def _lists() -> dict[str, _Patterns]:
    lists: dict[str, list[str]] = {name: listed for name, listed in _read().items() if isinstance(listed, list)}
    return {name: _Patterns(listed) for name, listed in lists.items()} | {"danger": _Patterns(lists["grave"] + lists["serious"])}


@cache
def _kinds() -> dict[str, frozenset[str]]:
    return {kind: frozenset(listed.split()) for kind, listed in _read()["kinds"].items()}


def _done_to_somebody(line: str) -> re.Match[str] | None:
    """An attack or a harm that no phrase of the lists foresees: where it stands, if it is there."""
    kinds = _kinds()
    said = line.split()
    power = not kinds["power"].isdisjoint(said)
    suffers = not (kinds["victim"].isdisjoint(said) and kinds["body"].isdisjoint(said))
    for match in re.finditer(r"[a-z]+", line):
        forms = stems(match.group())
        attack, harm = not kinds["attack"].isdisjoint(forms), not kinds["harm"].isdisjoint(forms)
        if (attack and match.group().startswith("di")) or ((attack or harm) and power and suffers and not match.group().startswith("ter")):
            return match
    return None


def _without_harmless(line: str) -> str:
    for match in list(_lists()["harmless"].found(line)):
        line = line.replace(match.group(), "~" * 3, 1)
    return line


def _grade(line: str) -> Sign | None:
    lists = _lists()
    line = _without_harmless(line)
    asking = lists["asking"].within(line)
    past = lists["past"].within(line)
    supposed = lists["supposed"].within(line) or (asking and lists["opens_supposing"].within(line))
    if lists["grave"].within(line) or _done_to_somebody(line):
        return None if supposed or (past and asking) else "grave"
    if lists["serious"].within(line):
        return None if supposed or past or asking else "serious"
    return None


def sign(text: str) -> Sign | None:
    """The first sign of danger in a message, if it is more than a figure of speech or a question about money."""
    line = " ".join(words(text, LONGEST))
    read_to, signs = -1, 0
    unforeseen = _done_to_somebody(line)
    for match in (*([unforeseen] if unforeseen else []), *_lists()["danger"].found(line)):
        if match.start() < read_to:
            continue
        signs, read_to = signs + 1, match.end() + _AROUND
        if found := _grade(line[max(0, match.start() - _AROUND) : read_to]):
            return found
        if signs == _MOST_SIGNS:
            break
    return None


def weigh(text: str, lead: float) -> list[float]:
    """What tells whether somebody is in danger: how far the model puts danger before every topic, the signs, and what speaks against them."""
    line = " ".join(words(text))
    found = sign(text)
    # Money, papers or cover asked about, something supposed or long past: no sign of danger, but a reason to doubt one.
    sober = any(_lists()[name].within(line) for name in ("asking", "supposed", "past", "opens_supposing"))
    signs = [float(found == "grave"), float(found == "serious"), float(sober)]
    return [lead, *signs, *(lead * one for one in signs), float(_lists()["harmless"].within(line)), 1 / (1 + line.count(" ")), 1.0]
