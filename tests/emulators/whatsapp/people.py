"""Who writes to the number: by a phone number, by a business-scoped id, or by both; and whether they can be written to."""

from __future__ import annotations

import base64
import random
from dataclasses import dataclass, field
from typing import Any

DAY = 86_400
# What befalls a message to somebody in this state, and whether Meta says so at once or in a receipt.
STATES = {"open": 0, "undeliverable": 131026, "capped": 131049, "experiment": 130472, "untested": 131030, "elsewhere": 130497}
AT_ONCE = frozenset({"untested", "elsewhere"})
COUNTRIES = {"62": "ID", "852": "HK", "60": "MY", "886": "TW", "82": "KR", "966": "SA", "1": "US"}


@dataclass(slots=True)
class Person:
    """`hidden`: adopted a username, so that the number is told no more. `nameless`: as before April 2026, without an id."""

    phone: str
    user: str
    hidden: bool = False
    nameless: bool = False
    state: str = "open"
    stopped: bool = False
    window_until: float = -1.0
    sent_at: list[float] = field(default_factory=list)

    @property
    def contact(self) -> dict[str, Any]:
        """As the `contacts` of a webhook name them."""
        profile: dict[str, Any] = {"name": f"Worker {self.phone[-4:]}"}
        if self.hidden:
            profile["username"] = f"worker.{self.phone[-4:]}"
        return {"profile": profile, **({} if self.hidden else {"wa_id": self.phone}), **({} if self.nameless else {"user_id": self.user})}

    @property
    def sender(self) -> dict[str, str]:
        """As a message names them."""
        return {**({} if self.hidden else {"from": self.phone}), **({} if self.nameless else {"from_user_id": self.user})}

    @property
    def recipient(self) -> dict[str, str]:
        """As a receipt names them."""
        return {
            **({} if self.hidden else {"recipient_id": self.phone}),
            **({} if self.nameless else {"recipient_user_id": self.user}),
        }


class People:
    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._by_phone: dict[str, Person] = {}
        self._by_user: dict[str, Person] = {}

    def of(self, name: str) -> Person:
        """By number or id; a number nobody has yet gets somebody."""
        if name in self._by_user:
            return self._by_user[name]
        if name not in self._by_phone:
            self._add(Person(name, self._new_id(name)))
        return self._by_phone[name]

    def known(self, name: object) -> Person | None:
        """The recipient of a message: any number that can be one, and the ids that were given out."""
        text = str(name).lstrip("+")
        return self._by_user.get(text) or (self.of(text) if text.isdecimal() else None)

    def move(self, person: Person, phone: str) -> tuple[str, str]:
        """A new number brings a new id; the old two."""
        before = person.phone, person.user
        del self._by_phone[person.phone], self._by_user[person.user]
        person.phone, person.user = phone, self._new_id(phone)
        self._add(person)
        return before

    def _add(self, person: Person) -> None:
        self._by_phone[person.phone] = person
        self._by_user[person.user] = person

    def _new_id(self, phone: str) -> str:
        code = next((phone[:length] for length in (3, 2, 1) if phone[:length] in COUNTRIES), "62")
        return f"{COUNTRIES[code]}.{self._dice.randrange(10**18, 10**19)}"


def message_id(phone: str, dice: random.Random, *, ours: bool) -> str:
    """As real ones are made: the person's number stands in it, readable by anybody who has the id."""
    mark = b"\x15\x02\x00" + (b"\x11" if ours else b"\x12")
    raw = b"\x1c\x18" + bytes([len(phone)]) + phone.encode() + mark + b"\x18\x14" + f"{dice.getrandbits(80):020X}".encode() + b"\x00"
    return "wamid." + base64.b64encode(raw).decode()
