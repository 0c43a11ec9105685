"""Finds out who wrote, for many deliveries of the webhook in one look at the database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.failpoints import commit
from storage import Database, Unavailable
from storage.identities import Known, Who, learn, recognise

MOST = 100  # deliveries in one look: Meta brings few people in each

Seen = tuple[dict[Who, Known], set[Who]]  # who these are, and of whom there is something to learn


@dataclass(slots=True)
class Asking:
    """The people of one delivery, and who waits to hear of them."""

    people: Sequence[Who]
    seen: asyncio.Future[Seen]


class Recognising:
    """One look at a time; whoever asks meanwhile is in the next."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asking: list[Asking] = []
        self._looking: asyncio.Task[None] | None = None

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def known(self, people: Iterable[Who]) -> dict[Who, Known]:
        """Everybody as we know them from here on; raises Unavailable if the database is away."""
        everybody = list(dict.fromkeys(people))
        if not everybody:
            return {}
        asking = Asking(everybody, asyncio.get_running_loop().create_future())
        self._asking.append(asking)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        known, strange = await asking.seen
        if strange.isdisjoint(everybody):
            return {who: known[who] for who in everybody}
        tools = self._database.tools
        return await commit(self._database, "people learnt", lambda db: learn(db, tools, everybody))

    async def _look(self) -> None:
        while self._asking:
            group, self._asking = self._asking[:MOST], self._asking[MOST:]
            try:
                await self._answer(group)
            except asyncio.CancelledError:
                for one in group + self._asking:
                    _end(one, Unavailable("stopping"))
                raise

    async def _answer(self, group: Sequence[Asking]) -> None:
        """Whose names cannot be read must not hold up the others: each is looked up alone then."""
        try:
            seen = await self._read(group)
        except Exception as error:
            if len(group) == 1 or isinstance(error, Unavailable):
                for one in group:
                    _end(one, error)
                return
            for one in group:
                await self._answer([one])
        else:
            for one in group:
                _end(one, seen)

    async def _read(self, group: Sequence[Asking]) -> Seen:
        tools, people = self._database.tools, [who for one in group for who in one.people]
        return await self._database.writer.read(lambda db: recognise(db, tools, people))


def _end(asking: Asking, result: Seen | Exception) -> None:
    if asking.seen.done():  # who asked is gone
        return
    if isinstance(result, Exception):
        asking.seen.set_exception(result)
    else:
        asking.seen.set_result(result)
