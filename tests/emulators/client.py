"""Drives the Telegram emulator from a test: people write and press, time passes, things break; then the ledger is read.

async with TelegramEmulator.start(tmp_path) as telegram:
    await telegram.text(42, "halo")
    [reply] = await telegram.wait_for_sends(1)
    await telegram.press(42, "Menu")
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.emulators.driver import Driver, Rule, started
from tests.emulators.ledger import Entry, LedgerReader
from tests.emulators.telegram.platform import Options


class TelegramEmulator(Driver):
    def __init__(self, url: str, ledger: LedgerReader, session: aiohttp.ClientSession, token: str) -> None:
        super().__init__(url, ledger, session)
        self.token = token
        self._read = 0  # entries of the ledger that stand in the lists below: nobody looks through all of it for each press
        self._sends: list[Entry] = []
        self._sends_to: defaultdict[int, list[Entry]] = defaultdict(list)

    @classmethod
    @asynccontextmanager
    async def start(cls, folder: Path, *, faults: Sequence[Rule] = (), **options: object) -> AsyncIterator[TelegramEmulator]:
        """Options are those of `python -m tests.emulators telegram --help`, with underscores; the ledger is in `folder`."""
        async with started("telegram", folder, faults, options) as (url, ledger, session):
            yield cls(url, ledger, session, str(options.get("token", Options().token)))

    # What people do. Each returns the id of the update, or None where Telegram drops it.

    async def push(self, *orders: Mapping[str, Any]) -> list[int | None]:
        """Several things at once, in order; see `tests/emulators/telegram/updates.py` for the kinds."""
        return list(await self.control("updates", list(orders)))

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
        return _update_id(await self.control("chats", {"chat": chat, "state": state, "silent": silent}))

    async def unblock(self, chat: int, *, silent: bool = False) -> int | None:
        return _update_id(await self.control("chats", {"chat": chat, "state": "open", "silent": silent}))

    async def move(self, group: int, supergroup: int) -> None:
        await self.control("chats", {"chat": group, "moved_to": supergroup})

    async def revoke_token(self, *, revoked: bool = True) -> None:
        await self.control("token", {"revoked": revoked})

    async def restart_ids(self, following: int) -> None:
        await self.control("ids", {"next": following})

    # What happened.

    def sends(self, chat: int | None = None) -> list[Entry]:
        """The messages that were accepted, oldest first; those of a chat, if one is given."""
        entries = self._ledger.refresh()
        for entry in entries[self._read :]:
            if entry["kind"] == "accepted" and entry["method"].startswith("send") and entry["message_id"]:
                self._sends.append(entry)
                self._sends_to[entry["chat"]].append(entry)
        self._read = len(entries)
        return list(self._sends if chat is None else self._sends_to[chat])

    async def wait_for_sends(self, count: int, chat: int | None = None, *, within: float = 10.0) -> list[Entry]:
        await self.wait_for(lambda: len(self.sends(chat)) >= count, within=within)
        return self.sends(chat)

    async def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """A Bot API call of the test's own, answered as the bot would be."""
        async with self._session.post(f"{self.url}/bot{self.token}/{method}", json=parameters) as response:
            return dict(await response.json())


def _update_id(answer: object) -> int | None:
    return answer if isinstance(answer, int) else None
