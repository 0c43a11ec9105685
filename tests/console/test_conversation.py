"""A conversation at the desk, with the bot at work beside it: who may read it, what officers write, and what the worker sees of them."""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update
from yarl import URL

from bot.engine import Engine
from console.policies import Role
from storage import answering, audit, canned, talks
from storage.changes import table_of
from storage.contacts import AddressRow
from storage.deliveries import DELIVERIES
from storage.merging import merge
from storage.news import Listener
from storage.notes import NOTES
from storage.requests import REQUESTS
from storage.templates import TEMPLATES
from tests.console.conftest import Browser, Desk, opened
from tests.console.talking import Talker, talking
from tests.hostile import PAYLOADS

MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # ten in the morning in Sidoarjo, when officers are at work
SUNDAY = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
KEY = "a-form-that-was-opened"
ADDRESSES = table_of(AddressRow)


@pytest.fixture
async def engine(both: Desk) -> AsyncIterator[Engine]:
    both.clock.now = MONDAY
    async with talking(both) as engine:
        yield engine


@pytest.fixture
async def siti(both: Desk, engine: Engine) -> Talker:
    """Somebody who wants to talk to an officer, on the web page."""
    siti = Talker(both, engine, "siti", "webchat")
    await siti.says("halo")
    await siti.says("petugas")
    return siti


async def sri(desk: Desk) -> Browser:
    officer = await desk.officer(name="Sri Wahyuni", login="sri")
    return await desk.enter(officer)


async def answers(browser: Browser, siti: Talker, text: str = "Halo, ada yang bisa dibantu?", key: str = KEY, seen: int = 0) -> str:
    answer = await browser.post(f"{await siti.path()}/reply", {"text": text, "key": key, "seen": str(seen)})
    assert answer.status == 303, await answer.text()
    return str(answer.headers["Location"])


async def last(siti: Talker) -> str:
    return (await siti.read())[-1].text


async def rows(desk: Desk, *where: object) -> int:
    counted = select(func.count()).where(*where)  # type: ignore[arg-type]
    return int((await desk.database.writer.read(lambda db: db.execute(counted))).scalar_one())


async def test_the_worker_sees_who_answers_and_from_which_office(both: Desk, siti: Talker) -> None:
    officer = await sri(both)
    await answers(officer, siti)
    assert await last(siti) == "Sri, BPJS Ketenagakerjaan Sidoarjo:\n\nHalo, ada yang bisa dibantu?"
    await answers(officer, siti, "Di mana Anda bekerja?", "another-form-was-opened")
    assert await last(siti) == "Sri:\n\nDi mana Anda bekerja?"
    assert siti.address in both.told[-1]


async def test_a_form_sent_twice_is_one_answer(both: Desk, siti: Talker) -> None:
    """F5: also when both arrive together."""
    officer = await sri(both)
    await answers(officer, siti)
    before = len(await siti.read())
    page = await officer.get(await answers(officer, siti))
    assert "sudah dikirim" in await page.text()
    assert len(await siti.read()) == before
    assert await rows(both, DELIVERIES.c.key.startswith("o:")) == 1


async def test_an_answer_is_not_sent_past_a_colleague_and_nothing_typed_is_lost(both: Desk, siti: Talker) -> None:
    first, second = await sri(both), await both.signed_in(Role.APPROVER)
    seen = (await siti.read())[-1].id
    await answers(first, siti)
    stale = await second.post(f"{await siti.path()}/reply", {"text": "Saya juga <b>mau</b> menjawab", "key": KEY, "seen": str(seen)})
    page = await stale.text()
    assert stale.status == 409
    assert "Rekan menulis" in page
    assert "Saya juga &lt;b&gt;mau&lt;/b&gt; menjawab</textarea>" in page
    assert await rows(both, DELIVERIES.c.key.startswith("o:")) == 1
    shown = int(re.findall(r'name="seen" value="(\d+)"', page)[0])
    await answers(second, siti, "Saya juga mau menjawab", "a-third-form-was-opened", shown)


