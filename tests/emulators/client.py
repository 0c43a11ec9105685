"""Drives the Telegram emulator from a test: people write and press, time passes, things break; then the ledger is read.

async with TelegramEmulator.start(tmp_path) as telegram:
    await telegram.text(42, "halo")
    [reply] = await telegram.wait_for_sends(1)
    await telegram.press(42, "Menu")
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.emulators.ledger import Entry, LedgerReader
from tests.emulators.process import emulator
from tests.emulators.telegram.platform import Options

Rule = Mapping[str, object]
LOOK_AGAIN_AFTER = 0.01


class TelegramEmulator:
    def __init__(self, url: str, ledger: LedgerReader, session: aiohttp.ClientSession, token: str) -> None:
        self.url = url
        self.token = token
        self._ledger = ledger
        self._session = session

    @classmethod
    @asynccontextmanager
    async def start(cls, folder: Path, *, faults: Sequence[Rule] = (), **options: object) -> AsyncIterator[TelegramEmulator]:
        """Options are those of `python -m tests.emulators telegram --help`, with underscores; the ledger is in `folder`."""
        ledger = folder / "telegram.ledger.jsonl"
        arguments = ["telegram", "--ledger", str(ledger)]
        if faults:
            (folder / "telegram.faults.json").write_text(json.dumps({"fault": list(faults)}))
            arguments += ["--faults", str(folder / "telegram.faults.json")]
        for name, value in options.items():
            arguments += [f"--{name.replace('_', '-')}", *([] if value is True else [str(value)])]
        async with emulator(*arguments) as url, aiohttp.ClientSession() as session:
            yield cls(url, LedgerReader(ledger), session, str(options.get("token", Options().token)))

    # What people do. Each returns the id of the update, or None where Telegram drops it.

    async def push(self, *orders: Mapping[str, Any]) -> list[int | None]:
        """Several things at once, in order; see `tests/emulators/telegram/updates.py` for the kinds."""
        return list(await self._control("updates", list(orders)))

    async def text(self, chat: int, text: str, **details: object) -> int | None:
        return await self._one("text", chat, text=text, **details)

    async def press(self, chat: int, button: str, **details: object) -> int | None:
        """A button by its label or its callback data, on the newest message that shows it or on `message_id`."""
        return await self._one("press", chat, button=button, **details)

    async def send(self, kind: str, chat: int, **details: object) -> int | None:
        """Anything else: sticker, photo, voice, document, location, contact, edited, forwarded, membership."""
        return await self._one(kind, chat, **details)

    async def raw(self, update: Mapping[str, Any], *, unchecked: bool = False) -> int | None:
        """An update as it stands, perhaps one that Telegram would never word so."""
        return (await self.push({"kind": "raw", "update": update, "unchecked": unchecked}))[0]

    async def _one(self, kind: str, chat: int, **details: object) -> int | None:
        return (await self.push({"kind": kind, "chat": chat, **details}))[0]

    # What befalls them.

    async def block(self, chat: int, *, state: str = "blocked", silent: bool = False) -> int | None:
        """The bot may no longer write there: blocked, deactivated, kicked or unknown."""
        return _update_id(await self._control("chats", {"chat": chat, "state": state, "silent": silent}))

    async def unblock(self, chat: int, *, silent: bool = False) -> int | None:
        return _update_id(await self._control("chats", {"chat": chat, "state": "open", "silent": silent}))

    async def move(self, group: int, supergroup: int) -> None:
        await self._control("chats", {"chat": group, "moved_to": supergroup})

    async def set_faults(self, *rules: Rule) -> None:
        """These rules from now on, and no others."""
        await self._control("faults", list(rules))

    async def advance(self, seconds: float) -> None:
        await self._control("advance", {"seconds": seconds})

    async def pause(self) -> None:
        """Updates gather; none is delivered."""
        await self._control("pause", {"paused": True})

    async def resume(self) -> None:
        await self._control("pause", {"paused": False})

    async def revoke_token(self, *, revoked: bool = True) -> None:
        await self._control("token", {"revoked": revoked})

    async def restart_ids(self, following: int) -> None:
        await self._control("ids", {"next": following})

    # What happened.

    async def state(self) -> dict[str, Any]:
        async with self._session.get(f"{self.url}/control/state") as response:
            return dict(await response.json())

    def ledger(self, *kinds: str) -> list[Entry]:
        """All entries so far, or those of these kinds."""
        return [entry for entry in self._ledger.refresh() if not kinds or entry["kind"] in kinds]

    def sends(self, chat: int | None = None) -> list[Entry]:
        """The messages that were accepted, oldest first; those of a chat, if one is given."""
        accepted = (entry for entry in self.ledger("accepted") if entry["method"].startswith("send") and entry["message_id"])
        return [entry for entry in accepted if chat is None or entry["chat"] == chat]

    async def wait_for(self, enough: Callable[[], bool], *, within: float = 10.0) -> None:
        async with asyncio.timeout(within):
            while not enough():  # noqa: ASYNC110 (another process writes the ledger: there is no event to await)
                await asyncio.sleep(LOOK_AGAIN_AFTER)

    async def wait_for_sends(self, count: int, chat: int | None = None, *, within: float = 10.0) -> list[Entry]:
        await self.wait_for(lambda: len(self.sends(chat)) >= count, within=within)
        return self.sends(chat)

    async def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """A Bot API call of the test's own, answered as the bot would be."""
        async with self._session.post(f"{self.url}/bot{self.token}/{method}", json=parameters) as response:
            return dict(await response.json())

    async def _control(self, verb: str, order: object) -> Any:
        async with self._session.post(f"{self.url}/control/{verb}", json=order) as response:
            answer = await response.json()
            if response.status != 200:
                raise ValueError(answer.get("misused", answer))
            return answer


def _update_id(answer: object) -> int | None:
    return answer if isinstance(answer, int) else None
