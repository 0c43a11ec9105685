"""Importing members at the desk: sent, looked through, brought in all at once, taken back; whatever is sent, nothing is half done."""

from __future__ import annotations

import asyncio
import io
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import FormData
from sqlalchemy import func, select

from console.policies import Role
from console.roster_sheet import LARGEST
from storage import audit, rosters
from storage.audit import Wanted
from storage.coverage import LIVE, MEMBERS
from storage.rosters import CHECKED, DRAFT, IMPORTING, STOPPED, UNDONE, Roster
from tests.console.conftest import Browser, Desk
from tests.console.talking import Talker, talking
from tests.hostile import PAYLOADS
from tests.workbooks import workbook

HEADINGS = ["Nama", "No KPJ", "NIK", "Tgl Lahir", "Mulai", "Berakhir", "Skema", "Program"]
RIGHT = ["Siti Contoh", "26010000011", "3515005503900000", "1990-03-15", "2025-04-01", "2027-03-31", "penempatan", "JKK JKM"]
WRONG = ["Budi Contoh", "26010000029", "1.23E+15", "1988-07-12", "2025-04-01", "2027-03-31", "penempatan", "JKK JKM"]
LIST = "\n".join(",".join(row) for row in [HEADINGS, RIGHT, WRONG]).encode()
COLUMNS = {
    f"column-{name}": str(at) for at, name in enumerate(["name", "kpj", "nik", "born", "starts_on", "ends_on", "scheme", "programmes"])
}
FORM = {"source": "Daftar November", "as_of": "2026-11-20", **COLUMNS}


def many(count: int) -> Iterator[str]:
    yield ",".join(HEADINGS)
    for n in range(count):
        yield f"Peserta {n},2611{n:07},,1990-03-15,2025-04-01,2027-03-31,placed,JKK JKM"


async def send(browser: Browser, content: bytes = LIST, name: str = "Daftar_November.csv", as_of: str = "2026-11-20", **more: str) -> Any:
    """As the form sends it: its token first, then the file."""
    form = FormData()
    form.add_field("csrf", browser.form_token())
    form.add_field("file", io.BytesIO(content), filename=name)
    for field, value in {"as_of": as_of, **more}.items():
        form.add_field(field, value)
    headers = {"Origin": browser.address, "Sec-Fetch-Site": "same-origin"}
    return await browser.http.post(f"{browser.address}/desk/members/imports", data=form, headers=headers, allow_redirects=False)


async def sent(desk: Desk, content: bytes = LIST) -> tuple[Browser, str]:
    officer = await desk.signed_in(Role.OFFICER)
    answer = await send(officer, content)
    assert answer.status == 303, await answer.text()
    return officer, answer.headers["Location"]


async def roster_at(desk: Desk, path: str) -> Roster:
    number = int(path.rpartition("/")[2])
    found = await desk.database.writer.read(lambda db: rosters.by_id(db, "*", number))
    assert found
    return found


async def act(desk: Desk, officer: Browser, path: str, what: str, form: dict[str, str] | None = None, version: int | None = None) -> int:
    roster = await roster_at(desk, path)
    answer = await officer.post(f"{path}/{what}", {"version": str(roster.version if version is None else version), **(form or {})})
    await desk.console.desk.jobs.done()
    return answer.status


async def check(desk: Desk, officer: Browser, path: str) -> None:
    assert await act(desk, officer, path, "check", FORM) == 303


async def members(desk: Desk) -> int:
    """Besides those of the demo."""
    return int((await desk.database.writer.read(lambda db: db.execute(select(func.count()).select_from(MEMBERS)))).scalar_one()) - 3


async def page(officer: Browser, path: str) -> str:
    answer = await officer.get(path)
    assert answer.status == 200
    return await answer.text()


