"""Every answer to a question that stands alone, in both languages, as WhatsApp would show it to somebody who pressed a button."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.house import load, open_database
from bot.ids import Ids
from bot.transcript import shown
from dialogue import advance
from handlers import SCRIPT
from locales import LANGUAGES, LIMITS, Joined, Lines, Message, Text, fit
from locales.catalogs import files, read
from storage import Changes, Contact, Conversation, Database, Inbound, Store
from storage.writer import Connection
from tests.conftest import Golden
from tests.talk import BRANCH, KEY, NOON

ANSWERS = Path(__file__).parent / "answers"
EACH = [(topic, language) for topic in sorted(SCRIPT.answers) for language in LANGUAGES]


@pytest.fixture(scope="module")
def branch_url(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with a branch in it."""
    url = f"sqlite:///{shutil.copyfile(migrated_file, tmp_path_factory.mktemp('answers') / 'sapa.db')}"
    asyncio.run(_load(url))
    return url


async def _load(url: str) -> None:
    database = _open(url)
    await load(database, BRANCH, NOON)
    await database.close()


def _open(url: str) -> Database:
    return open_database(url, KEY, Ids(node=1, milliseconds=lambda: int(NOON.timestamp() * 1000)))


class _Said(Exception):
    """Carries an answer out of its transaction, which is rolled back, so that one database serves every answer."""

    def __init__(self, message: Message | None) -> None:
        super().__init__()
        self.message = message


async def answer(url: str, topic: str, language: str) -> Message:
    """What is answered to somebody who has read the notice, is in no dialogue, and presses a button about `topic`."""
    database = _open(url)
    inbound = Inbound("whatsapp", "worker", "1", NOON, pressed=f"?{topic}", kind="press")

    async def turn(db: Connection) -> None:
        contact = Contact(1, "sidoarjo", language, noticed=SCRIPT.notice_version)
        changes = Changes(db, database.tools, contact, NOON)
        raise _Said(await advance(SCRIPT, Conversation(contact, "address", "whatsapp"), inbound, NOON, Store(changes)))

    try:
        with pytest.raises(_Said) as said:
            await database.writer.run(turn)
    finally:
        await database.close()
    assert said.value.message is not None
    return said.value.message


def sentences(value: object) -> Iterator[Text]:
    """Every sentence of ours in a message, also those inside others."""
    match value:
        case Message(paragraphs, choices):
            for part in (*paragraphs, *(choice.label for choice in choices)):
                yield from sentences(part)
        case Text(params=params):
            yield value
            for _name, inner in params:
                yield from sentences(inner)
        case Lines(items) | Joined(items):
            for item in items:
                yield from sentences(item)


@pytest.fixture(scope="module")
def translated() -> set[str]:
    """Every sentence that has an Indonesian form."""
    messages = (message for path in files("id") for message in read(path, "id") if message.id and message.string)
    return {message.id[0] if isinstance(message.id, (tuple, list)) else message.id for message in messages}


@pytest.mark.parametrize(("topic", "language"), EACH)
async def test_an_answer_is_one_bubble_in_the_language_of_the_worker(
    topic: str, language: str, branch_url: str, translated: set[str], golden: Golden
) -> None:
    said = await answer(branch_url, topic, language)
    pages = fit(said, language, LIMITS["whatsapp"])
    assert len(pages) == 1
    assert "{" not in pages[0].text
    assert not [button.label for button in pages[0].buttons if button.label.endswith("…")]
    assert [text.msgid for text in sentences(said) if text.msgid not in translated] == []
    golden(ANSWERS / f"{topic}.{language}.txt", "\n".join(shown(pages[0])) + "\n")


def test_no_golden_answer_is_left_of_a_topic_that_is_gone() -> None:
    assert {path.name for path in ANSWERS.glob("*.txt")} <= {f"{topic}.{language}.txt" for topic, language in EACH}
