"""Whom a campaign is for: each filter, lists that were uploaded, filters that were kept, and a count that holds nobody up."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.house import load, open_database
from storage import Database, audiences_saved, campaigns_count
from storage.audience_lists import LISTED
from storage.audience_upload import Refused, upload
from storage.audiences import ADDRESSES, CONTACTS, Audience, fits
from storage.audiences_saved import Keeper
from storage.campaigns import Campaign
from storage.campaigns_file import read
from storage.coverage import MEMBERS, ROSTERS
from storage.deliveries import DELIVERIES
from storage.events import EVENTS
from storage.interests import INTERESTS
from storage.merging import merge
from storage.partners import LINKS, PARTNERS
from tests.campaigning import ANI, BUDI, NOW, SIMPLE, Clock, act, drafted, officer, people, queued, recipients, runner, started, withdraws
from tests.talk import BRANCH, KEY


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url, KEY)
    await load(database, BRANCH, NOW)
    yield database
    await database.close()


async def counted(database: Database, audience: str = "", branch: str = "*") -> dict[tuple[str, str], int]:
    """In pieces and in one look, which say the same."""
    file = read(f"{SIMPLE}{audience}")
    draft = Campaign(0, branch, "", "draft", 0, "", "", None, NOW, *(None,) * 6, cursor=0, paused_because=None)
    found = await campaigns_count.live(database, draft, file, NOW)
    assert dict(found) == await database.writer.read(lambda db: campaigns_count.count(db, draft, file, NOW))
    return dict(found)


async def interest(database: Database, contact: int, **values: Any) -> None:
    row = {"id": database.tools.new_id(), "reference": str(contact), "at": NOW, "changed_at": NOW, "contact_id": contact}
    rest = {"branch": "sidoarjo", "state": "new", "stage": "abroad", "reach": "here", "name": "Siti"}
    await database.writer.run(lambda db: db.execute(insert(INTERESTS), [row | rest | values]))


async def test_a_list_keeps_whom_we_know_and_counts_the_rest(database: Database) -> None:
    tools = database.tools
    by_phone, by_nik, by_reference, by_card = await people(database, 4)
    [whatsapp] = await people(database, 1, channel="whatsapp", digits="62812")
    numbered = (
        update(ADDRESSES).where(ADDRESSES.c.contact_id == whatsapp).values(phone_index=database.address_of("whatsapp", "628123456789"))
    )
    await database.writer.run(lambda db: db.execute(numbered))
    nik, other_nik = "3515001207880001", "3515001207880002"
    await interest(database, by_phone, phone_index=tools.sealer.index("phone", "+85291234567"))
    await interest(database, by_nik, nik_index=tools.sealer.index("nik", nik))
    await interest(database, by_reference, reference="7GQ2K4A")
    await interest(database, by_card, nik_index=tools.sealer.index("nik", other_nik))
    await member(database, tools.sealer.index("kpj", "26010000029"), tools.sealer.index("nik", other_nik))
    text = f"+852 9123-4567;Siti\n{nik}\n26010000029\n+628123456789\n\n08123456789\nnomor\n081234567890\n3515001207889999\n"
    done = await upload(database, ANI, "*", "Agensi", text, NOW)
    assert (done.lines, done.known, done.unknown, done.unreadable) == (8, 4, 2, 1)
    listed = set((await database.writer.read(lambda db: db.execute(select(LISTED.c.contact_id)))).scalars())
    assert listed == {by_phone, by_nik, by_card, whatsapp}
    assert sum((await counted(database, f"[audience]\nlists = [{done.id}]\n")).values()) == 4


async def member(database: Database, kpj: str, nik: str, ends_on: date = date(2026, 11, 23)) -> None:
    roster = {"id": database.tools.new_id(), "branch": "sidoarjo", "source": "list", "as_of": NOW.date(), "imported_at": NOW}
    kept = {"state": "live", "version": 0, "file": "", "mapping": "{}", "report": "{}", "done": 0, "total": 1}
    row = {"id": database.tools.new_id(), "roster": roster["id"], "kpj_index": kpj, "nik_index": nik, "secrets": b"", "name": "Siti"}
    period = {"scheme": "placed", "programmes": "JKK", "starts_on": NOW.date(), "ends_on": ends_on}

    async def work(db: Any) -> None:
        await db.execute(insert(ROSTERS), [roster | kept])
        await db.execute(insert(MEMBERS), [row | period])

    await database.writer.run(work)


@pytest.mark.parametrize("many", [2_000, pytest.param(100_000, marks=[pytest.mark.slow, pytest.mark.sqlite_first])])
async def test_a_hundred_thousand_unknown_numbers_are_counted_as_such(database: Database, many: int) -> None:
    [someone] = await people(database, 1)
    text = "\n".join(f"62899{number:08}" for number in range(many)) + f"\n{someone}\n"
    done = await upload(database, ANI, "*", "Daftar", text, NOW)
    assert (done.lines, done.known, done.unknown, done.unreadable) == (many + 1, 1, many, 0)


async def test_an_officer_of_another_branch_learns_nothing_of_who_is_known(database: Database) -> None:
    [someone] = await people(database, 1)
    done = await upload(database, officer("cici", branch="surabaya"), "surabaya", "Daftar", str(someone), NOW)
    assert (done.known, done.unknown) == (0, 1)
    with pytest.raises(Refused, match="role"):
        await upload(database, officer("cici", branch="surabaya"), "sidoarjo", "Daftar", str(someone), NOW)
    with pytest.raises(Refused, match="role"):
        await upload(database, officer("dodi", role="officer"), "*", "Daftar", str(someone), NOW)
    with pytest.raises(Refused, match="empty"):
        await upload(database, ANI, "*", "Daftar", " \n", NOW)


async def test_a_list_follows_whom_two_contacts_turned_out_to_be(database: Database) -> None:
    one, other = await people(database, 2)
    done = await upload(database, ANI, "*", "Daftar", f"{one}\n{other}", NOW)
    await database.writer.run(lambda db: merge(db, one, other))
    assert list((await database.writer.read(lambda db: db.execute(select(LISTED.c.contact_id)))).scalars()) == [other]
    await database.writer.run(lambda db: Keeper(db, database.tools, ANI, "*", NOW).drop_list(done.id))
    assert (await database.writer.read(lambda db: db.execute(select(LISTED)))).all() == []
    assert await database.writer.read(lambda db: audiences_saved.lists(db, "*")) == []


async def test_a_filter_is_kept_under_a_name_of_its_branch(database: Database) -> None:
    async def save(name: str, audience: Audience, branch: str = "sidoarjo") -> int:
        return await database.writer.run(lambda db: Keeper(db, database.tools, ANI, branch, NOW).save(database.dialect, name, audience))

    first = await save("Hong Kong", Audience(countries=("HK",)))
    assert await save("Hong Kong", Audience(countries=("HK", "TW"))) == first
    await save("Hong Kong", Audience(), "surabaya")
    [mine] = await database.writer.read(lambda db: audiences_saved.saved(db, "sidoarjo"))
    assert (mine.name, mine.audience.countries, mine.author) == ("Hong Kong", ("HK", "TW"), "ani")
    assert not await database.writer.run(lambda db: Keeper(db, database.tools, ANI, "surabaya", NOW).drop(first))
    assert await database.writer.run(lambda db: Keeper(db, database.tools, ANI, "sidoarjo", NOW).drop(first))
    assert await database.writer.read(lambda db: audiences_saved.saved(db, "sidoarjo")) == []


async def test_the_count_tells_channels_and_reasons_apart(database: Database) -> None:
    await people(database, 3)
    await people(database, 2, opted_out_at=NOW)
    [withdrew] = await people(database, 1)
    await withdraws(database, withdrew)
    await people(database, 1, channel="whatsapp", digits="852")
    await people(database, 1, channel="webchat")
    await people(database, 1, country="SA", branch="surabaya")
    assert await counted(database) == {
        ("telegram", ""): 4,
        ("telegram", "opted_out"): 2,
        ("telegram", "no_consent"): 1,
        ("whatsapp", "window"): 1,
        ("", "unreachable"): 1,
    }
    assert await counted(database, branch="surabaya") == {("telegram", ""): 1}
    assert await counted(database, '[audience]\ncountries = ["SA"]\n') == {("telegram", ""): 1}


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ('branches = ["surabaya"]', "away"),
        ('links = ["LADANG9"]', "linked"),
        ('partners = ["ladang"]', "linked"),
        ('countries = ["SA"]', "away"),
        ('stages = ["abroad"]', "left"),
        ('interests = ["contacted"]', "left"),
        ('checks = ["ends_soon"]', "checked"),
        ("cover_ends_from = 2026-12-01\ncover_ends_until = 2026-12-31", "left"),
        ('languages = ["en"]', "english"),
        ('channels = ["whatsapp"]', "whatsapp"),
        ("seen_within_days = 5", "away left linked checked english whatsapp"),
        ("not_seen_for_days = 5", "silent"),
        ('topics = ["death"]', "checked"),
        ('stages = ["abroad"]\nlanguages = ["en"]', ""),
    ],
)
async def test_each_filter_finds_exactly_whom_it_means(sqlite_url: str, wanted: str, names: str) -> None:
    database = open_database(sqlite_url, KEY)
    await load(database, BRANCH, NOW)
    there = await everybody(database)
    found = await database.writer.read(lambda db: db.execute(select(CONTACTS.c.id).where(fits(audience_of(wanted), "*", NOW))))
    by_id = {contact: name for name, contact in there.items()}
    told = {by_id[contact] for contact in found.scalars()}
    if "channels" in wanted:  # a channel chooses addresses, not people
        assert sum(many for (channel, _why), many in (await counted(database, f"[audience]\n{wanted}\n")).items() if channel) == len(
            names.split()
        )
    else:
        assert told == set(names.split())
    await database.close()


def audience_of(wanted: str) -> Audience:
    return read(f"{SIMPLE}[audience]\n{wanted}\n").audience


async def everybody(database: Database) -> dict[str, int]:
    """One for each filter."""
    made: dict[str, int] = {}
    [made["away"]] = await people(database, 1, country="SA", branch="surabaya")
    [made["linked"]] = await people(database, 1, first_link="LADANG9")
    [made["english"]] = await people(database, 1, language="en")
    [made["whatsapp"]] = await people(database, 1, channel="whatsapp")
    [made["silent"]] = await people(database, 1, at=NOW - timedelta(days=9))
    for name in ("left", "checked"):
        [made[name]] = await people(database, 1)
    await interest(database, made["left"], state="contacted", nik_index="nik")
    await member(database, "kpj", "nik", date(2026, 12, 24))
    rows = [("check", "ends_soon"), ("topic", "death")]
    common = {"at": NOW, "contact_id": made["checked"], "branch": "sidoarjo", "detail": "{}"}
    events = [common | {"id": number, "kind": kind, "subject": subject} for number, (kind, subject) in enumerate(rows)]

    async def work(db: Any) -> None:
        await db.execute(insert(PARTNERS), [{"id": "ladang", "branch": "sidoarjo", "kind": "p3mi", "name": "Parco"}])
        await db.execute(insert(LINKS), [{"code": "LADANG9", "partner": "ladang"}])
        await db.execute(insert(EVENTS), events)

    await database.writer.run(work)
    return made


async def test_who_was_missed_is_written_to_again_and_nobody_else(database: Database) -> None:
    sent, failed, doubtful, gone, blocked, shut = await people(database, 6)
    campaign, clock = await started(database), Clock()
    await database.writer.run(lambda db: db.execute(update(CONTACTS).where(CONTACTS.c.id == gone).values(opted_out_at=NOW)))
    running = runner(database, clock)
    await running.tick()
    for contact, state, reason in (
        (sent, "sent", None),
        (failed, "failed", "refused_400"),
        (doubtful, "in_doubt", "crash"),
        (blocked, "expired", None),
        (shut, "skipped", "window"),
    ):
        changed = update(DELIVERIES).where(DELIVERIES.c.contact_id == contact).values(state=state, reason=reason)
        await database.writer.run(lambda db, changed=changed: db.execute(changed))  # type: ignore[misc]
    again = await act(database, "again", campaign)
    assert again.state == "draft"
    await act(database, "approve", again, BUDI)
    await act(database, "start", again)
    await running.tick()
    await running.tick()
    assert {row.contact_id for row in await recipients(database, again)} == {failed, blocked, shut}
    assert {(row.state, row.reason) for row in await recipients(database, again)} == {("handed", None)}, (
        "what did not arrive was no message"
    )


async def test_a_campaign_that_was_not_started_missed_nobody(database: Database) -> None:
    campaign = await drafted(database)
    with pytest.raises(Refused, match="draft"):
        await act(database, "again", campaign)
    assert await queued(database) == []
