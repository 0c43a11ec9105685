"""A partner's own page: opened from the chat, its own alone. Five hundred probes never tell another's number."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert, select

from bot.house import new_engine
from console.policies import Role
from storage import Inbound, doors, links, officer_chats, officers
from storage.branches import BRANCHES
from storage.deliveries import DELIVERIES, Illustrated, load_page
from storage.events import EVENTS
from storage.history import after
from storage.interests import INTERESTS
from storage.links import Doors
from storage.officers import NewOfficer, Officer
from storage.partners import PARTNERS
from storage.shares import SHARES
from storage.touches import TOUCHES
from tests.console.conftest import Browser, Desk
from tests.talk import EVERY

DOORS = Doors("https://sapa.example", "sapa_test_bot", "6281234567890")
MINE, THEIRS, FAR = "parco-laut", "surya-pacific-jaya", "pt-dari-surabaya"
SECRET_NAME, SECRET_LABEL = "Rahasia Binti Tersembunyi", "Loket Tersembunyi"
# What nobody but its owner may read; no other number on any page is like these.
REACH, INTERESTED, FAR_REACH, FAR_INTERESTED = 4_317, 3_183, 2_973, 1_849


async def person_of(desk: Desk, partner: str, name: str = "Ibu Rina", branch: str = "sidoarjo") -> Officer:
    new = NewOfficer(branch, Role.PARTNER, f"{partner}:{name}", name, partner=partner)
    return await desk.database.writer.run(lambda db: officers.add(db, desk.database.tools, new, desk.clock()))


async def say(desk: Desk, text: str, sender: str = "rina", channel: str = "telegram") -> Any:
    """What the bot answers to one message: its page."""
    engine = new_engine(desk.database, "sidoarjo", desk.clock, pulled=EVERY)
    engine.start()
    inbound = Inbound(channel, sender, f"{sender}-{desk.database.tools.new_id()}", desk.clock(), text=text, language="id")
    before = desk.database.tools.new_id()
    await engine.receive([inbound])
    await engine.close()
    address = desk.database.address(inbound)
    return (await desk.database.writer.read(lambda db: after(db, address, before)))[-1].page


_chances = itertools.count(100)  # of codes


async def joined(desk: Desk, person: Officer, sender: str = "rina") -> Any:
    """The person's chat, by a one-time code; what the bot said."""
    code = await desk.database.writer.run(
        lambda db: officer_chats.new_code(db, desk.database.tools, person.id, next(_chances), desk.clock())
    )
    return await say(desk, f"/mitra {code}", sender)


def link_in(page: Any) -> str:
    """Where the button of the partner's own page leads on this house."""
    return str(next(button.url for button in page.buttons if "/desk/partner/open/" in button.url)).removeprefix(DOORS.public_url)


async def opened(desk: Desk, path: str) -> Browser:
    browser = desk.stranger()
    await browser.get(path)
    assert (await browser.post(path)).status == 303
    return browser


async def populate(desk: Desk, partner: str, branch: str, many: int, interested: int, first: int) -> None:
    """So many people who came by the partner's link, and so many of them who left their name."""
    people = range(first, first + many)
    code = f"{abs(hash(partner)) % 10}{partner[:3].upper()}"

    async def work(db: Any) -> None:
        rows = [
            {"id": one, "at": desk.clock(), "contact_id": one, "branch": branch, "channel": "telegram", "outcome": "came", "code": code}
            for one in people
        ]
        for at in range(0, len(rows), 5000):
            await db.execute(insert(TOUCHES), [{**row, "partner": partner, "is_first": True} for row in rows[at : at + 5000]])
        left = [
            {"id": one, "reference": f"R{one}", "at": desk.clock(), "changed_at": desk.clock(), "contact_id": one, "branch": branch}
            for one in people[:interested]
        ]
        for at in range(0, len(left), 5000):
            values = [
                {**row, "name": SECRET_NAME, "stage": "abroad", "state": "registered", "partner": partner} for row in left[at : at + 5000]
            ]
            await db.execute(insert(INTERESTS), values)

    await desk.database.writer.run(work)


