"""The same conversation on every channel: what the engine answers reaches the worker whole, within the channel's limits, and no more."""

import asyncio
import itertools
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.house import DEMO, load, open_database
from locales import LIMITS, Page
from locales.pages import cut, units
from storage import Database
from tests.emulators import TelegramEmulator, WhatsAppEmulator
from tests.lines import Line, Shown, alone, on_telegram, on_whatsapp
from tests.talk import KEY, NOON

TWO_CHATS = {"chats-join"}  # of one person on two channels: nothing that one channel could say alone
TRANSCRIPTS = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parent / "transcripts").glob("*.txt"))
    if path.stem not in TWO_CHATS
}
SAMPLE = {"welcome", "coverage_without_a_number", "interest-by-a-link", "emergency-no-country", "help-a-person"}
EACH = [pytest.param(text, id=name, marks=() if name in SAMPLE else pytest.mark.slow) for name, text in TRANSCRIPTS.items()]
CHANNELS = sorted(LIMITS)
# What is rightly said otherwise elsewhere: on WhatsApp nobody is asked for the number they write from, and what is kept of a person
# names the channel and counts the bubbles.
DIFFERENT = {"interest-leaves-a-name", "privacy-see-and-copy"}
SAME = [each for each in EACH if each.id not in DIFFERENT]


@asynccontextmanager
async def fresh(url: str) -> AsyncIterator[Database]:
    database = open_database(url, KEY)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture(scope="module")
def loaded_file(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """With the branch in it, once for all."""
    copy = shutil.copyfile(migrated_file, tmp_path_factory.mktemp("channels") / "loaded.db")

    async def fill() -> None:
        database = open_database(f"sqlite:///{copy}", KEY)
        await load(database, DEMO, NOON)
        await database.close()

    asyncio.run(fill())
    return copy


def copies(tmp_path: Path, loaded: Path) -> Iterator[str]:
    """As many fresh databases as a test wants."""
    for number in itertools.count():
        yield f"sqlite:///{shutil.copyfile(loaded, tmp_path / f'{number}.db')}"


@pytest.fixture
def urls(tmp_path: Path, loaded_file: Path) -> Iterator[str]:
    return copies(tmp_path, loaded_file)


def flat(text: str) -> str:
    """Without what a break between bubbles may change."""
    return " ".join(text.split())


def as_shown(page: Page) -> Shown:
    """As a platform shows it: without the links, which each shows in its own way."""
    return Shown.of(page.text, [button.label for button in page.buttons if button.payload])


@pytest.mark.parametrize("transcript", SAME)
async def test_the_same_is_said_on_every_channel(transcript: str, urls: Iterator[str]) -> None:
    said: dict[str, list[list[Page]]] = {}
    for channel in CHANNELS:
        async with fresh(next(urls)) as database:
            said[channel] = await alone(transcript, database, channel)
    for channel in CHANNELS:
        limits = LIMITS[channel]
        for pages, wide in zip(said[channel], said["terminal"], strict=True):
            [whole] = wide
            assert flat(" ".join(as_shown(page).text for page in pages)) == flat(as_shown(whole).text)
            assert [button.payload for page in pages for button in page.buttons] == [button.payload for button in whole.buttons]
            for page in pages:
                width = (limits.buttons if len(page.buttons) <= limits.buttons[0] else limits.rows)[1]
                assert units(page.text) <= (limits.text_with_choices if page.buttons else limits.text)
                assert [button.label for button in page.buttons] == [cut(button.label, width) for button in whole.buttons][
                    : len(page.buttons)
                ]


def is_a_copy(page: Page) -> bool:
    """All that is kept of a person, which no bubble may hold."""
    return page.text.startswith("{")


async def played(line: Line, transcript: str, channel: str, url: str) -> list[list[Page]]:
    """What it was answered, page by page, which is what was seen."""
    async with fresh(url) as database:
        expected = await alone(transcript, database, channel)
    seen = await line.play(transcript, expected)
    assert seen == [[as_shown(page) for page in pages] for pages in expected]
    return expected


@pytest.mark.parametrize("transcript", [each for each in EACH if each.id != "interest-leaves-a-name"])
async def test_the_transcript_passes_on_whatsapp_in_one_bubble_for_each_message(
    transcript: str, tmp_path: Path, urls: Iterator[str]
) -> None:
    async with WhatsAppEmulator.start(tmp_path) as emulator:
        async with fresh(next(urls)) as database, on_whatsapp(database, emulator) as line:
            answers = await played(line, transcript, "whatsapp", next(urls))
        assert emulator.ledger("violation", "refused") == []
    for pages in answers:  # each is billed: only what no bubble holds takes more
        assert len(pages) == 1 or is_a_copy(pages[0]), pages[0].text


def on_a_link_of_telegram(transcript: str) -> bool:
    """There a link brings its code behind /start, and no words."""
    return all(words.startswith("/start") for words in re.findall(r"^> \(link \S+\) ?(.*)", transcript, re.MULTILINE))


@pytest.mark.parametrize("transcript", [each for each in EACH if on_a_link_of_telegram(str(each.values[0]))])
async def test_the_transcript_passes_on_telegram(transcript: str, tmp_path: Path, urls: Iterator[str]) -> None:
    async with TelegramEmulator.start(tmp_path) as emulator:
        async with fresh(next(urls)) as database, on_telegram(database, emulator) as line:
            await played(line, transcript, "telegram", next(urls))
        assert emulator.ledger("violation", "refused") == []
