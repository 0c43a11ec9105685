"""A monkey talks: thousands of random turns that always get a decent answer, in the right language, along the map."""

import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.house import load, new_engine, open_database
from bot.ids import Ids
from dialogue import Done, Go, Step
from dialogue.map import ways
from handlers import SCRIPT
from locales import Page
from locales.gather import gather
from storage import Conversation, Database, Inbound
from storage.history import Entry, after
from storage.turns import Group
from storage.writer import Connection
from tests.talk import BRANCH, EVERY, KEY, NOON

TURNS = 10_000
WORDS = [
    *("1", "2", "3", "ya", "ga", "sudah", "belum", "tidak tahu", "kembali", "batal", "menu", "stop", "english", "bahasa indonesia"),
    *(
        "langganan",
        "petugas",
        "/start",
        "/cek",
        "/manfaat",
        "/iuran",
        "/daftar",
        "/klaim",
        "/minat",
        "/bantuan",
        "/privasi",
        "/bahasa",
        "/x",
    ),
    *("taiwan", "hk", "arab", "wakanda", "Indonesia", "12 maret 2027", "maret tahun depan", "3/12/24", "31 februari", "bulan depan"),
    *("18", "3 th", "dua tahun", "0", "-5", "999999", "26010000011", "3515005503900000", "3515003102900001", "１２３４５６７８９０１"),
    *("15-03-1990", "0011", "0812-3456-7890", "+852 6123 4567", "Siti Aminah", "PT Parco Laut", "{name}", "%s %(x)s {0}", "<b>x</b>"),
    *(
        "'; DROP TABLE contacts; --",
        "🙂",
        "🙂🙂🙂👍🏽",
        "",
        " ",
        "\u200b",
        "\u202eabc",
        "مرحبا",
        "你好",
        "z\u0337a\u0337l\u0337g\u0337o\u0337",
    ),
    *(
        "brp iurannya?",
        "kalau 3 tahun?",
        "bpjs sy msh aktif ga ya min",
        "klo meninggal dapat brp",
        "tolong saya dikurung majikan",
        "makasih",
    ),
    *(
        "halo",
        "apakah wajib?",
        "phk sepihak dpt brp",
        "cara klaim gimana",
        "ada wa blg sy menang",
        "hapus data saya",
        "x" * 4097,
        "a" * 200,
    ),
]
KINDS = ["photo", "voice", "sticker", "location", "contact", "document", "reaction", "video"]


KNOWN = ways(SCRIPT)


