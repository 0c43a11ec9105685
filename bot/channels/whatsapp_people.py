"""Finds out who wrote, for many deliveries of the webhook in one look at the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.failpoints import commit
from bot.together import Together
from storage import Database
from storage.identities import Known, Who, learn, recognise

Seen = tuple[dict[Who, Known], bool]  # who these are, and whether there is something to learn of them first


class Recognising:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._together = Together(self._look)

    async def close(self) -> None:
        await self._together.close()

    async def known(self, people: Iterable[Who]) -> dict[Who, Known]:
        """Everybody as we know them from here on; raises Unavailable if the database is away."""
        everybody = list(dict.fromkeys(people))
        if not everybody:
            return {}
        known, something_new = await self._together.ask(everybody)
        if not something_new:
            return known
        tools = self._database.tools
        return await commit(self._database, "people learnt", lambda db: learn(db, tools, everybody))

    async def _look(self, deliveries: Sequence[Sequence[Who]]) -> list[Seen]:
        tools, people = self._database.tools, [who for delivery in deliveries for who in delivery]
        known, strange = await self._database.writer.read(lambda db: recognise(db, tools, people))
        return [({who: known[who] for who in delivery}, not strange.isdisjoint(delivery)) for delivery in deliveries]