async def test_a_list_goes_all_the_way_in_and_back_out(both: Desk) -> None:
    """B15"""
    officer, path = await sent(both)
    draft = await page(officer, path)
    assert "berubah menjadi angka hitungan" in draft  # already in the preview
    assert "3515005503900000" not in draft  # masked there too
    await check(both, officer, path)
    assert ((await roster_at(both, path)).state, await members(both)) == (CHECKED, 0)
    checked = await page(officer, path)
    assert "Impor 1 peserta" in checked
    assert "Cocokkan" not in checked
    assert "Jadikan kolom itu teks" in checked
    assert await act(both, officer, path, "run") == 303
    live = await roster_at(both, path)
    assert (live.state, live.report["members"], live.report["left_out"], await members(both)) == (LIVE, 1, 1, 1)
    assert await both.database.writer.read(lambda db: rosters.content(db, both.database.tools, live.id)) is None
    assert "Siti Contoh" in await page(officer, f"/desk/members?list={live.id}")
    assert await act(both, officer, path, "undo") == 303
    assert ((await roster_at(both, path)).state, await members(both)) == (UNDONE, 0)
    rows = await both.database.writer.read(lambda db: audit.find(db, "*", Wanted(nouns=("roster",))))
    actions = [row.action for row in reversed(rows)]
    assert actions == ["roster.sent", "roster.check_begun", "roster.import_begun", "roster.imported", "roster.undone"]
    assert {row.officer_id for row in rows} == {officer.officer.id if officer.officer else 0}


async def test_the_same_file_twice_leads_to_the_first(desk: Desk) -> None:
    officer, path = await sent(desk)
    await check(desk, officer, path)
    assert await act(desk, officer, path, "run") == 303
    again = await send(officer)
    assert again.headers["Location"] == path
    assert await members(desk) == 1


async def test_a_workbook_is_taken_too(desk: Desk) -> None:
    officer, path = await sent(desk, workbook([["DAFTAR PESERTA"], HEADINGS, RIGHT, RIGHT]))
    await check(desk, officer, path)
    report = (await roster_at(desk, path)).report
    assert (report["members"], report["faults"]) == (1, [[4, "kpj", "same_row", 3]])


async def test_columns_that_are_needed_are_asked_for_and_what_was_chosen_is_kept(desk: Desk) -> None:
    officer, path = await sent(desk, LIST.replace(b"Skema", b"Catatan").replace(b"Nama", b"Orang"))
    version = str((await roster_at(desk, path)).version)
    form = {"version": version, "source": "SIPP", "as_of": "2026-11-20", **COLUMNS, "column-scheme": "", "column-name": ""}
    answer = await officer.post(f"{path}/check", form)
    told = await answer.text()
    assert answer.status == 422
    assert "Nama, Jenis penempatan" in told
    assert (await roster_at(desk, path)).state == DRAFT
    form |= {"column-name": "0", "all-scheme": "placed"}
    assert (await officer.post(f"{path}/check", form)).status == 303
    await desk.console.desk.jobs.done()
    assert (await roster_at(desk, path)).report["members"] == 1


@pytest.mark.parametrize("as_of", ["", "kemarin", "2026-11-23"])
async def test_a_list_speaks_of_a_day_that_was(desk: Desk, as_of: str) -> None:
    officer = await desk.signed_in(Role.OFFICER)
    assert (await send(officer, as_of=as_of)).status == 422


async def test_what_is_no_list_is_refused_in_a_sentence_and_not_kept(desk: Desk) -> None:
    """B15, B16"""
    officer = await desk.signed_in(Role.OFFICER)
    for content, said in (
        (b"", "kosong"),
        (b"\x89PNG\0", "bukan CSV"),
        (b"PK\x03\x04", "rusak"),
        (b",".join([b"x"] * 10_000), "200 kolom"),
    ):
        answer = await send(officer, content)
        assert answer.status == 422
        assert said in await answer.text()
    assert await desk.database.writer.read(lambda db: rosters.find(db, "*", states=(DRAFT,))) == []


