"""One emulated bot on one emulated Telegram: its chats, its backlog, and the way its updates leave."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.contracts import telegram as contract
from tests.emulators.clock import Clock
from tests.emulators.faults import Faults
from tests.emulators.ledger import Ledger
from tests.emulators.telegram import updates
from tests.emulators.telegram.backlog import Backlog
from tests.emulators.telegram.chats import Chats
from tests.emulators.telegram.polling import WEBHOOK_SET, Polling
from tests.emulators.telegram.post import Hook
from tests.emulators.telegram.updates import Said, Update
from tests.emulators.telegram.webhook import Webhook

# What Telegram does not send unless it is asked for by name (https://core.telegram.org/bots/api#getupdates).
ONLY_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class Misused(Exception):
    """A test asked the emulator for what Telegram could not do."""


@dataclass(frozen=True, slots=True)
class Options:
    """How this Telegram is to behave; `latency` and `patience` are in real seconds."""

    token: str = "1234567:emulated-token"
    username: str = "sapa_test_bot"
    latency: float = 0.0
    patience: float = 60.0
    check_updates: bool = True


@dataclass(slots=True)
class Profile:
    """What the bot set about itself, by method and language; the menu button by chat."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    menu_buttons: dict[int, dict[str, Any]] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        texts = {" ".join(key): value for key, value in self.texts.items()}
        commands = {" ".join(key): value for key, value in self.commands.items()}
        return {"texts": texts, "commands": commands, "menu_buttons": self.menu_buttons}


class Platform:
    def __init__(self, options: Options, clock: Clock, ledger: Ledger, faults: Faults, seed: int) -> None:
        self.options, self.clock, self.ledger, self.faults = options, clock, ledger, faults
        self.dice = random.Random(seed)
        self.bot = {"id": int(options.token.split(":")[0]), "is_bot": True, "first_name": "Sapa", "username": options.username}
        self.chats = Chats(self.bot)
        self.profile = Profile()
        self.backlog = Backlog(clock, ledger, self.dice)
        self.polling = Polling(self.backlog, clock, ledger)
        self.webhook: Webhook | None = None
        self.on_method: Callable[[dict[str, Any]], Awaitable[None]] | None = None
        self.allowed: frozenset[str] = frozenset()
        self.asked: set[str] = set()
        self._lately: deque[float] = deque()
        self.revoked = False
        self.paused = False

    def push(self, order: Mapping[str, Any]) -> int | None:
        """Something happens in a chat: the id of the update that tells of it, or None where Telegram drops it."""
        update = self._raw(order) if order["kind"] == "raw" else self._built(dict(order))
        if self.options.check_updates and not order.get("unchecked") and (wrong := contract.update_problems({"update_id": 1, **update})):
            raise Misused(f"not a valid update: {wrong}")
        kind = next(iter(update), "")
        if kind not in self.allowed if self.allowed else kind in ONLY_ON_REQUEST:
            return None
        self._lately.append(self.clock.now())
        queue, chat = updates.route(update)
        age = float(order.get("age", 0))
        update_id = self.backlog.push(update, queue or f"alone:{self.backlog.next_id}", updates.life(update, age), chat)
        self.wake()
        return update_id

    def updates_in_last_minute(self) -> int:
        while self._lately and self._lately[0] < self.clock.now() - 60:
            self._lately.popleft()
        return len(self._lately)

    def _raw(self, order: Mapping[str, Any]) -> Update:
        return {name: value for name, value in order["update"].items() if name != "update_id"}

    def _built(self, order: dict[str, Any]) -> Update:
        kind, chat = order.pop("kind"), int(order.pop("chat"))
        if kind not in updates.BUILDERS:
            raise Misused(f"no such kind of update: {kind!r}")
        who = {name: order.pop(name) for name in ("user", "age", "language") if name in order}
        if kind == "press":
            self._add_button(chat, order)
        order["bot"] = self.bot
        return updates.BUILDERS[kind](Said(chat, self.chats.next_message_id(), details=order, **who))

    def _add_button(self, chat: int, order: dict[str, Any]) -> None:
        """Only a button that we really showed can be pressed."""
        try:
            order["message"], order["data"] = self.chats.find_button(chat, order["button"], order.get("message_id"))
        except LookupError as error:
            raise Misused(str(error)) from error
        order["query_id"] = self.dice.getrandbits(62)
        self.asked.add(str(order["query_id"]))

    def wake(self) -> None:
        if self.webhook:
            self.webhook.wake()
        elif not self.paused:
            self.polling.wake()

    def pause(self, paused: bool) -> None:
        """Updates gather and none is delivered."""
        self.paused = self.polling.paused = paused
        if self.webhook:
            self.webhook.paused = paused
        self.wake()

    async def set_webhook(self, hook: Hook | None) -> None:
        if self.webhook and self.webhook.hook == hook:
            return
        if self.webhook:
            await self.webhook.stop()
            self.webhook = None
        if hook:
            self.polling.end(WEBHOOK_SET)
            self.webhook = Webhook(hook, self.backlog, self.clock, self.ledger, self.faults, self.dice)
            self.webhook.paused = self.paused
            self.webhook.on_method = self.on_method
            self.webhook.start()
