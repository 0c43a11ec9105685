"""A campaign to oneself first, a picture or document that goes with it, and what it will be billed for."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import insert, update

from bot.campaigns import Runner
from bot.campaigns_house import kit_of
from bot.campaigns_links import Links
from bot.channels import Parcel
from bot.channels.telegram import method_of, to_call
from bot.channels.whatsapp_payloads import to_payload
from bot.house import load, open_database
from bot.web import build
from handlers import SCRIPT
from locales import Button
from storage import Database, attachments, campaigns_cost, campaigns_trial, charges, templates
from storage.attachments import Unfit
from storage.audiences import ADDRESSES
from storage.campaigns import Campaign
from storage.campaigns_cost import Cost
from storage.campaigns_file import load as load_file
from storage.campaigns_speech import Around, speech
from storage.campaigns_trial import Tried
from storage.charges import Charge
from storage.deliveries import Illustrated, load_page
from storage.officer_chats import CHATS
from storage.officers import OFFICERS
from storage.templates import Template
from tests.campaigning import ANI, NOW, SIMPLE, Clock, drafted, people, queued, recipients, started
from tests.contracts.whatsapp import send_problems
from tests.talk import BRANCH, KEY

SITE = "https://sapa.example"
JPEG, PNG, PDF = b"\xff\xd8\xff\xe0 picture", b"\x89PNG\r\n\x1a\n picture", b"%PDF-1.7 document"
BUTTONS = '[[button]]\ndialogue = "coverage"\nlabel = { id = "Cek status", en = "Check status" }\n'


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url, KEY)
    await load(database, BRANCH, NOW)
    yield database
    await database.close()


async def linked(database: Database, channel: str = "telegram") -> int:
    """A chat of Ani's."""
    [contact] = await people(database, 1, channel=channel)
    row = {"id": ANI.id, "branch": "*", "role": "administrator", "login": "ani", "name": "Ani", "language": "id", "zone": "Asia/Jakarta"}

    async def work(db: Any) -> None:
        there = (await db.execute(OFFICERS.select().where(OFFICERS.c.id == ANI.id))).first()
        if there is None:
            await db.execute(insert(OFFICERS), [row | {"created_at": NOW, "totp_step": 0}])
        address = (await db.execute(ADDRESSES.select().where(ADDRESSES.c.contact_id == contact))).one().id
        await db.execute(insert(CHATS), [{"address": address, "officer_id": ANI.id, "linked_at": NOW}])

    await database.writer.run(work)
    return contact


async def tried(database: Database, campaign: Campaign, **how: str) -> list[Tried]:
    async def work(db: Any) -> list[Tried]:
        return await campaigns_trial.send(db, await kit_of(db, database, campaign, SITE), ANI, NOW, **how)

    return await database.writer.run(work)


async def test_an_officer_sees_it_in_their_own_chat_as_people_will(database: Database) -> None:
    mine = await linked(database)
    campaign = await drafted(database, SIMPLE + '[other]\nid = "Hai {first_name}"\nen = "Hi {first_name}"\n' + BUTTONS)
    assert [(one.channel, one.why) for one in await tried(database, campaign)] == [("telegram", "")]
    await tried(database, campaign, language="en", arm="b")
    rows = await queued(database)
    assert {row.contact_id for row in rows} == {mine}
    assert [json.loads(row.page)["text"] for row in rows] == ["Halo Bapak/Ibu", "Hi friend"]
    assert [button.payload for button in load_page(rows[0].page).buttons] == [f"coverage#{rows[0].id}", f"?opt_out#{rows[0].id}"]
    assert await recipients(database, campaign) == [], "a trial is nobody's turn"


async def test_who_linked_no_chat_is_told_so_and_a_shut_window_too(database: Database) -> None:
    campaign = await drafted(database)
    assert await tried(database, campaign) == []
    await linked(database, "whatsapp")
    assert [(one.channel, one.why) for one in await tried(database, campaign)] == [("whatsapp", "window")]
    assert await queued(database) == []


async def keep(database: Database, name: str, content: bytes) -> attachments.Attachment:
    return await database.writer.run(lambda db: attachments.keep(db, database.tools, ANI, "*", name, content, NOW))


async def test_a_picture_goes_with_the_words_and_is_fetched_from_us(database: Database) -> None:
    await people(database, 1)
    file = await keep(database, "Poster Cek.JPG", JPEG)
    await started(database, f"attachment = {file.id}\n" + SIMPLE + BUTTONS)
    await Runner(database, Clock(), {"telegram": 0}, lambda _heard: None, patience=60, public_url=SITE).tick()
    [row] = await queued(database)
    page = load_page(row.page)
    assert isinstance(page, Illustrated)
    assert (page.link, page.kind, page.name) == (f"{SITE}/f/{file.token}/Poster-Cek.jpg", "image/jpeg", "Poster-Cek.jpg")
    assert await fetched(database, page.link.removeprefix(SITE)) == (200, "image/jpeg", JPEG)
    assert (await fetched(database, f"/f/{'a' * 26}/Poster-Cek.jpg"))[0] == 404