async def test_of_two_who_answer_at_the_same_moment_one_is_told(both: Desk, siti: Talker) -> None:
    """F5"""
    first, second, path = await sri(both), await both.signed_in(Role.APPROVER), await siti.path()
    seen = str((await siti.read())[-1].id)
    forms = [{"text": f"Halo dari {number}", "key": f"the-form-of-number-{number}", "seen": seen} for number in (1, 2)]
    sent = await asyncio.gather(first.post(f"{path}/reply", forms[0]), second.post(f"{path}/reply", forms[1]))
    assert sorted(answer.status for answer in sent) == [303, 409]
    assert await rows(both, DELIVERIES.c.key.startswith("o:")) == 1


@pytest.mark.parametrize(
    ("form", "status"), [({"text": " "}, 422), ({"text": "a" * 3001}, 422), ({"key": "short"}, 400), ({"seen": "x" * 30}, 303)]
)
async def test_what_cannot_be_an_answer_is_not_sent(desk: Desk, form: dict[str, str], status: int) -> None:
    async with talking(desk) as engine:
        siti = Talker(desk, engine, "siti", "webchat")
        await siti.says("halo")
        officer = await sri(desk)
        answer = await officer.post(f"{await siti.path()}/reply", {"text": "Halo", "key": KEY, "seen": "0", **form})
        assert answer.status == status
        assert await rows(desk, DELIVERIES.c.key.startswith("o:")) == (status == 303)


async def test_while_an_officer_talks_the_bot_keeps_quiet_and_the_officer_sees_that_somebody_waits(both: Desk, siti: Talker) -> None:
    officer = await sri(both)
    await answers(officer, siti)
    assert await rows(both, REQUESTS.c.state == "open") == 0
    assert await siti.says("baik bu, saya tunggu") == []
    assert await siti.says(kind="photo") == []
    assert await siti.says("halo", edited=True) == []
    assert await rows(both, REQUESTS.c.state == "open", REQUESTS.c.reason == "human") == 1
    assert (await officer.post(f"{await siti.path()}/back")).status == 303
    assert "Sri sudah mengakhiri percakapan" in await last(siti)
    assert len(await siti.says("halo")) == 1


async def test_an_open_question_is_asked_again_after_the_talk(both: Desk, siti: Talker) -> None:
    question = (await siti.says("cek status"))[-1].text.split("\n\n")[-1]
    officer = await sri(both)
    await answers(officer, siti)
    await siti.says("terima kasih bu")
    await officer.post(f"{await siti.path()}/back")
    again = (await siti.read())[-1].page
    assert again
    assert [button.payload for button in again.buttons] == ["again", "menu", "?human"]
    assert question in (await siti.says(pressed="again", kind="press"))[0].text


@pytest.mark.parametrize("said", ["tolong saya dipukul majikan", "/menu", "menu", "stop"])
async def test_danger_and_words_for_the_bot_are_always_answered(both: Desk, siti: Talker, said: str) -> None:
    await answers(await sri(both), siti)
    assert len(await siti.says(said)) == 1


async def test_a_button_is_always_answered(both: Desk, siti: Talker) -> None:
    await answers(await sri(both), siti)
    assert len(await siti.says(pressed="menu", kind="press")) == 1


async def test_a_forgotten_talk_goes_back_to_the_bot_by_itself(both: Desk, siti: Talker) -> None:
    await answers(await sri(both), siti)
    assert await siti.says("halo") == []
    both.clock.move(hours=25)
    assert len(await siti.says("halo")) == 1


async def test_who_turns_out_to_be_one_person_goes_on_talking_with_their_officer(both: Desk, siti: Talker, engine: Engine) -> None:
    elsewhere = Talker(both, engine, "siti-on-telegram")
    await elsewhere.says("halo")
    await answers(await sri(both), siti)
    gone, kept = await siti.contact(), await elsewhere.contact()
    await both.database.writer.run(lambda db: merge(db, gone, kept))
    assert await elsewhere.says("baik bu, terima kasih") == []