class Monkey:
    """Presses what is offered, sometimes what was offered long ago, and types anything."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.offered: list[tuple[str, str]] = []
        self.old: list[tuple[str, str]] = []

    def next(self, turn: int) -> tuple[Inbound, bool]:
        """What comes next, and whether it is a button that was just shown."""
        at = NOON + timedelta(seconds=60 * turn)
        luck = self.random.random()
        if luck < 0.62 and self.offered:
            label, payload = self.random.choice(self.offered)
            return Inbound("whatsapp", "monkey", f"m{turn}", at, pressed=payload, label=label, kind="press"), True
        if luck < 0.68 and self.old:
            label, payload = self.random.choice(self.old)
            return Inbound("whatsapp", "monkey", f"m{turn}", at, pressed=payload, label=label, kind="press"), False
        if luck < 0.70:
            payload = self.random.choice(
                ["nowhere", "menu.gone=1", "?nothing", "coverage.first=\x00", "=", "#", "interest.confirm=yes", "menu#12"]
            )
            return Inbound("whatsapp", "monkey", f"m{turn}", at, pressed=payload, kind="press"), False
        if luck < 0.73:
            return Inbound("whatsapp", "monkey", f"m{turn}", at, kind=self.random.choice(KINDS), place=(25.03, 121.56)), False
        return Inbound("whatsapp", "monkey", f"m{turn}", at, text=self.random.choice(WORDS), edited=luck > 0.995), False

    def sees(self, pages: list[Page]) -> None:
        self.old = (self.old + self.offered)[-200:]
        self.offered = [(button.label, button.payload) for page in pages for button in page.buttons if button.payload]


@pytest.fixture
def seen_ways(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[tuple[str, str]]]:
    """Every way a step takes while this is in use."""
    seen: set[tuple[str, str]] = set()
    undo: list[tuple[Step[Any], Any]] = []
    for dialogue in SCRIPT.dialogues.values():
        for step in dialogue.steps.values():
            undo.append((step, step.decide))
            object.__setattr__(step, "decide", _watched(dialogue.name, step, seen))
    yield seen
    for step, decide in undo:
        object.__setattr__(step, "decide", decide)


def _watched(dialogue: str, step: Step[Any], seen: set[tuple[str, str]]) -> Any:
    decide = step.decide

    async def watched(*arguments: Any) -> Any:
        to = await decide(*arguments)
        start = f"{dialogue}.{step.name}"
        match to:
            case Step():
                seen.add((start, f"{dialogue}.{to.name}"))
            case Go():
                seen.add((start, f"{to.dialogue}.{SCRIPT.dialogues[to.dialogue].first.name}"))
            case Done():
                seen.add((start, "done"))
        return to

    return watched


@pytest.fixture(scope="module")
def english() -> re.Pattern[str]:
    """Pieces of our English sentences that no Indonesian reply can hold."""
    sentences = [words for msgid in gather() for words in (msgid if isinstance(msgid, tuple) else (msgid,))]
    pieces = {piece.strip() for words in sentences for piece in re.split(r"\{\w*\}", words) if len(piece.split()) >= 4}
    return re.compile("|".join(re.escape(piece) for piece in sorted(pieces, key=len, reverse=True)))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, pytest.param(12, marks=pytest.mark.soak)])
async def test_no_message_ever_breaks_the_bot(
    sqlite_url: str, seen_ways: set[tuple[str, str]], english: re.Pattern[str], seed: int
) -> None:
    monkey = Monkey(seed)
    clock = NOON
    database = open_database(sqlite_url, KEY, Ids(node=1))
    await load(database, BRANCH, NOON)
    engine = new_engine(database, "sidoarjo", lambda: clock, pulled=EVERY)
    engine.start()
    said: list[str] = []
    try:
        for turn in range(TURNS // 2):
            inbound, fresh = monkey.next(turn)
            clock = inbound.at
            before = database.tools.new_id()
            await engine.receive([inbound])
            pages = await _answers(database, inbound, before)
            story = f"seed {seed}, turn {turn}: {inbound.pressed or inbound.text or inbound.kind!r} -> {[page.text for page in pages]}"
            assert pages or inbound.kind == "reaction", f"silence: {story}"
            here = await _conversation(database, inbound, clock)
            text = "\n".join(page.text for page in pages)
            if text.startswith('{\n "part"'):
                continue  # a copy of what is kept, as JSON, holds everything that was ever said
            assert "{" not in text.replace("{name}", "").replace("{0}", ""), story
            assert "Something went wrong" not in text, story
            assert "kesalahan di pihak kami" not in text, story
            assert here.contact.language == "en" or not english.search(text), story
            assert len(here.trail) <= 20, story
            assert all(not button.label.endswith("…") for page in pages for button in page.buttons), story
            assert len(pages) <= 1 or "4096" in story or len(text) > 1000, story
            if fresh and pages:
                assert text != (said[-1] if said else ""), f"the same again: {story}"
            if pages:
                said.append(text)
                monkey.sees(pages)
    finally:
        await engine.close()
        await database.close()
    assert seen_ways <= KNOWN, f"not in the map: {seen_ways - KNOWN}"


async def _answers(database: Database, inbound: Inbound, before: int) -> list[Page]:
    async def work(db: Connection) -> list[Entry]:
        return await after(db, database.address(inbound), before)

    return [entry.page for entry in await database.writer.read(work) if entry.page]


async def _conversation(database: Database, inbound: Inbound, clock: datetime) -> Conversation:
    address = database.address(inbound)

    async def work(db: Connection) -> Conversation:
        group = Group(db, database.dialect, database.tools, clock, "sidoarjo")
        return (await group.load({address: inbound}))[address].conversation

    return await database.writer.run(work)
