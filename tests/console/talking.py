"""People who talked with the bot, as the desk meets them: real turns through the engine, on the database of a desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bot import house
from bot.engine import Engine
from storage import Inbound
from storage.changes import table_of
from storage.contacts import AddressRow
from storage.history import Entry, after
from tests.console.conftest import Desk

ADDRESSES = table_of(AddressRow)


@dataclass
class Talker:
    """A worker who writes, and reads what they are answered."""

    desk: Desk
    engine: Engine
    sender: str
    channel: str = "telegram"
    language: str = "id"
    said: int = 0

    async def says(self, text: str = "", **more: Any) -> list[Entry]:
        """What comes back for one message."""
        self.said += 1
        before = self.desk.database.tools.new_id()
        inbound = Inbound(self.channel, self.sender, f"{self.sender}-{self.said}", self.desk.clock(), text, language=self.language, **more)
        await self.engine.receive([inbound])
        return [entry for entry in await self.read(before) if entry.page]

    async def read(self, since: int = 0) -> list[Entry]:
        return await self.desk.database.writer.read(lambda db: after(db, self.address, since))

    @property
    def address(self) -> str:
        return self.desk.database.address_of(self.channel, self.sender)

    async def contact(self) -> int:
        mine = select(ADDRESSES.c.contact_id).where(ADDRESSES.c.id == self.address)
        return int((await self.desk.database.writer.read(lambda db: db.execute(mine))).scalar_one())

    async def path(self) -> str:
        return f"/desk/inbox/{await self.contact()}"


@asynccontextmanager
async def talking(desk: Desk, branch: str = "sidoarjo") -> AsyncIterator[Engine]:
    """The bot at work beside the desk."""
    engine = house.new_engine(desk.database, branch, desk.clock, committed=desk.console.live.heard)
    engine.start()
    try:
        yield engine
    finally:
        await engine.close()
