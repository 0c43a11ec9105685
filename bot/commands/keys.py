"""`sapa keys`: everything under the newest key while the house serves, and whether an older one is still needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import typer

from bot import house
from bot.commands.audit import broken_at
from bot.failpoints import commit
from bot.house import NotSetUp
from bot.settings import Settings
from storage import Database, audit, audit_signing, keys, rekeying
from storage.audit import Entry
from storage.audit_signing import Signing
from storage.scope import EVERYWHERE
from storage.sealed import ALL, BY_ADDRESS, Sealed, next_old, reseal
from storage.writer import Connection

CHUNK = 200  # rows in one transaction, so that no turn waits long
TELL = 10_000  # rows between two words about how far it is


async def rotate(settings: Settings, say: Callable[[str], None] = typer.echo) -> None:
    """A chunk a transaction: killed anywhere, it goes on where it was; what is done is not done again."""
    async with house.working(settings) as database:
        await renew(database, say)
        raise_unless(await report(database, say))


async def check(settings: Settings, say: Callable[[str], None] = typer.echo) -> None:
    async with house.working(settings) as database:
        raise_unless(await report(database, say))


def raise_unless(done: bool) -> None:
    if not done:
        raise NotSetUp("Keep the older key in SAPA_OLD_SECRET_KEYS, and run `sapa keys rotate`.")


async def renew(database: Database, say: Callable[[str], None]) -> None:
    for sealed in ALL:
        await _renew(database, sealed, say)
    await commit(database, "strays brought", lambda db: rekeying.bring_strays(db, database.tools))
    if database.tools.sealer.older:
        await _sign(database)


async def _renew(database: Database, sealed: Sealed, say: Callable[[str], None]) -> None:
    tools, after, done = database.tools, None, 0
    while ids := await database.writer.read(lambda db, last=after: next_old(db, tools, sealed, last, CHUNK)):  # type: ignore[misc]

        async def work(db: Connection, ids: list[Any] = ids) -> int:
            return await (rekeying.move_some(db, tools, ids) if sealed is BY_ADDRESS else reseal(db, tools, sealed, ids))

        before, after = done, ids[-1]
        done += await commit(database, "sealed anew", work)
        if done // TELL > before // TELL:
            say(f"{sealed.name}: {done:,} sealed anew")
    if done % TELL:
        say(f"{sealed.name}: {done:,} sealed anew")


async def _sign(database: Database) -> None:
    """Sign the audit with the newest key, once it was found whole with those that are given."""
    if broken := await broken_at(database):
        raise NotSetUp(f"The audit does not fit at row {broken}: look at it first (`sapa audit verify`). It was not signed.")
    so_far, done = Signing(), False
    while not done:
        so_far, done = await database.writer.read(lambda db, at=so_far: audit_signing.walk(db, database.tools, at))  # type: ignore[misc]

    async def work(db: Connection) -> None:
        await audit_signing.keep(db, database.dialect, database.tools, so_far)
        entry = Entry(None, EVERYWHERE, "key.changed", f"key:{database.tools.sealer.name}", {"rows": so_far.number})
        await audit.record(db, database.tools, entry, house.now())

    await commit(database, "audit signed", work)


async def report(database: Database, say: Callable[[str], None]) -> bool:
    """Say what still needs an older key; whether none does."""
    standing = await database.writer.read(lambda db: keys.standing(db, database.tools))
    unsigned = await broken_at(database, replace(database.tools, sealer=database.tools.sealer.alone()))
    for name, rows in standing.rows.items():
        if rows:
            say(f"{name}: {rows:,} rows are not under the newest key.")
    if unsigned:
        say(f"The audit is not proven by the newest key alone, from row {unsigned} on.")
    if standing.numbers:
        say(
            f"{standing.numbers:,} people of WhatsApp are known by their id, and by their number only with the older key, until they write."
        )
    if standing.codes:
        say(f"Recovery codes end with the older key; let them make new ones at the desk: {', '.join(standing.codes)}")
    if (done := standing.is_done and not unsigned) and database.tools.sealer.older:
        say("The older key is no longer needed: take it out of SAPA_OLD_SECRET_KEYS. Backups made before today still need it.")
    elif done:
        say("Everything is under the key that is set.")
    return done
