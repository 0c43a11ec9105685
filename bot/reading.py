"""What the browser chat reads of the database: what is new in a conversation, and its language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels.webchat import CHANNEL, Entry, News
from bot.ids import NODE_BITS, SEQUENCE_BITS
from bot.phones import phones_in
from bot.renewing import bring
from bot.together import Together
from storage import Database, history
from storage.writer import Connection

FRESH = 40  # of each side, for a page that opens: about 30 kB on a slow line
MOST = 200
LATELY = 120_000 << (NODE_BITS + SEQUENCE_BITS)  # two minutes, as ids count them


@dataclass(frozen=True, slots=True)
class Asked:
    """One page and the last entry it knows."""

    address: str
    last: int


class Reading:
    """Reads through the database's second, read-only connection, so that an open page never waits for a writer."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._together = Together(self._look)

    async def close(self) -> None:
        await self._together.close()

    def address(self, sender: str) -> str:
        return self._database.address_of(CHANNEL, sender)

    async def news(self, sender: str, address: str, last: int) -> News:
        await bring(self._database, [(CHANNEL, sender)])
        return await self._together.ask(Asked(address, last))

    async def _look(self, asked: Sequence[Asked]) -> list[News]:
        recent = self._database.tools.new_id() - LATELY
        return await self._database.writer.read(lambda db: _news(db, asked, recent))


async def _news(db: Connection, asked: Sequence[Asked], recent: int) -> list[News]:
    """Pages that were told something lately are told the rest by one query; who was away longer has a query of their own, with a limit."""
    languages = await history.languages(db, {one.address for one in asked})
    lately: dict[str, int] = {}
    for one in asked:
        if one.last > recent:
            lately[one.address] = min(one.last, lately.get(one.address, one.last))
    together = await history.after_each(db, lately) if len(lately) > 1 else {}
    found = []
    for one in asked:
        if one.last > recent and one.address in together:
            entries = [entry for entry in together[one.address] if entry.id > one.last]
        else:
            entries = await history.after(db, one.address, one.last, MOST if one.last else FRESH)
        found.append(News([_shown(entry) for entry in entries], languages.get(one.address)))
    return found


def _shown(entry: history.Entry) -> Entry:
    return Entry(entry.id, entry.at, entry.text, entry.page, entry.client, phones_in(entry.page) if entry.page else ())