async def test_out_of_hours_the_worker_hears_once_when_it_is_read_in_their_own_time(both: Desk, siti: Talker) -> None:
    await answers(await sri(both), siti)
    contact = await siti.contact()
    contacts = talks.CONTACTS
    await both.database.writer.run(lambda db: db.execute(update(contacts).where(contacts.c.id == contact).values(country="TW")))
    both.clock.move(hours=10)  # eight in the evening
    [told] = await siti.says("apakah masih di sana?")
    assert "Pesan Anda sudah ada di BPJS Ketenagakerjaan Sidoarjo" in told.text
    assert "09.00" in told.text  # eight in Sidoarjo
    assert await siti.says("halo?") == []


async def test_how_long_it_usually_takes_is_said_once_enough_were_answered(both: Desk, engine: Engine) -> None:
    officer = await sri(both)
    for number in range(5):
        worker = Talker(both, engine, f"w{number}", "webchat")
        await worker.says("petugas")
        both.clock.move(minutes=12)
        await answers(officer, worker, key=f"the-form-of-worker-{number}")
    [told] = await Talker(both, engine, "siti", "webchat").says("petugas")
    assert "kira-kira 12 menit" in told.text


async def test_an_answer_ends_the_wait_of_who_wanted_to_talk_and_of_nobody_else(both: Desk, siti: Talker) -> None:
    contact = await siti.contact()
    await siti.says("tolong saya dipukul majikan")
    await answers(await sri(both), siti)
    waiting = await both.database.writer.read(lambda db: answering.waiting_of(db, both.database.tools, contact))
    assert [(one.reason, one.state, one.reader) for one in waiting] == [("emergency", "read", "Sri Wahyuni")]
    officer = await both.signed_in(Role.OFFICER)
    for said in ("Selesai. Tidak menunggu lagi", "Rekan sudah menyelesaikannya"):
        closed = await officer.post(f"{await siti.path()}/close", {"request": str(waiting[0].id)})
        assert said in await (await officer.get(closed.headers["Location"])).text()
    assert await rows(both, REQUESTS.c.state != "closed") == 0


async def test_opening_a_conversation_is_in_the_audit_once_an_hour(both: Desk, siti: Talker) -> None:
    """N9, W3: also for who makes the page fetch itself."""
    officer, path = await sri(both), await siti.path()
    for _time in range(3):
        await officer.get(path, **{"X-Background": "1"})
    both.clock.move(minutes=61)
    assert officer.officer
    await (await both.enter(officer.officer)).get(path)
    subject = path.replace("/desk/inbox/", "person:")
    found = await both.database.writer.read(lambda db: audit.find(db, "*", audit.Wanted(subject=subject)))
    assert [row.action for row in found] == ["conversation.opened"] * 2


async def test_notes_are_for_officers_and_go_with_the_person(both: Desk, siti: Talker) -> None:
    """P2, P6"""
    officer, path = await sri(both), await siti.path()
    await officer.post(f"{path}/note", {"text": "Suaminya menelepon dari 081234567890"})
    page = await (await officer.get(path)).text()
    assert "Suaminya menelepon dari ••••••••••••" in page
    assert "081234567890" not in page
    assert "Suaminya" not in str([entry.text for entry in await siti.read()])
    await siti.says("hapus data saya")
    for button in ("privacy.wish=erase", "privacy.erase=yes"):
        await siti.says(pressed=button, kind="press")
    assert await rows(both, NOTES.c.id > 0) == 0
    assert (await officer.get(path)).status == 404


async def test_a_task_is_given_to_a_colleague_who_may_have_it(both: Desk, siti: Talker) -> None:
    """W4: and to nobody else."""
    officer, path = await sri(both), await siti.path()
    other = await both.officer(name="Budi", login="budi")
    for wrong in (await both.officer(Role.AUDITOR, login="a"), await both.officer(branch="surabaya", login="b")):
        assert (await officer.post(f"{path}/assign", {"officer": str(wrong.id)})).status == 400
    assert (await officer.post(f"{path}/assign", {"officer": str(other.id)})).status == 303
    assert "<bdi>Budi</bdi>" in await (await officer.get("/desk/inbox")).text()
    assert (await officer.post(f"{path}/assign", {"officer": ""})).status == 303
    assert "<bdi>Budi</bdi>" not in await (await officer.get("/desk/inbox")).text()


