"""Updates that nobody would think of: drawn from the Bot API's own types, or real ones that were bent, and bodies with a few bytes wrong."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.contracts.telegram import SPEC
from tests.emulators.telegram.updates import BUILDERS, Said
from tests.hostile import PAYLOADS

CHATS = range(1, 21)
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
WORDS = ("halo", "menu", "/start 7GQ2K", "/start", "ya", "1", "brp iurannya?", "hongkong", "kembali")
BUTTONS = ("menu", "coverage.stage=abroad", "privacy", "?death", "nowhere", "menu#12", "=", "#", "interest.confirm=yes")
BUILT = ("text", "edited", "forwarded", "sticker", "photo", "voice", "document", "location", "contact", "membership", "press")
NASTY: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**31, 2**53, 2**63, -(2**63) - 1, 10**30, 1.5, float("nan"), float("inf")),
    *("", " ", "x" * 5000, "\0", "a\0b", "\ud800", "\u202egnp", "null", "../..", "'; DROP TABLE contacts; --", "{name}", "%s"),
    *([], {}, [[]], [None], {"id": 1}, {"id": "1"}, {"": ""}),
)
DEEPEST = 4
BOT = {"id": 1234567, "is_bot": True, "first_name": "Sapa", "username": "sapa_test_bot"}


class Strange:
    """A stream of bodies, the same for the same seed. Each has its own number as `update_id` unless that itself was bent."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def body(self, number: int) -> tuple[bytes, bool]:
        """What is posted, and whether its number is still whole."""
        luck = self.dice.random()
        update = self._drawn() if luck < 0.5 else self._built()
        whole = {"update_id": number, **update}
        if luck < 0.3:
            return encoded(whole), True
        if luck < 0.9:
            return encoded({"update_id": number, **self._bent(update)}), True
        if luck < 0.92:
            return encoded({**update, "update_id": self.dice.choice(NASTY)}), False
        return self._spoiled(encoded(whole)), False

    def _drawn(self) -> dict[str, Any]:
        """As the specification has it: any fields, any of their types."""
        kind = self.dice.choice(KINDS) if self.dice.random() < 0.8 else self.dice.choice(SPEC["types"]["Update"]["fields"][1:])["name"]
        [field] = [field for field in SPEC["types"]["Update"]["fields"] if field["name"] == kind]
        return {kind: self._of(field["types"], kind, 0)}

    def _of(self, types: list[str], name: str, depth: int) -> Any:
        wanted = self.dice.choice(types)
        if wanted.startswith("Array of "):
            return [self._of([wanted.removeprefix("Array of ")], name, depth + 1) for _one in range(self.dice.randint(0, 2))]
        match wanted:
            case "Integer":
                return self._integer(name)
            case "Float":
                return self.dice.uniform(-200, 200)
            case "Boolean" | "True":
                return self.dice.random() < 0.3
            case "String":
                return self._string(name)
            case _:
                return self._object(wanted, depth + 1)

    def _object(self, wanted: str, depth: int) -> Any:
        declared = SPEC["types"].get(wanted, {})
        if subtypes := declared.get("subtypes"):
            return self._object(self.dice.choice(subtypes), depth)
        made = {}
        for field in declared.get("fields", []):
            if field["required"] or (depth < DEEPEST and self.dice.random() < 0.25):
                made[field["name"]] = self._of(field["types"], field["name"], depth) if depth < 2 * DEEPEST else None
        return made

    def _integer(self, name: str) -> int:
        if name == "id":
            return self.dice.choice(CHATS)
        if "date" in name:
            return 1_795_000_000 + self.dice.randint(0, 1_000_000)
        return self.dice.choice([0, 1, 7, 255, 10**6, 2**31, -1, self.dice.randint(0, 2**52)])

    def _string(self, name: str) -> str:
        if name == "type":
            return self.dice.choice(["private", "private", "private", "group", "supergroup", "channel", "sender", ""])
        if name == "data":
            return self.dice.choice(BUTTONS)
        if name == "text":
            return self.dice.choice(WORDS) if self.dice.random() < 0.6 else self.dice.choice(PAYLOADS)
        return self.dice.choice(["", "id", "en", "member", "kicked", "Siti", "x" * 64, *PAYLOADS[-40:]])

    def _built(self) -> dict[str, Any]:
        """As Telegram really words them."""
        kind = self.dice.choice(BUILT)
        chat = self.dice.choice(CHATS)
        details: dict[str, Any] = {"text": self.dice.choice(WORDS), "bot": BOT}
        if kind == "press":
            shown = BUILDERS["text"](Said(chat, 1, details={"text": "Menu"}))["message"]
            details |= {"message": shown, "data": self.dice.choice(BUTTONS), "query_id": self.dice.getrandbits(40)}
        return BUILDERS[kind](Said(chat, self.dice.randint(1, 10**6), details=details))

    def _bent(self, update: dict[str, Any]) -> dict[str, Any]:
        """One to three places of it replaced, removed or moved."""
        bent: dict[str, Any] = json.loads(json.dumps(update))
        for _time in range(self.dice.randint(1, 3)):
            if not (places := list(_places(bent))):
                break
            holder, key = self.dice.choice(places)
            other_holder, other_key = self.dice.choice(places)
            match self.dice.randint(0, 3):
                case 0:
                    del holder[key]
                    continue
                case 1:
                    holder[key] = json.loads(json.dumps(other_holder[other_key]))
                case _:
                    holder[key] = self.dice.choice(NASTY)
        return bent

    def _spoiled(self, body: bytes) -> bytes:
        """A few bytes changed, lost, doubled, or the end cut off."""
        spoiled = bytearray(body)
        for _time in range(self.dice.randint(1, 6)):
            at = self.dice.randrange(len(spoiled))
            match self.dice.randint(0, 3):
                case 0:
                    spoiled[at] = self.dice.randrange(256)
                case 1:
                    del spoiled[at : at + self.dice.randint(1, 8)]
                case 2:
                    spoiled[at:at] = spoiled[at : at + 8]
                case _:
                    del spoiled[max(at, 1) :]
            if not spoiled:
                return b"{"
        return bytes(spoiled)


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def _places(value: Any) -> Any:
    """Every (holder, key) in it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from _places(inner)


DEEP = b'{"update_id": %d, "message": ' + b'{"reply_to_message": ' * 3000 + b"{}" + b"}" * 3001
ODD_BODIES = (
    *(b"", b"{", b"[]", b"null", b"0", b'"x"', b"\xff\xfe{}", b"{}" * 100, b"[" * 100_000, b'{"update_id": 1' + b"0" * 5000 + b"}"),
    *(b'{"update_id": NaN}', b'{"update_id": 5, "update_id": 6}', b'{"a": "\\ud800"}', b'{"a": "\\u0000"}'),
    DEEP % 1,
)
