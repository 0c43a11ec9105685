"""Words that mean much the same, in both languages: "hospital", "rumah sakit" and "klinik" are one concept."""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache

from understanding.normaliser import HERE

_PREFIXES = (
    "memper",
    "diper",
    "meng",
    "meny",
    "peng",
    "peny",
    "mem",
    "men",
    "pem",
    "pen",
    "ber",
    "ter",
    "per",
    "nge",
    "di",
    "me",
    "ke",
    "se",
    "pe",
    "ng",
    "ny",
)
_SUFFIXES = ("kannya", "annya", "innya", "nya", "kan", "kah", "lah", "in", "an", "ku", "mu", "i", "e")
_SHORTEST_STEM = 3


@cache
def _lexicon() -> tuple[dict[str, tuple[str, ...]], tuple[tuple[str, str], ...]]:
    """Concepts of single words, and phrases with their concept. In the file a semicolon parts phrases from single words."""
    with (HERE / "concepts.toml").open("rb") as file:
        concepts: dict[str, str] = tomllib.load(file)["concepts"]
    single: dict[str, tuple[str, ...]] = {}
    phrases: list[tuple[str, str]] = []
    for concept, listed in concepts.items():
        first, *others = (part.strip() for part in listed.split(";"))
        for word in first.split() + [part for part in others if part and " " not in part]:
            single[word] = (*single.get(word, ()), concept)
        phrases += [(f" {part} ", concept) for part in others if " " in part]
    return single, tuple(phrases)


@lru_cache(maxsize=4096)
def stems(word: str) -> tuple[str, ...]:
    """The word and what may be left of it without Indonesian endings and prefixes, longest first."""
    found = [word]
    found += [word[: -len(end)] for end in _SUFFIXES if word.endswith(end) and len(word) - len(end) >= _SHORTEST_STEM]
    for form in tuple(found):
        prefix = next((start for start in _PREFIXES if form.startswith(start) and len(form) - len(start) >= _SHORTEST_STEM), None)
        if prefix:
            found.append(form[len(prefix) :])
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def known(word: str) -> bool:
    """Whether a word alone has a meaning here."""
    single, _phrases = _lexicon()
    return any(stem in single for stem in stems(word))


def concepts_in(said: list[str]) -> list[str]:
    """Every concept of a message, sorted, each once."""
    single, phrases = _lexicon()
    found: set[str] = set()
    for word in said:
        found.update(next((single[stem] for stem in stems(word) if stem in single), ()))
    line = f" {' '.join(said)} "
    found.update(concept for phrase, concept in phrases if phrase in line)
    return sorted(found)
