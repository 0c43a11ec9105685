"""What the browser chat reads of the database: a conversation's entries and its language."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.webchat import CHANNEL, Entry
from bot.phones import phones_in
from bot.renewing import bring
from storage import Database
from storage.history import after, language_of

FRESH = 40  # of each side, for a page that opens: about 30 kB on a slow line
MOST = 200


class Reading:
    """Reads through the database's second, read-only connection, so that an open page never waits for a writer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def address(self, sender: str) -> str:
        return self._database.address_of(CHANNEL, sender)

    async def after(self, sender: str, last: int) -> Sequence[Entry]:
        address = self.address(sender)
        limit = MOST if last else FRESH
        await bring(self._database, [(CHANNEL, sender)])
        entries = await self._database.writer.read(lambda db: after(db, address, last, limit))
        return [Entry(one.id, one.at, one.text, one.page, one.client, phones_in(one.page) if one.page else ()) for one in entries]

    async def language(self, sender: str) -> str | None:
        address = self.address(sender)
        return await self._database.writer.read(lambda db: language_of(db, address))
