"""Finds what is wrong with the words: missing, unfinished, misplaced, too wide for a button, or a figure where a fact belongs."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator

from babel.messages.catalog import Message

from locales.catalogs import LANGUAGES, files, read
from locales.gather import Msgid, gather

# A figure in a sentence goes out of date unseen; it belongs to the facts. Counts of our own interface are not facts.
FIGURE = re.compile(
    r"Rp\s?\d|\bIDR\s?\d|\d\s?%|\b(?:Pasal|art\.|article)\s+\d|\b\d[\d.]*\s?(?:juta|ribu|million|jt|rb)\b|\+\d{2}", re.IGNORECASE
)
DIGITS = re.compile(r"\d{3,}")
# GLOSSARY.md: the law's own words, and words that mean something else in insurance.
WRONG_WORDS = {"id": re.compile(r"\b(perlindungan|premi|kompensasi)\b", re.IGNORECASE), "en": re.compile(r"\bpremiums?\b", re.IGNORECASE)}


def problems() -> list[str]:
    """Each as `language/file.po: what: the sentence`; empty when all is well."""
    homes = gather()
    found = [f"source: figure in a sentence: {_short(msgid)}" for msgid in homes for words in _forms(msgid) if _has_figure(words)]
    for language in LANGUAGES:
        seen: dict[Msgid, str] = {}
        for path in files(language):
            where = f"{language}/{path.name}"
            for message in read(path, language):
                if message.id:
                    found += [f"{where}: {problem}" for problem in _wrong(message, path.stem, homes, seen)]
                    found += [f"{where}: {word} is not our word, see GLOSSARY.md" for word in _strangers(message, language)]
        if language != "en":
            found += [f"{language}/{home}.po: missing: {_short(msgid)}" for msgid, home in homes.items() if msgid not in seen]
        else:
            plurals = [(msgid, home) for msgid, home in homes.items() if isinstance(msgid, tuple)]
            found += [f"{language}/{home}.po: missing plural: {_short(msgid)}" for msgid, home in plurals if msgid not in seen]
    return found


def too_wide(labels: Iterable[tuple[str, int]]) -> list[str]:
    """Labels that do not fit, given (rendered label, width)."""
    return [f"label of {len(label)} characters, {width} fit: {label}" for label, width in labels if len(label) > width]


def _wrong(message: Message, file: str, homes: dict[Msgid, str], seen: dict[Msgid, str]) -> Iterator[str]:
    msgid: Msgid = tuple(message.id) if isinstance(message.id, (tuple, list)) else message.id
    said = _short(msgid)
    if msgid in seen:
        yield f"also in {seen[msgid]}.po: {said}"
    seen[msgid] = file
    if msgid not in homes:
        yield f"nobody says this any more: {said}"
    elif homes[msgid] != file:
        yield f"belongs in {homes[msgid]}.po: {said}"
    if message.fuzzy:
        yield f"fuzzy: {said}"
    for words in _forms(tuple(message.string) if isinstance(message.string, (tuple, list)) else message.string or ""):
        if not words.strip():
            yield f"not translated: {said}"
        elif _fields(words) != _fields(_forms(msgid)[-1]) and not (isinstance(msgid, tuple) and _fields(words) <= _fields(msgid[-1])):
            yield f"other placeholders than the source: {said}"
        if _has_figure(words):
            yield f"figure in a sentence: {said}"
        if words != words.strip():
            yield f"space at an end: {said}"


def _strangers(message: Message, language: str) -> list[str]:
    said = message.string if isinstance(message.string, (tuple, list)) else [message.string or ""]
    return [word[0] for words in said if (word := WRONG_WORDS[language].search(words))]


def _forms(msgid: Msgid) -> tuple[str, ...]:
    return msgid if isinstance(msgid, tuple) else (msgid,)


def _fields(words: str) -> set[str]:
    try:
        return {name for _literal, name, _spec, _conversion in string.Formatter().parse(words) if name is not None}
    except ValueError:
        return {"broken braces"}


def _has_figure(words: str) -> bool:
    return bool(FIGURE.search(words) or DIGITS.search(words))


def _short(msgid: Msgid) -> str:
    words = _forms(msgid)[0]
    return words if len(words) <= 70 else words[:69] + "…"