async def test_a_file_that_is_too_large_is_refused_before_it_is_read(desk: Desk) -> None:
    """B17: only the beginning is sent, and the answer is there."""
    officer = await desk.signed_in(Role.OFFICER)
    address = urlsplit(desk.address)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    token = f'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{officer.form_token()}\r\n'
    file = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + "a" * 10_000
    head = [
        "POST /desk/members/imports HTTP/1.1",
        f"Host: {address.netloc}",
        f"Origin: {desk.address}",
        f"Cookie: sapa-desk={officer.token}",
    ]
    head += ["Content-Type: multipart/form-data; boundary=x", f"Content-Length: {1 << 30}"]
    writer.write("\r\n".join([*head, "", token + file]).encode())
    status = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    await writer.wait_closed()
    assert b" 413 " in status


async def test_a_file_that_lies_about_its_length_is_cut_off(desk: Desk) -> None:
    """B17"""
    officer = await desk.signed_in(Role.OFFICER)
    answer = await send(officer, b"a" * (LARGEST + 1))
    assert answer.status == 413
    assert "10 MB" in await answer.text()


async def test_a_form_of_another_page_is_refused(desk: Desk) -> None:
    """W10"""
    officer = await desk.signed_in(Role.OFFICER)
    form = FormData()
    form.add_field("file", LIST, filename="a.csv")
    form.add_field("csrf", officer.form_token())  # after the file: too late
    headers = {"Origin": officer.address, "Sec-Fetch-Site": "same-origin"}
    answer = await officer.http.post(f"{officer.address}/desk/members/imports", data=form, headers=headers)
    assert answer.status == 403
    assert (await officer.http.post(f"{officer.address}/desk/members/imports", data=form, headers={"Origin": "https://evil"})).status == 403


async def test_a_stale_form_says_so_and_changes_nothing(desk: Desk) -> None:
    officer, path = await sent(desk)
    stale = (await roster_at(desk, path)).version
    await check(desk, officer, path)
    now = await roster_at(desk, path)
    for what in ("check", "run", "undo"):
        assert await act(desk, officer, path, what, FORM, stale) == 409
    assert await roster_at(desk, path) == now


async def test_steps_cannot_be_taken_out_of_turn(desk: Desk) -> None:
    officer, path = await sent(desk)
    assert await act(desk, officer, path, "run") == 409  # not looked through yet
    await check(desk, officer, path)
    assert await act(desk, officer, path, "run") == 303
    assert await act(desk, officer, path, "run") == 409
    assert await act(desk, officer, path, "undo") == 303
    assert await act(desk, officer, path, "undo") == 409


async def test_another_branchs_import_is_not_there(desk: Desk) -> None:
    """W2"""
    _officer, path = await sent(desk)
    stranger = await desk.signed_in(Role.OFFICER, "surabaya")
    assert (await stranger.get(path)).status == 404
    assert (await stranger.get(f"{path}/faults")).status == 404
    for what in ("check", "run", "undo"):
        assert (await stranger.post(f"{path}/{what}", {"version": "1"})).status == 404
    assert path not in await page(stranger, "/desk/members/imports")


async def test_who_works_for_all_branches_says_for_which(desk: Desk) -> None:
    boss = await desk.signed_in(Role.ADMINISTRATOR, "*")
    assert (await send(boss, branch="nowhere")).status == 400
    answer = await send(boss, branch="sidoarjo")
    assert (await roster_at(desk, answer.headers["Location"])).branch == "sidoarjo"


async def test_a_reading_that_died_is_taken_up_by_somebody_else(desk: Desk) -> None:
    """What it left behind is taken away first."""
    officer, path = await sent(desk)
    await check(desk, officer, path)
    one = await roster_at(desk, path)
    await desk.database.writer.run(lambda db: rosters.change(db, one.id, one.version, state=IMPORTING, beat_at=desk.clock(), report={}))
    assert await act(desk, officer, path, "run") == 409  # somebody is at it
    desk.clock.move(seconds=31)
    assert "Mulai lagi" in await page(officer, path)
    assert await act(desk, officer, path, "run") == 303
    assert ((await roster_at(desk, path)).state, await members(desk)) == (LIVE, 1)