async def test_a_chat_joined_by_a_code_gets_link_and_guarded_numbers(both: Desk) -> None:
    await both.database.writer.run(lambda db: doors.keep(db, both.database.dialect, DOORS))
    await populate(both, MINE, "sidoarjo", 23, 4, 1000)
    page = await joined(both, await person_of(both, MINE))
    assert DOORS.telegram_link("7GQ2K") in page.text
    assert "lebih dari 20" in page.text
    assert "23" not in page.text.replace(DOORS.whatsapp, "")
    assert len(page.buttons) == 1
    rows = await both.database.writer.read(lambda db: db.execute(select(DELIVERIES.c.page).order_by(DELIVERIES.c.id)))
    picture = load_page(next(row.page for row in rows))
    assert isinstance(picture, Illustrated)
    assert (picture.link, picture.kind) == ("https://sapa.example/qr/7GQ2K.png", "image/png"), "the code comes as a picture"


async def test_where_no_picture_can_be_sent_a_button_opens_it(both: Desk) -> None:
    await both.database.writer.run(lambda db: doors.keep(db, both.database.dialect, DOORS))
    person = await person_of(both, MINE)
    code = await both.database.writer.run(lambda db: officer_chats.new_code(db, both.database.tools, person.id, 5, both.clock()))
    page = await say(both, f"/mitra {code}", "a" * 32, "webchat")
    assert [button.url for button in page.buttons][1:] == ["https://sapa.example/qr/7GQ2K.png"]


async def test_the_chat_is_forgotten_after_thirty_days_and_when_its_owner_is_shut_out(both: Desk) -> None:
    person = await person_of(both, MINE)
    await joined(both, person)
    both.clock.move(days=29)
    assert "7GQ2K" in (await say(both, "/mitra")).text
    both.clock.move(days=2)
    assert "7GQ2K" not in (await say(both, "/mitra")).text
    await joined(both, person)
    await both.database.writer.run(lambda db: officers.change(db, person.id, disabled_at=both.clock()))
    assert "7GQ2K" not in (await say(both, "/mitra")).text


async def test_nobody_else_gets_numbers_by_the_command(both: Desk) -> None:
    person = await person_of(both, MINE)
    await joined(both, person)
    for sender, text in (("somebody", "/mitra"), ("somebody", "/mitra 7GQ2K"), ("somebody", "/mitra ABCDEFGHR"), ("rina", "/angka")):
        page = await say(both, text, sender)
        assert page.text.startswith("Saya tidak mengenal obrolan ini") or page.text.startswith("Kode ini tidak berlaku")


async def test_an_officer_asks_for_the_numbers_of_the_branch(both: Desk) -> None:
    officer = await both.officer(Role.OFFICER)
    rows = [
        {"id": n, "at": both.clock(), "contact_id": n, "branch": "sidoarjo", "kind": "check", "subject": "covered", "detail": "{}"}
        for n in range(1, 13)
    ]
    await both.database.writer.run(lambda db: db.execute(insert(EVENTS), rows))
    assert "memeriksa" not in (await say(both, "/angka", "sari")).text
    await joined(both, officer, "sari")
    page = await say(both, "/angka", "sari")
    assert "memeriksa pelindungan: lebih dari 10" in page.text
    assert (await say(both, "/mitra", "sari")).text.startswith("Saya tidak mengenal")


async def test_the_page_opens_once_by_the_link_from_the_chat_and_closes_by_itself(both: Desk) -> None:
    await both.database.writer.run(lambda db: doors.keep(db, both.database.dialect, DOORS))
    path = link_in(await joined(both, await person_of(both, MINE)))
    looking = both.stranger()
    assert (await looking.get(path)).status == (await looking.get(path)).status == 200, "a chat program looked at it"
    browser = await opened(both, path)
    assert "PT Parco Laut" in await (await browser.get("/desk/partner")).text()
    assert (await looking.post(path)).status == 404, "it works once"
    for elsewhere in ("/desk", "/desk/account", "/desk/enrol", "/desk/partners", "/desk/inbox", "/desk/live", "/desk/account/password"):
        assert (await browser.get(elsewhere)).status == 401, elsewhere
    both.clock.move(minutes=29)
    assert (await browser.get("/desk/partner")).status == 200
    both.clock.move(minutes=29)
    await browser.get("/desk/partner")
    both.clock.move(minutes=3)
    assert (await browser.get("/desk/partner")).status == 401, "an hour is over"


