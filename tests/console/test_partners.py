"""Partners on the desk: kept, changed and seen within the branch; links made, revoked, printed; every QR code read by a real decoder."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import insert

from console import material
from console.material import Order
from console.policies import Role
from storage import audit, doors, links, partners
from storage.audit import Wanted
from storage.branches import BRANCHES
from storage.links import Doors, Link
from tests.console.conftest import Browser, Desk
from tests.printed import codes_on, sizes_of, words_on

DOORS = Doors("https://sapa.example", "sapa_test_bot", "6281234567890")
PARCO = "/desk/partners/parco-laut"
LINK = Link("7GQ2K", "parco-laut", "", None, None, None, None, None)


async def actions(desk: Desk) -> list[tuple[str, str]]:
    rows = await desk.database.writer.read(lambda db: audit.find(db, "*", Wanted()))
    return [(row.action, row.subject) for row in reversed(rows)]


async def make_link(browser: Browser, **form: str) -> str:
    answer = await browser.post(f"{PARCO}/links", form)
    assert answer.status == 303, await answer.text()
    return answer.headers["Location"].rpartition("/")[2]


async def other_branch(desk: Desk) -> Browser:
    values = {"id": "surabaya", "name": "BPJS Ketenagakerjaan Surabaya", "zone": "Asia/Jakarta", "opens": "08:00", "closes": "16:30"}
    await desk.database.writer.run(lambda db: db.execute(insert(BRANCHES), [values]))
    return await desk.signed_in(Role.ADMINISTRATOR, "surabaya")


async def test_a_partner_is_added_with_a_link_that_leads_to_it(both: Desk) -> None:
    browser = await both.signed_in(Role.OFFICER)
    answer = await browser.post("/desk/partners/new", {"name": "PT Angin Timur", "kind": "p3mi", "branch": "sidoarjo"})
    assert (answer.status, answer.headers["Location"]) == (303, "/desk/partners/angin-timur")
    answer = await browser.post("/desk/partners/angin-timur/links", {"label": "Loket Bandara"})
    code = answer.headers["Location"].rpartition("/")[2]
    page = await (await browser.get(f"/desk/partners/angin-timur/links/{code}")).text()
    assert code in page
    assert await both.database.writer.read(lambda db: links.one(db, "sidoarjo", code.lower())) is not None
    assert await actions(both) == [("partner.added", "partner:angin-timur"), ("link.added", f"link:{code}")]
    again = await browser.post("/desk/partners/new", {"name": "Angin Timur", "kind": "p3mi", "branch": "sidoarjo"})
    assert again.status == 422


@pytest.mark.parametrize(
    "form",
    [
        {"name": "", "kind": "p3mi", "branch": "sidoarjo"},
        {"name": "印尼", "kind": "p3mi", "branch": "sidoarjo"},
        {"name": "x" * 101, "kind": "p3mi", "branch": "sidoarjo"},
        {"name": "PT X", "kind": "bank", "branch": "sidoarjo"},
        {"name": "PT X", "kind": "p3mi", "branch": "atlantis"},
    ],
)
async def test_what_cannot_be_a_partner_is_refused_with_a_reason(desk: Desk, form: dict[str, str]) -> None:
    browser = await desk.signed_in(Role.OFFICER)
    answer = await browser.post("/desk/partners/new", form)
    assert answer.status in (400, 422)
    assert await actions(desk) == []


async def test_a_link_ends_on_its_day_and_when_it_is_revoked(both: Desk) -> None:
    browser = await both.signed_in(Role.OFFICER)
    assert (await browser.post(f"{PARCO}/links", {"until": "2026-11-21"})).status == 422
    code = await make_link(browser, until="2026-11-23")
    link = await both.database.writer.read(lambda db: links.one(db, "*", code))
    assert link is not None
    assert (link.holds(both.clock()), link.holds(both.clock() + timedelta(days=2))) == (True, False)
    assert (await browser.post(f"{PARCO}/links/{code}/revoke")).status == 303
    assert (await browser.post(f"{PARCO}/links/{code}/revoke")).status == 404, "once is enough"
    assert [action for action, _subject in await actions(both)] == ["link.added", "link.revoked"]


async def test_another_branch_s_partner_is_not_found_whatever_is_asked(both: Desk) -> None:
    stranger = await other_branch(both)
    listed = await (await stranger.get("/desk/partners?all")).text()
    assert "Parco" not in listed
    for path in (PARCO, f"{PARCO}/links/7GQ2K", f"{PARCO}/links/7GQ2K/qr.png", f"{PARCO}/links/7GQ2K/print/poster-a4-id.pdf"):
        assert (await stranger.get(path)).status == 404, path
    for path in ("change", "links", "links/7GQ2K/revoke", "people", "people/7/code", "people/7/shut"):
        assert (await stranger.post(f"{PARCO}/{path}", {"name": "X", "kind": "p3mi", "version": "0", "hosts": ""})).status == 404, path
    assert await actions(both) == []


async def test_a_form_made_before_somebody_else_s_change_changes_nothing(both: Desk) -> None:
    browser = await both.signed_in(Role.OFFICER)
    form = {"version": "0", "name": "PT Parco Laut Jaya", "kind": "p3mi", "hosts": "https://parco.example\nwww.parco.example"}
    assert (await browser.post(f"{PARCO}/change", form)).status == 303
    assert (await browser.post(f"{PARCO}/change", {**form, "name": "PT Lain"})).status == 409
    kept = await both.database.writer.read(lambda db: partners.one(db, "sidoarjo", "parco-laut"))
    assert kept is not None
    assert (kept.name, kept.origins) == ("PT Parco Laut Jaya", ("https://parco.example", "https://www.parco.example"))
    assert [action for action, _subject in await actions(both)] == ["partner.changed"]


@pytest.mark.parametrize(
    "hosts", ["http://plain.example", "https://*.example", "javascript:alert(1)", "https://a.example;x", "x" * 9, "https://ä.example"]
)
async def test_only_whole_sites_over_https_may_show_our_chat(desk: Desk, hosts: str) -> None:
    browser = await desk.signed_in(Role.OFFICER)
    answer = await browser.post(f"{PARCO}/change", {"version": "0", "name": "PT Parco Laut", "kind": "p3mi", "hosts": hosts})
    assert answer.status == 422


async def test_a_link_of_a_campaign_of_another_branch_is_refused(desk: Desk) -> None:
    browser = await desk.signed_in(Role.OFFICER)
    assert (await browser.post(f"{PARCO}/links", {"campaign": "17"})).status == 422
    assert (await browser.post(f"{PARCO}/links", {"campaign": "١٧"})).status == 422


async def test_qr_codes_of_every_door_are_read_as_the_link(both: Desk) -> None:
    await both.database.writer.run(lambda db: doors.keep(db, both.database.dialect, DOORS))
    browser = await both.signed_in(Role.OFFICER)
    code = await make_link(browser)
    for channel, address in DOORS.links(code).items():
        answer = await browser.get(f"{PARCO}/links/{code}/qr.png?channel={channel}")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="qr-{code}.png"'
        assert read_png(await answer.read()) == [address]
        drawn = await (await browser.get(f"{PARCO}/links/{code}/qr.svg?channel={channel}")).read()
        assert read_svg(drawn.decode()) == [address]
    page = await (await browser.get(f"{PARCO}/links/{code}", **{"Accept-Language": "id"})).text()
    assert read_svg(page[page.index("<svg", page.index('class="big"')) :]) == [DOORS.whatsapp_link(code)]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("size", ["a4", "a5"])
@pytest.mark.parametrize("kind", [*material.KINDS])
def test_what_is_printed_leads_there_and_names_who_stands_behind_it(kind: str, size: str, language: str) -> None:
    order = Order(LINK, "PT Sumber Tenaga Kerja Remaja Abadi", "BPJS Ketenagakerjaan Sidoarjo", DOORS, language, size)
    body = material.pdf(kind, order)
    every = sorted(DOORS.links("7GQ2K", language).values())
    best = DOORS.whatsapp_link("7GQ2K", language)
    assert codes_on(body) == {"poster": [every], "leaflet": [every, []], "card": [[best, best]]}[kind]
    words = " ".join(words_on(body)[0].split())
    assert "PT Sumber Tenaga Kerja Remaja Abadi" in words
    assert "BPJS Ketenagakerjaan Sidoarjo" in words
    assert "7GQ2K" in words
    assert sizes_of(body) == {(210, 297) if size == "a4" else (148, 210)}
    assert b"DejaVu" in body, "the letters go with the page"
    assert len(body) < 100_000


def test_a_house_with_one_door_prints_one_code_and_one_without_none() -> None:
    order = Order(LINK, "P4MI", "Sidoarjo", Doors("https://sapa.example"), "id")
    assert codes_on(material.pdf("poster", order)) == [["https://sapa.example/?ref=7GQ2K"]]
    with pytest.raises(material.NoDoor):
        material.pdf("poster", Order(LINK, "P4MI", "Sidoarjo", Doors(), "id"))


@pytest.mark.parametrize("name", ["<b>PT</b>", "PT " + "Sangat Panjang " * 6, "PT\nDua Baris", "印尼公司", "' OR 1=1 --"])
def test_any_name_can_be_printed(name: str) -> None:
    order = Order(LINK, name, "BPJS Ketenagakerjaan Sidoarjo", DOORS, "id", "a5")
    assert codes_on(material.pdf("card", order)) == [[DOORS.whatsapp_link("7GQ2K")] * 2]


async def test_the_words_to_send_and_the_embed_code_carry_the_link(desk: Desk) -> None:
    await desk.database.writer.run(lambda db: doors.keep(db, desk.database.dialect, DOORS))
    browser = await desk.signed_in(Role.OFFICER)
    page = await (await browser.get(f"{PARCO}/links/7GQ2K")).text()
    assert DOORS.whatsapp_link("7GQ2K") in page
    assert "/embed?ref=7GQ2K" in page


async def test_a_person_of_a_partner_is_added_with_a_code_and_shut_out(both: Desk) -> None:
    browser = await both.signed_in(Role.OFFICER)
    page = await (await browser.post(f"{PARCO}/people", {"name": "Ibu Rina"})).text()
    assert re.search(r"/mitra [0-9A-Z]{9}", page)
    person = re.search(r"/people/(\d+)/code", page)
    assert person
    assert (await browser.post(f"{PARCO}/people/{person[1]}/code")).status == 200
    assert (await browser.post(f"/desk/partners/p4mi-sidoarjo/people/{person[1]}/code")).status == 404, "of another partner"
    assert (await browser.post(f"{PARCO}/people/{person[1]}/shut")).status == 303
    assert (await browser.post(f"{PARCO}/people/{person[1]}/code")).status == 404
    assert [action for action, _subject in await actions(both)] == ["officer.added", "officer.chat_code_made", "officer.disabled"]


def read_png(picture: bytes) -> list[str]:
    return _read(np.array(Image.open(io.BytesIO(picture)).convert("L")))


def read_svg(drawn: str) -> list[str]:
    """Painted from the path: strokes a module high, from left to right."""
    strokes = max(re.findall(r' d="([^"]+)"', drawn[: drawn.index("</svg>")]), key=len)
    canvas, x, y = np.full((80, 80), 255, dtype=np.uint8), 0.0, 0.0
    for letter, values in re.findall(r"([Mmh])([-\d. ]*)", strokes):
        numbers = [float(value) for value in re.findall(r"-?[\d.]+", values)]
        if letter == "h":
            canvas[int(y), int(x) : int(x + numbers[0])] = 0
            x += numbers[0]
        else:
            x, y = (numbers[0], numbers[1]) if letter == "M" else (x + numbers[0], y + numbers[1])
    return _read(np.kron(canvas, np.ones((6, 6), dtype=np.uint8)))


def _read(canvas: Any) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(canvas)]
