"""Seeded faults: which calls to the emulated platform go wrong, how, and on which side of their acceptance.

A file is TOML or JSON with a list `fault`:

    [[fault]]
    method = "sendMessage"      # "*" for every method; "webhook" for our deliveries to the bot; "messages" is WhatsApp's send
    kind = "reset"              # one of KINDS; "error" and "late" are WhatsApp's, with a `code` of its own
    when = "after"              # "before": nothing was accepted; "after": accepted, and only the answer is spoiled
    probability = 0.01          # or nth = [3, 7], counted over the calls that match; or chats = [42]; or times = 2
"""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# A platform that refuses says so plainly, and has surely accepted nothing.
REFUSALS = frozenset({"401", "403", "400", "404", "429", "migrate", "error"})
# What the caller sees is no answer, or one it cannot trust.
SPOILED = frozenset({"reset", "fin", "5xx", "hang", "half", "slow", "garbage"})
# The platform does not hear our 200 to its webhook delivery.
DELIVERY = frozenset({"lost_ack"})
# Accepted, and a receipt tells later that it failed after all.
LATE = frozenset({"late"})
KINDS = REFUSALS | SPOILED | DELIVERY | LATE


@dataclass(slots=True)
class Fault:
    """One rule. `seconds` are real ones: they are for the patience of the program under test."""

    kind: str
    method: str = "sendMessage"
    when: str = "before"
    probability: float = 1.0
    nth: tuple[int, ...] = ()
    chats: tuple[int | str, ...] = ()
    times: int | None = None
    seconds: float = 30.0
    status: int = 502
    body: str = "html"
    description: str = ""
    retry_after: object = 1
    migrate_to_chat_id: int = 0
    code: int = 131000
    seen: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.when not in ("before", "after"):
            raise ValueError(f"no such fault: {self.kind!r} {self.when!r}")
        if self.kind in REFUSALS and self.when == "after":
            raise ValueError(f"{self.kind} is a refusal: it comes before acceptance")

    def matches(self, method: str, chat: object) -> bool:
        return self.method in (method, "*") and (not self.chats or chat in self.chats) and self.times != 0

    def strikes(self, dice: random.Random) -> bool:
        self.seen += 1
        if self.nth:
            return self.seen in self.nth
        return self.probability >= 1 or dice.random() < self.probability


class Faults:
    """All rules of a run and the dice they are thrown with."""

    def __init__(self, rules: Iterable[Mapping[str, Any]] = (), seed: int = 0) -> None:
        self._dice = random.Random(seed)
        self.replace(rules)

    @classmethod
    def load(cls, path: Path | None, seed: int = 0) -> Faults:
        return cls(read(path) if path else (), seed)

    def replace(self, rules: Iterable[Mapping[str, Any]]) -> None:
        self._rules = [Fault(**{**rule, "nth": tuple(rule.get("nth", ())), "chats": tuple(rule.get("chats", ()))}) for rule in rules]

    def pick(self, method: str, chat: object = None) -> Fault | None:
        """The fault that strikes this call. Every rule that matches counts it; the first that strikes wins."""
        striking = [rule for rule in self._rules if rule.matches(method, chat) and rule.strikes(self._dice)]
        if not striking:
            return None
        chosen = striking[0]
        if chosen.times is not None:
            chosen.times -= 1
        return chosen


def read(path: Path) -> list[dict[str, Any]]:
    text = path.read_text()
    rules: list[dict[str, Any]] = (tomllib.loads(text) if path.suffix == ".toml" else json.loads(text))["fault"]
    return rules
