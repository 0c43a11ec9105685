"""One emulated business number on one emulated WhatsApp: who writes to it, what it sent, and what Meta tells of both."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.clock import Clock
from tests.emulators.faults import Faults
from tests.emulators.ledger import Ledger
from tests.emulators.whatsapp import events, receipts
from tests.emulators.whatsapp.events import Change, Number, Said
from tests.emulators.whatsapp.people import DAY, People, Person, message_id
from tests.emulators.whatsapp.receipts import Sent
from tests.emulators.whatsapp.templates import Templates
from tests.emulators.whatsapp.webhook import Hook, Webhook


class Misused(Exception):
    """A test asked the emulator for what WhatsApp could not do."""


@dataclass(slots=True)
class Options:
    """How this WhatsApp is to behave; `latency` is in real seconds, `receipts` ordered, disorder or none."""

    token: str = "EAAemulated"
    phone_id: str = "106540352242922"
    account: str = "102290129340398"
    app_secret: str = "emulated-app-secret"
    verify_token: str = "emulated-verify-token"
    latency: float = 0.0
    receipts: str = "ordered"
    read: float = 1.0
    throughput: int = 1000
    pair: int = 45
    tier: str = "TIER_UNLIMITED"


@dataclass(slots=True)
class Button:
    """What stood on a message of ours and can be pressed."""

    kind: str
    id: str
    title: str
    message: str


@dataclass(slots=True)
class Platform:
    options: Options
    clock: Clock
    ledger: Ledger
    faults: Faults
    dice: random.Random
    hook: Hook
    profile: dict[str, Any] = field(default_factory=dict)  # what a test says of the number beyond its usual state
    buttons: defaultdict[str, list[Button]] = field(default_factory=lambda: defaultdict(list))
    approached: dict[str, float] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    people: People = field(init=False)
    templates: Templates = field(init=False)
    webhook: Webhook = field(init=False)
    number: Number = field(init=False)

    def __post_init__(self) -> None:
        options = self.options
        self.people = People(self.dice)
        self.templates = Templates()
        self.number = Number(options.account, options.phone_id, "15550783881")
        self.webhook = Webhook(options.account, options.app_secret, self.clock, self.ledger, self.faults, self.dice, self.hook)

    def hear(self, order: Mapping[str, Any]) -> str | None:
        """Somebody does something: the id of what the webhook tells of it."""
        order = dict(order)
        kind, person = order.pop("kind"), self.people.of(str(order.pop("chat", "")))
        name = str(order.pop("id", "")) or message_id(person.phone, self.dice, ours=False)
        said = Said(person, name, int(order.pop("at", events.now())), {"number": self.number.shown, **order})
        change = self._change(kind, said, order)
        self.webhook.tell(name, change)
        return name

    def _change(self, kind: str, said: Said, order: dict[str, Any]) -> Change:
        person = said.person
        if kind == "raw":
            change: Change = order["change"]
            return change
        if kind in ("stop", "resume"):
            person.stopped = kind == "stop"
            return events.preference(self.number, person, kind, said.at)
        if kind == "number":
            return events.renumbered(self.number, said, self.people.move(person, str(order["phone"])))
        if kind not in events.BUILDERS:
            raise Misused(f"no such thing to say: {kind!r}")
        if kind == "press":
            said.details["shown"] = self._button(person, str(order["button"]))
        person.window_until = self.clock.now() + DAY
        return events.told(self.number, events.BUILDERS[kind](said), person)

    def _button(self, person: Person, wanted: str) -> dict[str, str]:
        """Only what was really shown can be pressed; of several the newest."""
        for button in reversed(self.buttons[person.phone]):
            if wanted in (button.id, button.title):
                return {"kind": button.kind, "id": button.id, "title": button.title, "message": button.message}
        raise Misused(f"{person.phone} was never shown a button {wanted!r}")

    def notice(self, what: str, **value: object) -> None:
        self.webhook.tell(what, {"value": value, "field": what})

    def follow_up(self, sent: Sent, code: int) -> None:
        """Its receipts come when they come."""
        read = code == 0 and self.dice.random() < self.options.read
        for after, state in receipts.told_in(self.options.receipts, receipts.course(sent, code, read=read), self.dice):
            self._later(after, f"{sent.id} {state['status']}", receipts.change(self.number, sent, state))

    def _later(self, seconds: float, name: str, change: Change) -> None:
        async def tell() -> None:
            await self.clock.sleep(seconds)
            self.webhook.tell(name, change)

        task = asyncio.get_running_loop().create_task(tell())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.webhook.stop()
