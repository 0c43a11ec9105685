"""Two texts that are compared, and the question that follows a campaign: each person has one arm, and is asked once."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from bot.house import load, new_engine, open_database
from storage import Database, Inbound
from storage.campaigns import Campaign, editions
from storage.campaigns_results import Results, results
from storage.campaigns_told import told
from storage.deliveries import DELIVERIES
from storage.events import EVENTS
from tests.campaigning import NOW, SIMPLE, Clock, people, queued, recipients, runner, started
from tests.talk import BRANCH, KEY

TWO = SIMPLE + '[other]\nid = "Hai {first_name}"\nen = "Hi {first_name}"\n'
ASKING = (
    SIMPLE
    + '[question]\nafter_hours = 24\ntext = { id = "Apakah gratis?", en = "Is it free?" }\n'
    + '[[question.answer]]\nlabel = { id = "Ya", en = "Yes" }\nright = true\n'
    + '[[question.answer]]\nlabel = { id = "Tidak", en = "No" }\n'
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url, KEY)
    await load(database, BRANCH, NOW)
    yield database
    await database.close()


async def found(database: Database, campaign: Campaign) -> Results:
    return await database.writer.read(lambda db: results(db, database.dialect, campaign))


async def goes_out(database: Database, clock: Clock) -> None:
    running = runner(database, clock)
    await running.tick()
    await running.tick()
    await database.writer.run(lambda db: db.execute(update(DELIVERIES).where(DELIVERIES.c.state == "queued").values(state="sent")))
    await running.tick()


async def test_each_person_has_one_of_two_texts_and_always_the_same(database: Database) -> None:
    await people(database, 200)
    campaign = await started(database, "other_share = 0.3\n" + TWO)
    await goes_out(database, Clock())
    texts = {row.contact_id: json.loads(row.page)["text"].split()[0] for row in await queued(database)}
    many = sum(text == "Hai" for text in texts.values())
    assert 35 < many < 90
    arms = (await found(database, campaign)).arms
    assert [(arm.name, arm.pressed.of) for arm in arms] == [("a", 200 - many), ("b", many)]


async def test_what_people_did_is_told_for_each_text(database: Database) -> None:
    await people(database, 60)
    campaign = await started(database, TWO)
    await goes_out(database, Clock())
    other = [row.contact_id for row in await queued(database) if json.loads(row.page)["text"].startswith("Hai")]
    row = {"id": 1, "at": NOW + timedelta(days=1), "contact_id": other[0], "branch": "sidoarjo", "kind": "check", "subject": "covered"}
    await database.writer.run(lambda db: db.execute(insert(EVENTS), [row | {"detail": "{}"}]))
    first, second = (await found(database, campaign)).arms
    assert (first.did["checked"].many, second.did["checked"].many, second.did["checked"].of) == (0, 1, len(other))


async def test_the_question_goes_a_day_later_once_to_those_who_got_it(database: Database) -> None:
    await people(database, 2)
    await people(database, 1, opted_out_at=NOW)
    campaign, clock = await started(database, ASKING), Clock()
    await goes_out(database, clock)
    assert await asked(database, campaign) == []
    clock.later(hours=25)
    for _process in range(2):
        await goes_out(database, clock)
    [child] = await asked(database, campaign)
    rows = await recipients(database, child)
    assert [(row.state, row.reason) for row in rows] == [("handed", None)] * 2
    page = json.loads((await queued(database))[-1].page)
    delivery = (await queued(database))[-1].id
    assert page["text"] == "Apakah gratis?"
    assert [button["payload"] for button in page["buttons"]] == [
        f"{one}#{delivery}" for one in ("?understood=0", "?understood=1", "?opt_out")
    ]


async def asked(database: Database, campaign: Campaign) -> list[Campaign]:
    return await database.writer.read(lambda db: editions(db, campaign.id))


async def test_the_first_answer_counts_and_the_right_one_is_said(database: Database) -> None:
    engine = new_engine(database, "sidoarjo", lambda: NOW)
    engine.start()
    try:
        await say(engine, "1", text="halo")
        campaign, clock = await started(database, ASKING), Clock()
        await goes_out(database, clock)
        clock.later(hours=25)
        await goes_out(database, clock)
        row = (await queued(database))[-1]
        for number, place in enumerate((1, 0)):
            await say(engine, f"p{number}", pressed=f"?understood={place}#{row.id}", kind="press")
        await say(engine, "p9", pressed="?understood=0#77", kind="press")
    finally:
        await engine.close()
    said = [json.loads(row.page)["text"] for row in await queued(database) if row.lane == 0][-3:]
    assert said == [
        "Terima kasih sudah menjawab. Jawaban yang benar: Ya",
        "Benar. Terima kasih sudah menjawab.",
        "Pertanyaan itu sudah ditutup. Silakan tanyakan hal lain.",
    ]
    answered = (await found(database, campaign)).answered
    assert answered
    assert (answered.asked, answered.answers, answered.right) == (1, {1: 1}, 0)
    lines = await database.writer.read(lambda db: told(db, database.dialect, campaign))
    assert "understood: 0 right of 1 answers, 1 asked" in lines


async def say(engine: Any, id_: str, **said: Any) -> None:
    await engine.receive([Inbound("telegram", "7", id_, NOW, **said)])


async def test_a_question_that_is_a_week_late_is_not_asked(database: Database) -> None:
    await people(database, 1)
    campaign, clock = await started(database, ASKING), Clock()
    await goes_out(database, clock)
    clock.later(days=9)
    await goes_out(database, clock)
    assert await asked(database, campaign) == []
