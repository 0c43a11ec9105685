"""Every open question hears an emergency and a question about cost, answers it, and stays open."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.engine import Engine
from bot.house import load, new_engine, open_database
from handlers import SCRIPT
from storage import Conversation, Database, Inbound, Place
from storage.history import Entry, after
from storage.turns import Group, Loaded
from storage.writer import Connection
from tests.talk import BRANCH, EVERY, KEY, NOON

STEPS = [(dialogue.name, name) for dialogue in SCRIPT.dialogues.values() for name, step in dialogue.steps.items() if step.question]
SAID = {
    "id": {"emergency": "tolong saya dikurung majikan", "contribution": "berapa iurannya?"},
    "en": {"emergency": "please help, my employer locked me up", "contribution": "how much does it cost?"},
}
# What earlier steps would have asked, where a step needs it.
STATES: dict[tuple[str, str], dict[str, object]] = {
    ("contributions", "length"): {"scheme": "placed"},
    ("contributions", "savings"): {"scheme": "placed", "months": 24},
    ("contributions", "saving"): {"scheme": "placed", "months": 24},
    **{("interest", name): {"begun": True} for name in SCRIPT.dialogues["interest"].steps},
    **{("day", name): {"occasion": 1, "phase": "before"} for name in SCRIPT.dialogues["day"].steps},
    **{("sharing", name): {"partner": "parco-laut", "name": "PT Parco Laut"} for name in SCRIPT.dialogues["sharing"].steps},
    ("coverage_period", "which_day"): {"asking": "contract_ends_on", "contract_ends_on": "2027-03"},
}
ANSWERED = {"emergency": "+62 812-9007-0027", "contribution": "Rp332"}


class Desk:
    """One worker, put at any question."""

    def __init__(self, engine: Engine, database: Database) -> None:
        self.engine, self.database = engine, database
        self.turn = 0

    async def at(self, place: Place, language: str, words: str) -> tuple[str, Conversation]:
        """What is answered to `words` at this place, and where the conversation is then."""
        self.turn += 1
        inbound = Inbound("telegram", "worker", f"{self.turn}", NOON, text=words)
        await self._put(inbound, [place], language)
        before = self.database.tools.new_id()
        await self.engine.receive([inbound])

        async def work(db: Connection) -> list[Entry]:
            return await after(db, self.database.address(inbound), before)

        pages = [entry.page for entry in await self.database.writer.read(work) if entry.page]
        return "\n".join(page.text for page in pages), await self._put(inbound)

    async def _put(self, inbound: Inbound, trail: list[Place] | None = None, language: str = "") -> Conversation:
        async def work(db: Connection) -> Conversation:
            group = Group(db, self.database.dialect, self.database.tools, NOON, "sidoarjo")
            loaded: Loaded = next(iter((await group.load({self.database.address(inbound): inbound})).values()))
            if trail is not None:
                loaded.conversation.trail = [replace(place) for place in trail]
                loaded.conversation.contact.language = language
                loaded.conversation.contact.noticed = SCRIPT.notice_version
                await group.save([loaded])
            return loaded.conversation

        return await self.database.writer.run(work)


@pytest.fixture
async def desk(sqlite_url: str) -> AsyncIterator[Desk]:
    database = open_database(sqlite_url, KEY)
    await load(database, BRANCH, NOON)
    engine = new_engine(database, "sidoarjo", lambda: NOON, pulled=EVERY)
    engine.start()
    yield Desk(engine, database)
    await engine.close()
    await database.close()


@pytest.mark.parametrize("about", ["emergency", "contribution"])
@pytest.mark.parametrize("language", ["id", "en"])
async def test_every_open_question_hears_what_matters_more(desk: Desk, language: str, about: str) -> None:
    for dialogue, step in STEPS:
        said, now = await desk.at(Place(dialogue, step, STATES.get((dialogue, step), {})), language, SAID[language][about])
        where = f"{dialogue}.{step} in {language}: {said}"
        if dialogue != "emergency" or about != "emergency":
            assert ANSWERED[about] in said, where
        kept = [(place.dialogue, place.step) for place in now.trail]
        if dialogue == "menu":
            continue  # its question is what one chooses from; whoever asked has chosen
        assert (dialogue, step) in kept or (dialogue == "emergency" and kept[-1][0] == "emergency"), f"the question is gone: {where}"