async def test_another_branch_finds_nothing_and_changes_nothing(both: Desk, siti: Talker) -> None:
    """W2"""
    stranger, path = await both.signed_in(Role.OFFICER, "surabaya"), await siti.path()
    assert (await stranger.get(path)).status == 404
    forms = {
        "reply": {"text": "x", "key": KEY},
        "template": {"key": KEY},
        "note": {"text": "x"},
        "assign": {},
        "back": {},
        "close": {"request": "1"},
    }
    for act, form in forms.items():
        assert (await stranger.post(f"{path}/{act}", form)).status == 404, act
    assert await rows(both, NOTES.c.id > 0) == 0
    assert await rows(both, DELIVERIES.c.key.startswith("o:")) == 0
    national = await both.signed_in(Role.ADMINISTRATOR, "*")
    assert (await national.get(path)).status == 200


async def test_ready_answers_are_offered_in_the_workers_language(both: Desk, siti: Talker) -> None:
    officer, path = await sri(both), await siti.path()
    form = {"title": "Jam buka", "words_id": "Kami buka pukul delapan.", "words_en": "We open at eight."}
    assert (await officer.post("/desk/answers", form)).status == 303
    [kept] = await both.database.writer.read(lambda db: canned.every(db, "sidoarjo"))
    assert 'data-answer="Kami buka pukul delapan."' in await (await officer.get(path)).text()
    assert "Kami buka pukul delapan.</textarea>" in await (await officer.get(f"{path}?answer={kept.id}")).text()
    for wrong in ({**form, "title": ""}, {**form, "words_id": "", "words_en": ""}, {**form, "title": "x" * 61}):
        assert (await officer.post(f"/desk/answers/{kept.id}", wrong)).status == 422
    stranger = await both.signed_in(Role.OFFICER, "surabaya")
    for act in ("", "/drop"):
        assert (await stranger.post(f"/desk/answers/{kept.id}{act}", form)).status == 404
    await officer.post(f"/desk/answers/{kept.id}", {**form, "words_id": "Buka pukul sembilan."})
    assert "Buka pukul sembilan." in await (await officer.get("/desk/answers")).text()
    assert (await officer.post(f"/desk/answers/{kept.id}/drop")).status == 303
    assert await both.database.writer.read(lambda db: canned.every(db, "*")) == []


async def test_outside_whatsapps_window_only_approved_templates_are_offered(both: Desk, engine: Engine) -> None:
    parts = [{"type": "BODY", "text": "Halo {{1}}, <petugas> menunggu kabar Anda."}]
    for name, state in (("kabar", "APPROVED"), ("draf", "PENDING")):
        row = {"name": name, "language": "id", "state": state, "category": "utility", "parts": json.dumps(parts), "changed_at": MONDAY}
        await both.database.writer.run(lambda db, row=row: db.execute(TEMPLATES.insert(), [{"reason": "", "quality": "", **row}]))  # type: ignore[misc]
    worker = Talker(both, engine, "6281234567890", "whatsapp")
    await worker.says("halo")
    officer, path = await sri(both), await worker.path()
    inside = await (await officer.get(path)).text()
    assert 'id="f-text"' in inside
    assert "kabar" not in inside
    both.clock.move(hours=24, minutes=1)
    assert officer.officer
    officer = await both.enter(officer.officer)
    outside = await (await officer.get(path)).text()
    assert 'id="f-text"' not in outside
    assert "kabar" in outside
    assert "draf" not in outside
    assert (await officer.post(f"{path}/reply", {"text": "halo", "key": KEY, "seen": "0"})).status == 409
    assert (await officer.post(f"{path}/template", {"template": "draf.id", "key": KEY, "blank0": "Bu"})).status == 409
    assert (await officer.post(f"{path}/template", {"template": "kabar.id", "key": KEY, "blank0": ""})).status == 422
    for _time in range(2):
        assert (await officer.post(f"{path}/template", {"template": "kabar.id", "key": KEY, "blank0": "Bu Siti"})).status == 303
    sent = select(DELIVERIES.c.page, DELIVERIES.c.template).where(DELIVERIES.c.key.startswith("o:"))
    [(page, template)] = [tuple(row) for row in await both.database.writer.read(lambda db: db.execute(sent))]
    assert json.loads(page)["text"] == "Halo Bu Siti, <petugas> menunggu kabar Anda."
    assert json.loads(template)["values"] == [["1", "Bu Siti"]]


