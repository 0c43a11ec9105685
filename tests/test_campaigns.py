"""Campaigns: their tables, their states, and who may do what with them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from bot.house import load, open_database
from storage import Database, audit, campaigns
from storage.attachments import ATTACHMENTS
from storage.audience_lists import LISTED, LISTS, SAVED
from storage.audit import Wanted
from storage.campaigns import Campaign
from storage.campaigns_acts import Act, Refused
from storage.campaigns_file import read
from storage.merging import merge
from storage.officers import Officer
from storage.privacy import erase_of
from storage.reminders import REFUSALS
from storage.retention import sweep
from tests.campaigning import ANI, BUDI, NOW, SIMPLE, Clock, act, drafted, officer, people, recipients, runner, started
from tests.talk import BRANCH, KEY


def test_the_migration_makes_the_tables_that_the_models_describe(migrated_file: Path) -> None:
    engine = create_engine(f"sqlite:///{migrated_file}")
    with engine.connect() as db:
        differences = compare_metadata(MigrationContext.configure(db), SQLModel.metadata)
    engine.dispose()
    ours = {
        table.name
        for table in (campaigns.CAMPAIGNS, campaigns.RECIPIENTS, campaigns.APPROACHES, REFUSALS, SAVED, LISTS, LISTED, ATTACHMENTS)
    }
    assert [found for found in differences if any(name in repr(found) for name in ours)] == []


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url, KEY)
    await load(database, BRANCH, NOW)
    yield database
    await database.close()


async def test_each_act_leaves_one_row_in_the_audit_and_the_chain_holds(database: Database) -> None:
    campaign = await started(database)
    for what in ("pause", "resume", "cancel"):
        await act(database, what, campaign)
    rows = await database.writer.read(lambda db: audit.find(db, "*", Wanted(subject=campaign.subject)))
    acts = ["drafted", "approved", "started", "paused", "resumed", "cancelled"]
    assert [row.action for row in reversed(rows)] == [f"campaign.{what}" for what in acts]
    checked, done = await database.writer.read(lambda db: audit.check(db, database.tools))
    assert (checked.broken_at, done) == (None, True)


async def test_what_is_refused_leaves_nothing(database: Database) -> None:
    campaign = await drafted(database)
    for what, who, why in (
        ("approve", ANI, "own"),
        ("start", ANI, "draft"),
        ("pause", ANI, "draft"),
        ("approve", officer("cici", "author"), "role"),
        ("approve", officer("dodi", "approver", "surabaya"), "role"),
    ):
        with pytest.raises(Refused) as refused:
            await act(database, what, campaign, who)
        assert refused.value.why == why
    rows = await database.writer.read(lambda db: audit.find(db, "*", Wanted(subject=campaign.subject)))
    assert [row.action for row in rows] == ["campaign.drafted"]


async def test_two_who_start_what_they_both_saw_start_one_run(database: Database) -> None:
    approved = await act(database, "approve", await drafted(database), BUDI)

    async def start(who: Officer) -> Campaign:
        return await database.writer.run(lambda db: Act(db, database.tools, who, NOW).start(approved))

    ended = await asyncio.gather(start(ANI), start(BUDI), return_exceptions=True)
    assert sorted(type(one).__name__ for one in ended) == ["Campaign", "Stale"]


async def test_any_edit_makes_the_approval_void(database: Database) -> None:
    approved = await act(database, "approve", await drafted(database), BUDI)
    file = read(SIMPLE.replace("Halo", "Hai"))
    edited = await database.writer.run(lambda db: Act(db, database.tools, ANI, NOW).edit(approved, file))
    assert (edited.state, edited.approver) == ("draft", None)
    with pytest.raises(Refused, match="draft"):
        await act(database, "start", edited)


async def test_two_contacts_that_are_one_person_are_one_recipient(database: Database) -> None:
    one, other = await people(database, 2)
    campaign = await started(database)
    await runner(database, Clock()).tick()
    await database.writer.run(lambda db: merge(db, one, other))
    assert [row.contact_id for row in await recipients(database, campaign)] == [other]


async def test_nothing_tells_which_campaigns_somebody_got_who_was_erased(database: Database) -> None:
    one, other = await people(database, 2)
    campaign = await started(database)
    await runner(database, Clock()).tick()
    await database.writer.run(lambda db: erase_of(db, database.tools, one, NOW))
    await database.writer.run(lambda db: sweep(db, NOW + timedelta(days=2)))
    assert [row.contact_id for row in await recipients(database, campaign)] == [other]
