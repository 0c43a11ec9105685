"""Drives the WhatsApp emulator from a test: people write and press, time passes, things break; then the ledger is read.

async with WhatsAppEmulator.start(tmp_path, webhook=url) as whatsapp:
    await whatsapp.text("6281200000001", "halo")
    [reply] = await whatsapp.wait_for_sends(1)
    await whatsapp.press("6281200000001", "Menu")
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.emulators.driver import Driver, Rule, started
from tests.emulators.ledger import Entry, LedgerReader
from tests.emulators.whatsapp.platform import Options

VERSION = "v26.0"


class WhatsAppEmulator(Driver):
    def __init__(self, url: str, ledger: LedgerReader, session: aiohttp.ClientSession, options: Mapping[str, object]) -> None:
        super().__init__(url, ledger, session)
        default = Options()
        self.api_url = f"{url}/{VERSION}"
        self.token, self.phone_id, self.account, self.app_secret, self.verify_token = (
            str(options.get(name, getattr(default, name))) for name in ("token", "phone_id", "account", "app_secret", "verify_token")
        )

    @classmethod
    @asynccontextmanager
    async def start(cls, folder: Path, *, faults: Sequence[Rule] = (), **options: object) -> AsyncIterator[WhatsAppEmulator]:
        """Options are those of `python -m tests.emulators whatsapp --help`, with underscores; the ledger is in `folder`."""
        async with started("whatsapp", folder, faults, options) as (url, ledger, session):
            yield cls(url, ledger, session, options)

    # What people do. Each returns the id of what the webhook tells of it.

    async def says(self, *orders: Mapping[str, Any]) -> list[str]:
        """Several things at once, in order; see `tests/emulators/whatsapp/events.py` for the kinds."""
        return list(await self.control("says", list(orders)))

    async def text(self, chat: str, text: str, **details: object) -> str:
        return await self.send("text", chat, text=text, **details)

    async def press(self, chat: str, button: str, **details: object) -> str:
        """A button or row by its label or its id, on the newest message that shows it."""
        return await self.send("press", chat, button=button, **details)

    async def send(self, kind: str, chat: str, **details: object) -> str:
        """Anything else: image, audio, document, location, contacts, reaction, edit, revoke, stop, resume, number."""
        return (await self.says({"kind": kind, "chat": chat, **details}))[0]

    async def raw(self, change: Mapping[str, Any]) -> str:
        """A change as it stands, perhaps one that Meta would never word so."""
        return (await self.says({"kind": "raw", "change": change}))[0]

    # What they and the account are like.

    async def person(self, chat: str, **facts: object) -> dict[str, str]:
        """Their number and id; `state`, `hidden`, `nameless` and `stopped` change them."""
        return dict(await self.control("people", {"chat": chat, **facts}))

    async def hook(self, **settings: object) -> bool:
        """Where and how to deliver; whether a new address proved to be ours."""
        return bool(await self.control("hook", settings))

    async def template(self, name: str, language: str = "id", **facts: object) -> None:
        await self.control("template", {"name": name, "language": language, **facts})

    async def tier(self, tier: str) -> None:
        await self.control("tier", {"tier": tier})

    async def number(self, **facts: object) -> None:
        """What the number, the token or the account say of themselves."""
        await self.control("number", facts)

    # What happened.

    def sends(self, chat: str | None = None) -> list[Entry]:
        """The messages that were accepted, oldest first; those to one number, if one is given."""
        return [entry for entry in self.ledger("accepted") if chat is None or entry["chat"] == chat]

    async def wait_for_sends(self, count: int, chat: str | None = None, *, within: float = 10.0) -> list[Entry]:
        await self.wait_for(lambda: len(self.sends(chat)) >= count, within=within)
        return self.sends(chat)

    async def settled(self, *, within: float = 10.0) -> None:
        """Everything that happened was delivered and acknowledged."""
        told = {entry["id"] for entry in self.ledger("event")}
        await self.wait_for(lambda: told <= {one for entry in self.ledger("attempt") if entry["ok"] for one in entry["ids"]}, within=within)
