"""Hears danger to life or freedom, recall before precision: patterns over plain words, less what is only a figure of speech."""

from __future__ import annotations

import re
import tomllib
from functools import cache

from understanding.normaliser import HERE, words


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    with (HERE / "emergency.toml").open("rb") as file:
        lists: dict[str, list[str]] = tomllib.load(file)
    return {name: re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)") for name, parts in lists.items()}


def fires(text: str) -> bool:
    """Whether the message tells of danger now."""
    patterns = _patterns()
    line = patterns["harmless"].sub(" ~ ", " ".join(words(text)))
    distant = patterns["supposed"].search(line) or patterns["past"].search(line)
    if patterns["grave"].search(line):
        return not (distant and patterns["asking"].search(line)) and not patterns["supposed"].search(line)
    return bool(patterns["serious"].search(line)) and not distant and not patterns["asking"].search(line)
