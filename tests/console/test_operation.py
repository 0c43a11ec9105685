"""Operation: what is in doubt is settled by staff, once, in their own branch, and on record."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from console.policies import Role
from storage import accounts, audit, pauses
from storage.accounts import account
from storage.audit import Wanted
from storage.changes import table_of
from storage.contacts import ContactRow
from storage.deliveries import DELIVERIES
from tests.console.conftest import NOW, Desk

CONTACTS = table_of(ContactRow)


async def doubts(desk: Desk, branch: str, first: int, count: int = 1) -> None:
    person = {"id": first, "created_at": NOW, "branch": branch, "language": "id"}
    await desk.database.writer.run(lambda db: db.execute(CONTACTS.insert(), [person]))
    moments = {"at": NOW, "due_at": NOW, "expires_at": NOW + timedelta(days=1), "claimed_at": NOW, "done_at": NOW}
    rows = [
        {"id": first + n, "key": f"{first + n}", "contact_id": first, "address": "a", "channel": "telegram", "lane": 0, "state": "in_doubt"}
        | {**moments, "reason": "timeout", "page": "{}", "facts": "", "attempts": 1, "resent": False}
        for n in range(count)
    ]
    await desk.database.writer.run(lambda db: db.execute(DELIVERIES.insert(), rows))


async def state(desk: Desk, delivery: int) -> tuple[str, bool]:
    row = (await desk.database.writer.read(lambda db: db.execute(select(DELIVERIES).where(DELIVERIES.c.id == delivery)))).one()
    return row.state, row.resent


async def test_staff_may_send_what_is_in_doubt_once_more(both: Desk) -> None:
    await doubts(both, "sidoarjo", 100)
    boss = await both.signed_in(Role.ADMINISTRATOR)
    assert "tidak menjawab tepat waktu" in await (await boss.get("/desk/operation")).text()
    assert (await boss.post("/desk/operation/100/again")).status == 303
    assert await state(both, 100) == ("queued", True)  # flagged: the worker may have it twice
    assert (await boss.post("/desk/operation/100/again")).status == 409
    rows = await both.database.writer.read(lambda db: audit.find(db, "*", Wanted()))
    assert [(row.action, row.subject) for row in rows] == [("delivery.sent_again", "delivery:100")]
    assert both.told == [{"*"}]  # whoever sends is woken


async def test_another_branchs_messages_are_not_seen_and_not_sent(desk: Desk) -> None:
    """W2"""
    await doubts(desk, "surabaya", 100)
    boss = await desk.signed_in(Role.ADMINISTRATOR)
    assert "/desk/operation/100/" not in await (await boss.get("/desk/operation")).text()
    assert (await boss.post("/desk/operation/100/again")).status == 409
    assert await state(desk, 100) == ("in_doubt", False)
    assert "/desk/operation/100/" in await (await (await desk.signed_in(Role.ADMINISTRATOR, "*")).get("/desk/operation")).text()


async def test_the_list_goes_on_by_key(desk: Desk) -> None:
    await doubts(desk, "sidoarjo", 100, 120)
    boss, address, shown = await desk.signed_in(Role.ADMINISTRATOR), "/desk/operation?channel=telegram", 0
    for rows in (50, 50, 20):
        page = await (await boss.get(address)).text()
        assert page.count("/again") == rows
        shown += rows
        more = page.partition('rel="next"')[0].rpartition('href="')[2]
        address = more.partition('"')[0].replace("&amp;", "&")
    assert shown == 120
    assert (await boss.get("/desk/operation?channel=whatsapp")).status == 200


async def test_a_national_administrator_lets_a_resting_channel_go_on(desk: Desk) -> None:
    await desk.database.writer.run(lambda db: accounts.pause(db, "whatsapp", NOW + timedelta(hours=5), "quality"))
    path = "/desk/operation/channels/whatsapp/resume"
    assert (await (await desk.signed_in(Role.ADMINISTRATOR)).post(path)).status == 404
    national = await desk.signed_in(Role.ADMINISTRATOR, "*")
    assert "quality" in await (await national.get("/desk/operation")).text()
    assert (await national.post(path)).status == 303
    assert (await desk.database.writer.read(lambda db: account(db, "whatsapp"))).paused_until is None


async def test_a_restored_copy_is_said_with_the_mend(desk: Desk) -> None:
    dialect = desk.database.dialect
    await desk.database.writer.run(lambda db: pauses.pause(db, dialect, pauses.CAMPAIGNS, pauses.RESTORED, NOW))
    page = await (await (await desk.signed_in(Role.ADMINISTRATOR)).get("/desk/operation")).text()
    assert "sapa restore accept" in page


async def test_what_is_wrong_with_telegram_is_said_with_the_mend(desk: Desk) -> None:
    """F26, F28"""
    dialect = desk.database.dialect
    for name, reason in ((pauses.TELEGRAM, "token"), (pauses.TELEGRAM_ADDRESS, "address")):
        await desk.database.writer.run(lambda db, name=name, reason=reason: pauses.pause(db, dialect, name, reason, NOW))  # type: ignore[misc]
    page = await (await (await desk.signed_in(Role.ADMINISTRATOR)).get("/desk/operation")).text()
    assert "/token" in page
    assert "/revoke" in page