async def test_a_house_that_stops_says_so(desk: Desk) -> None:
    officer, path = await sent(desk, "\n".join(many(20_000)).encode())
    await check(desk, officer, path)
    version = (await roster_at(desk, path)).version
    await officer.post(f"{path}/run", {"version": str(version)})
    assert "<progress" in await page(officer, path)
    await desk.console.desk.jobs.close()
    assert (await roster_at(desk, path)).state == STOPPED
    assert "Peserta 1<" not in await page(officer, "/desk/members?q=Peserta 1")
    assert await act(desk, officer, path, "run") == 303
    assert await members(desk) == 20_000


async def test_the_faults_can_be_taken_along(desk: Desk) -> None:
    officer, path = await sent(desk)
    await check(desk, officer, path)
    text = await page(officer, f"{path}/faults")
    assert '3,NIK,"berubah menjadi angka hitungan' in text
    assert "1.23E+15" not in text


async def test_hostile_headings_names_and_files_are_shown_as_they_are(desk: Desk) -> None:
    """W16, B6"""
    officer = await desk.signed_in(Role.OFFICER)
    for payload in [words for words in PAYLOADS if "<" in words][:5]:
        heading = payload.replace('"', '""').replace("\n", " ").replace("\r", " ")
        answer = await send(officer, f'Nama,"{heading}"\nSiti,x\n'.encode("utf-8", "replace"), name="<b>x</b>.csv")
        text = await page(officer, answer.headers["Location"])
        assert "<b>x</b>" not in text
        assert not re.search(r"<(script(?! src)|img|iframe|svg onload)", text.partition("<main")[2])


async def test_fields_that_a_form_does_not_have_are_ignored(desk: Desk) -> None:
    """W4"""
    officer, path = await sent(desk)
    assert await act(desk, officer, path, "check", {**FORM, "branch": "surabaya", "state": "live"}) == 303
    assert ((await roster_at(desk, path)).branch, (await roster_at(desk, path)).state) == ("sidoarjo", CHECKED)


@pytest.mark.slow
@pytest.mark.sqlite_first
async def test_fifty_thousand_rows_are_in_within_a_minute_and_keep_nobody_waiting(both: Desk) -> None:
    """L10"""
    both.console.desk.clock.now = datetime(2026, 11, 22, 5, tzinfo=UTC)  # type: ignore[attr-defined]
    officer, path = await sent(both, "\n".join(many(50_000)).encode())
    await check(both, officer, path)
    version = str((await roster_at(both, path)).version)
    begun, waits = time.perf_counter(), list[float]()
    await officer.post(f"{path}/run", {"version": version})
    while (await roster_at(both, path)).state == IMPORTING:
        asked = time.perf_counter()
        await both.database.writer.run(lambda db: db.execute(select(func.count()).select_from(rosters.FILES)))
        waits.append(time.perf_counter() - asked)
        await asyncio.sleep(0.05)
    took = time.perf_counter() - begun
    assert await members(both) == 50_000
    assert took < 60
    assert sorted(waits)[int(len(waits) * 0.95)] < 0.2  # of about a hundred; a disk that stands still for a moment is in two or three
    assert max(waits) < 3  # other tests may be at work beside it


async def test_a_worker_is_told_of_the_list_while_it_stands_and_of_the_older_one_after(desk: Desk) -> None:
    """From the moment it is in until it is undone; with its source and the day it speaks of."""
    officer, path = await sent(desk)
    async with talking(desk) as engine:
        siti = Talker(desk, engine, "100")
        for said in ("cek", "ya", "ya", RIGHT[1]):
            await siti.says(said)
        assert '"Contoh daftar peserta (bukan data asli)" per 1 November 2026' in await _last(siti, "15 maret 1990")
        await check(desk, officer, path)
        assert await act(desk, officer, path, "run") == 303
        assert '"Daftar November" per 20 November 2026' in await _asks(siti)
        assert await act(desk, officer, path, "undo") == 303
        assert '"Contoh daftar peserta (bukan data asli)" per 1 November 2026' in await _asks(siti)


async def _asks(worker: Talker) -> str:
    for said in ("cek status", "ya", RIGHT[1]):
        await worker.says(said)
    return await _last(worker, "15 maret 1990")


async def _last(worker: Talker, said: str) -> str:
    page = (await worker.says(said))[-1].page
    assert page
    return page.text
