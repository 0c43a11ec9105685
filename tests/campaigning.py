"""What tests of campaigns share: people by the number, officers, a campaign on its way, and a clock that the test moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from bot.campaigns import Runner
from storage import Database
from storage.audiences import ADDRESSES, CONTACTS, CONVERSATIONS
from storage.campaigns import RECIPIENTS, Campaign, by_id
from storage.campaigns_acts import Act
from storage.campaigns_file import read
from storage.deliveries import DELIVERIES
from storage.events import note
from storage.officers import Officer
from storage.writer import Connection

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)  # a Monday: 10:00 in Sidoarjo, 11:00 in Hong Kong
SIMPLE = 'name = "Ajakan"\n[text]\nid = "Halo {first_name}"\nen = "Hello {first_name}"\n[fields]\nfirst_name = { id = "Bapak/Ibu", en = "friend" }\n'


def officer(login: str, role: str = "administrator", branch: str = "*") -> Officer:
    return Officer(sum(login.encode()), branch, role, None, login, login.title(), "id", "Asia/Jakarta", NOW, None, None)


ANI, BUDI = officer("ani"), officer("budi")


class Clock:
    """Stands still until a test moves it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def later(self, **much: float) -> None:
        self.now += timedelta(**much)


async def people(
    database: Database,
    count: int,
    *,
    channel: str = "telegram",
    country: str | None = "HK",
    at: datetime = NOW,
    digits: str = "",
    **facts: Any,
) -> list[int]:
    """So many contacts with one address each; `digits` begins their number, `facts` are columns of the contact."""
    tools = database.tools
    ids = [tools.new_id() for _number in range(count)]
    rows = [{"id": id_, "created_at": at, "branch": "sidoarjo", "language": "id", "country": country} | facts for id_ in ids]
    addresses = []
    for id_ in ids:
        external = f"{digits}{id_}"
        address = database.address_of(channel, external)
        sealed = tools.sealer.seal(external, "addresses", "external", address)
        addresses.append({"id": address, "contact_id": id_, "channel": channel, "external": sealed, "created_at": at})

    async def work(db: Connection) -> None:
        await db.execute(insert(CONTACTS), rows)
        await db.execute(insert(ADDRESSES), addresses)
        await db.execute(insert(CONVERSATIONS), [{"contact_id": id_, "seen_at": at, "branch": "sidoarjo"} for id_ in ids])

    await database.writer.run(work)
    return ids


async def withdraws(database: Database, contact: int, at: datetime = NOW) -> None:
    """Their consent, as the chat does it: messages stop with it."""

    async def work(db: Connection) -> None:
        await db.execute(update(CONTACTS).where(CONTACTS.c.id == contact).values(opted_out_at=at))
        await note(db, database.tools, contact, "sidoarjo", "opt_out", "withdrawn", at)

    await database.writer.run(work)


async def act(database: Database, name: str, campaign: Campaign, who: Officer = ANI, now: datetime = NOW) -> Campaign:
    """One act of an officer on the campaign as it is now."""

    async def work(db: Connection) -> Campaign:
        fresh = await by_id(db, "*", campaign.id, lock=True)
        assert fresh
        done: Campaign = await getattr(Act(db, database.tools, who, now), name)(fresh)
        return done

    return await database.writer.run(work)


async def drafted(database: Database, file: str = SIMPLE, branch: str = "*", now: datetime = NOW) -> Campaign:
    return await database.writer.run(lambda db: Act(db, database.tools, ANI, now).draft(branch, read(file)))


async def started(database: Database, file: str = SIMPLE, now: datetime = NOW) -> Campaign:
    """Written by one officer, approved by another, started."""
    campaign = await drafted(database, file, now=now)
    await act(database, "approve", campaign, BUDI, now)
    return await act(database, "start", campaign, ANI, now)


def runner(database: Database, clock: Clock, rate: float = 0) -> Runner:
    return Runner(database, clock, {"telegram": rate, "whatsapp": rate}, lambda _heard: None, patience=60)


async def recipients(database: Database, campaign: Campaign) -> list[Any]:
    wanted = select(RECIPIENTS).where(RECIPIENTS.c.campaign == campaign.id).order_by(RECIPIENTS.c.contact_id)
    return list((await database.writer.read(lambda db: db.execute(wanted))).all())


async def states(database: Database, campaign: Campaign) -> list[tuple[str, str | None]]:
    return [(row.state, row.reason) for row in await recipients(database, campaign)]


async def queued(database: Database, contacts: Sequence[int] = ()) -> list[Any]:
    wanted = select(DELIVERIES).order_by(DELIVERIES.c.id)
    rows = (await database.writer.read(lambda db: db.execute(wanted))).all()
    return [row for row in rows if not contacts or row.contact_id in contacts]


async def state_of(database: Database, campaign: Campaign) -> str:
    found = await database.writer.read(lambda db: by_id(db, "*", campaign.id))
    assert found
    return found.state
