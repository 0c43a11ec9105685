"""While older keys are given: whoever writes is brought to where the newest key looks for them, before they are heard."""

from __future__ import annotations

from collections.abc import Iterable

from bot.engine import Engine
from bot.failpoints import commit
from storage import Database, Inbound, rekeying
from storage.rekeying import Person


async def bring(database: Database, people: Iterable[Person]) -> None:
    """Does nothing unless an older key is given and one of them stands under it."""
    if not database.tools.sealer.older:
        return
    wanted = rekeying.older_ids(database.tools, people)
    there = await database.writer.read(lambda db: rekeying.among(db, wanted)) if wanted else []
    if there:
        found = {id_: wanted[id_] for id_ in there}
        await commit(database, "addresses renewed", lambda db: rekeying.bring(db, database.tools, found))


class RenewingEngine(Engine):
    """Hears nobody under an older key's address."""

    async def receive(self, inbounds: Iterable[Inbound]) -> None:
        if self._database.tools.sealer.older:
            inbounds = list(inbounds)
            await bring(self._database, {(inbound.channel, inbound.sender) for inbound in inbounds})
        await super().receive(inbounds)