async def test_a_link_is_too_old_after_a_quarter_of_an_hour_and_after_a_newer_one(both: Desk) -> None:
    await both.database.writer.run(lambda db: doors.keep(db, both.database.dialect, DOORS))
    first = link_in(await joined(both, await person_of(both, MINE)))
    second = link_in(await say(both, "/mitra"))
    browser = both.stranger()
    assert (await browser.get(first)).status == 404
    assert (await browser.get(second)).status == 200
    both.clock.move(minutes=16)
    assert (await browser.get(second)).status == 404
    assert (await browser.post(second)).status == 404


async def test_a_partner_leaves_and_is_signed_out(both: Desk) -> None:
    await both.database.writer.run(lambda db: doors.keep(db, both.database.dialect, DOORS))
    browser = await opened(both, link_in(await joined(both, await person_of(both, MINE))))
    assert (await browser.post("/desk/partner/leave")).status == 303
    assert (await browser.get("/desk/partner")).status == 401


async def test_names_stand_there_only_of_who_agreed(both: Desk) -> None:
    await both.database.writer.run(lambda db: doors.keep(db, both.database.dialect, DOORS))
    await populate(both, MINE, "sidoarjo", 9, 3, 1000)
    shared = {"contact_id": 1000, "partner": MINE, "at": both.clock(), "notice": "2026-11"}
    browser = await opened(both, link_in(await joined(both, await person_of(both, MINE))))
    assert SECRET_NAME not in await (await browser.get("/desk/partner")).text()
    await both.database.writer.run(lambda db: db.execute(insert(SHARES), [shared]))
    assert (await (await browser.get("/desk/partner")).text()).count(SECRET_NAME) == 1


async def hidden(desk: Desk) -> dict[str, str]:
    """Two other partners, one of another branch, with numbers, links and names; {what: its id}."""
    second = {"id": "surabaya", "name": "BPJS Ketenagakerjaan Surabaya", "zone": "Asia/Jakarta", "opens": "08:00", "closes": "16:30"}
    far = {"id": FAR, "branch": "surabaya", "kind": "p3mi", "name": "PT Dari Surabaya", "hosts": "", "version": 0}
    await desk.database.writer.run(lambda db: db.execute(insert(BRANCHES), [second]))
    await desk.database.writer.run(lambda db: db.execute(insert(PARTNERS), [far]))
    await populate(desk, THEIRS, "sidoarjo", REACH, INTERESTED, 1_000_000)
    await populate(desk, FAR, "surabaya", FAR_REACH, FAR_INTERESTED, 2_000_000)
    agreed = [{"contact_id": 1_000_000 + n, "partner": THEIRS, "at": desk.clock(), "notice": "2026-11"} for n in range(9)]
    await desk.database.writer.run(lambda db: db.execute(insert(SHARES), agreed))
    made = {
        partner: await desk.database.writer.run(lambda db, partner=partner: links.add(db, partner, 99, desk.clock(), label=SECRET_LABEL))  # type: ignore[misc]
        for partner in (THEIRS, FAR)
    }
    await person_of(desk, THEIRS, "Orang Lain")
    return made