async def test_who_blocked_us_is_not_written_to(both: Desk, siti: Talker) -> None:
    await both.database.writer.run(lambda db: db.execute(update(ADDRESSES).values(unreachable="left")))
    officer, path = await sri(both), await siti.path()
    assert "tidak bisa dihubungi di sini" in await (await officer.get(path)).text()
    assert (await officer.post(f"{path}/reply", {"text": "halo", "key": KEY, "seen": "0"})).status == 409


async def test_hostile_words_stand_in_the_page_as_words(desk: Desk) -> None:
    """W16, B5, B6: of the worker, of an officer, of a note and of a ready answer."""
    async with talking(desk) as engine:
        worker = Talker(desk, engine, "w", "webchat")
        officer = await sri(desk)
        said = [payload for payload in PAYLOADS if payload.strip()][::6]
        for number, payload in enumerate(said):
            await worker.says(payload)
            await officer.post(f"{await worker.path()}/note", {"text": payload})
            await officer.post("/desk/answers", {"title": payload[:60], "words_id": payload, "words_en": ""})
            await answers(officer, worker, payload, f"form-number-{number:08}")
        page = await (await officer.get(await worker.path())).text()
        assert not re.search(
            r"<(script(?! src|\stype| type)|img|iframe|svg onload|body onload|object|video|math)", page.split("<main", 1)[1]
        )
        entries = [json.loads(html.unescape(one)) for one in re.findall(r'data-entry="([^"]*)"', page)]
        assert entries
        assert all(set(entry) == {"id", "at", "text", "buttons"} for entry in entries)


async def test_what_no_database_keeps_is_left_out_and_lines_end_as_elsewhere(both: Desk, siti: Talker) -> None:
    """B3, B6"""
    officer = await sri(both)
    await answers(officer, siti, "Halo\0 Bu.\r\n\r\nApa kabar?\ud800".encode("utf-8", "replace").decode())
    assert (await last(siti)).endswith("Halo Bu.\n\nApa kabar??")
    assert (await officer.post(f"{await siti.path()}/note", {"text": "a\0b"})).status == 303
    for path in (
        "/desk/inbox?q=a%00b",
        "/desk/inbox?q=%00",
        "/desk/inbox?after=%00",
        f"{await siti.path()}?before=%00",
        "/desk/inbox?q=%ed%a0%80",
    ):
        assert (await officer.http.get(URL(both.address + path, encoded=True))).status == 200, path


async def test_long_talks_are_read_page_by_page(desk: Desk) -> None:
    async with talking(desk) as engine:
        worker = Talker(desk, engine, "w", "webchat")
        for number in range(40):
            await worker.says(f"pesan nomor {number}")
        officer, seen = await sri(desk), list[str]()
        path: str | None = await worker.path()
        while path:
            page = await (await officer.get(path)).text()
            seen = re.findall(r"<p><bdi>(pesan nomor \d+)", page) + seen
            earlier = re.search(r'href="(/desk/inbox/\d+\?before=\d+)"', page)
            path = earlier[1] if earlier else None
        assert seen == [f"pesan nomor {number}" for number in range(40)]


@pytest.mark.postgres
async def test_two_officers_on_two_processes_see_each_other(postgresql_url: str) -> None:
    """What one web process commits, the pages that another serves hear of."""
    async with opened(postgresql_url) as one, opened(postgresql_url) as other:
        heard = asyncio.Event()
        listening = asyncio.create_task(Listener(postgresql_url, lambda news: heard.set() if "desk" in news else None).listen())
        try:
            async with talking(one) as engine:
                worker = Talker(one, engine, "w", "webchat")
                await worker.says("halo")
                officer = await other.signed_in(Role.OFFICER)
                while not heard.is_set():
                    await officer.post(f"{await worker.path()}/note", {"text": "catatan"})
                    await asyncio.sleep(0.05)
                assert "catatan" in await (await officer.get(await worker.path())).text()
        finally:
            listening.cancel()