async def fetched(database: Database, path: str) -> tuple[int, str, bytes]:
    async def ready() -> dict[str, bool]:
        return {}

    async with TestClient(TestServer(build(Links(database, Clock()).routes(), ready, https=False))) as platform:
        answer = await platform.get(path)
        return answer.status, answer.content_type, await answer.read()


async def test_what_platforms_would_refuse_is_refused_when_it_is_kept(database: Database) -> None:
    for content, why in ((b"GIF89a", "kind"), (b"", "kind"), (b"<svg/>", "kind"), (JPEG + bytes(5 << 20), "size")):
        with pytest.raises(Unfit) as unfit:
            await keep(database, "poster.jpg", content)
        assert unfit.value.why == why
    kept = await keep(database, "../../etc/pass wd", PDF)
    assert (kept.kind, kept.name) == ("application/pdf", "etc-pass-wd.pdf")
    assert [one.id for one in await database.writer.read(lambda db: attachments.every(db, "sidoarjo"))] == []
    assert [one.size for one in await database.writer.read(lambda db: attachments.every(db, "*"))] == [len(PDF)]


@pytest.mark.parametrize(("kind", "method", "name"), [("image/png", "sendPhoto", "photo"), ("application/pdf", "sendDocument", "document")])
def test_telegram_gets_a_call_of_its_own_for_each_kind_of_file(kind: str, method: str, name: str) -> None:
    page = Illustrated("Halo", (Button("Menu", "menu#1"),), (), f"{SITE}/f/x/y", kind, "y")
    call = to_call(page)
    assert method_of(page) == method
    assert call == {
        name: f"{SITE}/f/x/y",
        "caption": "Halo",
        "reply_markup": {"inline_keyboard": [[{"text": "Menu", "callback_data": "menu#1"}]]},
    }


@pytest.mark.parametrize(("kind", "name"), [("image/png", "image"), ("application/pdf", "document")])
def test_whatsapp_shows_a_file_above_the_words_and_their_buttons(kind: str, name: str) -> None:
    with_buttons = Illustrated("Halo", (Button("Menu", "menu#1"),), (), f"{SITE}/f/x/y", kind, "y.bin")
    plain = Illustrated("Halo", (), (), f"{SITE}/f/x/y", kind, "y.bin")
    said = to_payload(Parcel(7, "628123456789", with_buttons))
    assert said["interactive"]["header"]["type"] == name
    assert said["interactive"]["header"][name]["link"] == f"{SITE}/f/x/y"
    alone = to_payload(Parcel(7, "628123456789", plain))
    assert (alone["type"], alone[name]["caption"]) == (name, "Halo")
    assert [send_problems(payload) for payload in (said, alone)] == [[], []]


async def test_a_caption_is_shorter_than_a_message(database: Database) -> None:
    file = load_file((await drafted(database, SIMPLE.replace("Halo", "kata " * 300))).content)
    around = Around(lambda _target: True, (), None, {}, SCRIPT.labels["opt_out"], SITE)  # type: ignore[arg-type]
    telegram = file.model_copy(update={"audience": file.audience.model_copy(update={"channels": ("telegram",)})})
    assert [fault.code for fault in speech(telegram, around)] == []
    assert [fault.code for fault in speech(telegram.model_copy(update={"attachment": 7}), around)] == ["too_long"]


async def test_the_cost_is_told_by_country_and_category_and_no_price_is_made_up(database: Database) -> None:
    quick = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Stop"}]}
    parts = ({"type": "BODY", "text": "Ada kabar, {{1}}."}, quick)
    listed = [Template("kabar", language, "APPROVED", "marketing", parts=parts) for language in ("id", "en")]
    await database.writer.run(lambda db: templates.synchronise(db, database.dialect, listed, NOW))
    await people(database, 3, channel="whatsapp")
    await people(database, 2, channel="whatsapp", country="TW")
    await people(database, 1, channel="whatsapp", opted_out_at=NOW)
    [inside] = await people(database, 1, channel="whatsapp")
    await people(database, 4)
    opened = update(ADDRESSES).where(ADDRESSES.c.contact_id == inside).values(window_until=NOW + timedelta(hours=5))
    await database.writer.run(lambda db: db.execute(opened))
    day = NOW.date()
    told: charges.Counted = Counter(
        {(day, "whatsapp", Charge("marketing", "regular", "HK", True)): 8, (day, "whatsapp", Charge("marketing", "free", "HK", False)): 2}
    )
    await database.writer.run(lambda db: charges.count(db, database.dialect, told))
    campaign = await drafted(database, SIMPLE + '[template]\nname = "kabar"\nvalues."1" = { id = "{first_name}", en = "{first_name}" }\n')
    file = load_file(campaign.content)
    found = await database.writer.read(lambda db: campaigns_cost.estimate(db, campaign, file, NOW))
    assert found == [Cost("HK", "marketing", 3, 8, 10), Cost("TW", "marketing", 2, 0, 0)]
    plain = load_file((await drafted(database)).content)
    assert await database.writer.read(lambda db: campaigns_cost.estimate(db, campaign, plain, NOW)) == []