def telling(text: str) -> list[str]:
    """Whatever in an answer belongs to another partner: its numbers, exact or guarded, in any writing, and its words."""
    digits = re.sub(r"(?<=\d)[.,\u00a0\u202f](?=\d)", "", text)
    numbers = {str(one) for exact in (REACH, INTERESTED, FAR_REACH, FAR_INTERESTED) for one in (exact, exact - 1, (exact - 1) // 5 * 5)}
    found = sorted(numbers & set(re.findall(r"(?<![0-9A-Za-z])\d+(?![0-9A-Za-z])", digits)))
    return [*found, *(words for words in (SECRET_NAME, SECRET_LABEL) if words in text)]


def probes(chance: random.Random, made: dict[str, str], own: str) -> Iterable[tuple[str, str, dict[str, str]]]:
    """Method, path with parameters, form: another partner's ids wherever an id could stand."""
    theirs = [
        THEIRS,
        FAR,
        *made.values(),
        "*",
        "",
        "null",
        "1",
        f"{MINE},{THEIRS}",
        f"../{THEIRS}",
        f"%2e%2e/{THEIRS}",
        THEIRS.upper(),
        "' OR '1'='1",
    ]
    bases = [
        *("/desk/partner", "/desk/partner/{}", "/desk/partner/links/{}", "/desk/partner/links/{}/qr.png", "/desk/partner/links/{}/qr.svg"),
        *(
            "/desk/partner/links/{}/print/poster-a4-id.pdf",
            "/desk/partner/open/{}",
            "/desk/partners",
            "/desk/partners/{}",
            "/desk/monitoring",
        ),
        *(
            "/desk/partners/{}/links/{}",
            "/desk/occasions",
            "/desk/occasions/{}",
            "/desk/interests",
            "/desk/people",
            "/desk/audit",
            "/desk/live",
        ),
        *(
            "/desk/interests/export",
            "/desk/officers",
            "/desk/monitoring/report.json",
            f"/desk/partner/links/{own}",
            "/desk/overview",
            "/desk/{}",
        ),
    ]
    names = ["partner", "id", "branch", "link", "code", "officer", "after", "q", "lang", "role", "from", "format", "period"]
    for _probe in range(500):
        path = re.sub(r"\{\}", lambda _match: chance.choice(theirs), chance.choice(bases))
        sent = {chance.choice(names): chance.choice(theirs) for _each in range(chance.randrange(4))}
        yield chance.choice(("GET", "GET", "GET", "POST", "HEAD", "PUT")), path, sent


async def test_five_hundred_probes_never_tell_another_partner_s_number(both: Desk) -> None:
    chance = random.Random(500)
    await both.database.writer.run(lambda db: doors.keep(db, both.database.dialect, DOORS))
    made = await hidden(both)
    await populate(both, MINE, "sidoarjo", 12, 2, 500)
    browser = await opened(both, link_in(await joined(both, await person_of(both, MINE))))
    seen = set()
    for method, path, sent in probes(chance, made, "7GQ2K"):
        form = {"csrf": browser.form_token(), **sent} if method != "GET" else None
        headers = {"Origin": browser.address, "Sec-Fetch-Site": "same-origin", chance.choice(["X-Partner", "X-Branch", "X-Test"]): THEIRS}
        asked = browser.http.request(
            method, browser.address + path, params=sent, data=form, headers=headers, allow_redirects=False, cookies={"partner": THEIRS}
        )
        async with asked as answer:
            body = (await answer.read()).decode("latin-1")
        assert telling(body) == [], (method, path, sent)
        assert answer.status < 500, (method, path, sent)
        seen.add(answer.status)
    assert {200, 401, 404} <= seen, "some were answered, others not"
    assert "lebih dari 10" in await (await browser.get("/desk/partner")).text(), "its own is there all the same"


async def test_no_words_in_the_chat_tell_another_partner_s_number(both: Desk) -> None:
    made = await hidden(both)
    await joined(both, await person_of(both, MINE))
    for rest in ("", THEIRS, made[THEIRS], FAR, f"{MINE} {THEIRS}", "*", "surabaya", "ABCDEFGHR", "id=2"):
        for command in ("/mitra", "/angka"):
            assert telling((await say(both, f"{command} {rest}".strip())).text) == [], (command, rest)


def test_the_probes_would_find_what_is_told() -> None:
    assert telling("4.317 orang") == ["4317"]
    assert telling("more than 4,315") == ["4315"]
    assert telling(f"<bdi>{SECRET_NAME}</bdi>") == [SECRET_NAME]
    assert telling("lebih dari 10") == []
