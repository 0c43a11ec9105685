"""Ten thousand mixed arrivals: whoever came by whatever link, however bent, counts for exactly the right partner, or for nobody."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlmodel import SQLModel

from bot.channels import telegram_inbound, webchat
from bot.channels.link_codes import coded
from bot.channels.whatsapp_inbound import to_heard
from bot.house import load, new_engine, open_database
from storage import Database, Inbound, occasions
from storage.branches import BRANCHES
from storage.codes import LETTERS, check
from storage.contacts import AddressRow, ContactRow
from storage.links import GREETINGS, candidates
from storage.partners import KINDS, LINKS, PARTNERS
from storage.touches import TOUCHES
from tests.talk import BRANCH, KEY

ARRIVALS, PEOPLE, ROUND = 10_000, 900, 250
START = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
CONTACTS, ADDRESSES = (SQLModel.metadata.tables[str(row.__tablename__)] for row in (ContactRow, AddressRow))
OTHER_LETTERS = {"0": "0oO", "1": "1iIlL"}
Key = tuple[str | None, str, int | None, int | None]  # partner, branch, campaign, occasion


@dataclass(frozen=True)
class Made:
    """A link as the test made it: all that the reference knows."""

    code: str
    partner: str
    branch: str
    campaign: int | None
    occasion: int | None
    expires_at: datetime | None
    revoked_at: datetime | None

    def outcome(self, at: datetime) -> str:
        if self.revoked_at is not None and self.revoked_at <= at:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= at else "came"


@dataclass
class World:
    """Who came when by what, and, slow and obvious, what follows from it."""

    chance: random.Random
    made: list[Made]
    log: list[tuple[str, str, Made | None]] = field(default_factory=list)  # person, outcome, link

    def first_and_last(self) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for person, outcome, link in self.log:
            if outcome == "came" and link:
                found[person] = (found.get(person, (link.code, ""))[0], link.code)
        return found

    def counts(self) -> Counter[tuple[str, Key]]:
        counted: Counter[tuple[str, Key]] = Counter()
        for _person, outcome, link in self.log:
            key: Key = (link.partner, link.branch, link.campaign, link.occasion) if link else (None, "sidoarjo", None, None)
            counted[outcome, key] += 1
        return counted

    def reach(self) -> dict[Key, int]:
        people: dict[Key, set[str]] = {}
        for person, outcome, link in self.log:
            if outcome == "came" and link:
                people.setdefault((link.partner, link.branch, link.campaign, link.occasion), set()).add(person)
        return {key: len(who) for key, who in people.items()}


@dataclass(frozen=True)
class Step:
    """One arrival: what the platform delivers, and what it means."""

    inbound: Inbound
    person: str
    outcome: str
    link: Made | None


class Crowd:
    """Makes arrivals, each as its platform would word it."""

    def __init__(self, world: World) -> None:
        self.world, self.chance, self.number = world, world.chance, 0
        self.known: set[str] = set()

    def arrival(self, at: datetime, person: str) -> Step | None:
        """None where nothing was counted: somebody who wrote without a code."""
        kind = self.chance.choices(("good", "forged", "misspelt", "strange", "none"), (80, 5, 6, 4, 5))[0]
        link = self.chance.choice(self.world.made) if kind in ("good", "misspelt") else None
        make = {"good": self.bent, "misspelt": self.misspelt, "forged": self.forged, "strange": self.strange}.get(kind)
        code = make(link) if make else ""
        outcome = {"forged": "unknown", "misspelt": "misspelt", "strange": "misspelt", "none": ""}.get(kind) or (
            link.outcome(at) if link and kind == "good" else ""
        )
        channel = person.partition(":")[0]
        say = {"telegram": self.telegram, "webchat": self.webchat, "whatsapp": self.whatsapp}[channel]
        inbound = say(person, code, kind, at)
        self.known.add(person)
        return Step(inbound, person, outcome, link if kind == "good" else None)

    def bent(self, link: Made | None) -> str:
        """The same code as people write it: small letters, look-alikes."""
        assert link
        letters = "".join(self.chance.choice(OTHER_LETTERS.get(letter, letter)) for letter in link.code)
        return letters.lower() if self.chance.random() < 0.3 else letters

    def misspelt(self, link: Made | None) -> str:
        """One letter is another: the check character tells."""
        assert link
        place = self.chance.randrange(len(link.code))
        wrong = self.chance.choice([letter for letter in LETTERS if letter != link.code[place]])
        changed = link.code[:place] + wrong + link.code[place + 1 :]
        return changed if any(c.isdigit() for c in changed) and any(c.isalpha() for c in changed) else self.misspelt(link)

    def forged(self, _link: Made | None) -> str:
        taken = {link.code for link in self.world.made}
        return next(code for code in candidates(self.chance.getrandbits(64)) if code not in taken)

    def strange(self, _link: Made | None) -> str:
        shapes = ("7" + "A" * 70, "7GQ2К", "7gü2k", "A1" * 6, "7U7U7U", "9é9é9é", "1" * 40 + "B" * 40)
        return str(self.chance.choice(shapes))

    def name(self) -> str:
        self.number += 1
        return str(self.number)

    def telegram(self, person: str, code: str, _kind: str, at: datetime) -> Inbound:
        chat, number = int(person.partition(":")[2]), int(self.name())
        user = {"id": chat, "is_bot": False, "first_name": "A", "language_code": "id"}
        message = {"message_id": number, "date": int(at.timestamp()), "chat": {"id": chat, "type": "private"}, "from": user}
        text = f"/start {code}".strip()
        if text.startswith("/start"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": 6}]
        inbound = telegram_inbound.read({"update_id": number, "message": {**message, "text": text}}, at)
        assert inbound
        return inbound

    def webchat(self, person: str, code: str, _kind: str, at: datetime) -> Inbound:
        inbound = webchat.to_inbound({"id": self.name(), "text": "/start", "ref": code}, person.partition(":")[2], at, "id")
        assert inbound
        return inbound

    def whatsapp(self, person: str, code: str, kind: str, at: datetime) -> Inbound:
        phone = person.partition(":")[2]
        text = self.edited(code, kind)
        message = {
            "from": phone,
            "id": f"wamid.{self.name()}",
            "timestamp": str(int(at.timestamp())),
            "type": "text",
            "text": {"body": text},
        }
        heard = to_heard(message, [{"wa_id": phone}], at)
        assert heard
        return coded(heard.inbound, first=True) if person not in self.known else heard.inbound

    def edited(self, code: str, kind: str) -> str:
        """The prepared text, as it is or as somebody changed it before sending."""
        greeting = self.chance.choice([*GREETINGS.values()])
        if not code:
            return self.chance.choice((greeting, "halo kak", "berapa biayanya?", "terima kasih"))
        plain = (
            f"{greeting} [{code}]",
            f"{greeting} [{code}].",
            f"[{code}] {greeting}",
            f"{greeting}  [{code}]  ya kak",
            f"assalamualaikum, saya dari Sidoarjo [{code}] mau tanya",
            f"[{code}]",
            f"{greeting}\n\n[{code}]\n",
            f"*{greeting}* [{code}]!!!",
        )
        if kind in ("misspelt", "strange"):
            return self.chance.choice(plain)
        looser = (f"halo kode: {code}", f"kode {code} ya", f"saya mau cek, code {code}.", f"({code}) halo")
        shouted = (f"{greeting} {code}", f"{code} halo kak", f"halo, {code}, saya di Taiwan", code) if code == code.upper() else ()
        return str(self.chance.choice((*plain, *looser, *shouted)))


async def build(database: Database, chance: random.Random) -> World:
    """Two branches, a dozen partners of every kind, and links of which some end, some are revoked, some are of a campaign or an occasion."""
    await load(database, BRANCH, START)
    second = {"id": "surabaya", "name": "BPJS Ketenagakerjaan Surabaya", "zone": "Asia/Jakarta", "opens": "08:00", "closes": "16:30"}
    owners = [(f"{kind}-of-{branch}", branch, kind) for kind in KINDS for branch in ("sidoarjo", "surabaya")]
    made: list[Made] = []
    rows: list[dict[str, Any]] = [
        {"id": id, "branch": branch, "kind": kind, "name": id, "hosts": "", "version": 0} for id, branch, kind in owners
    ]

    async def work(db: Any) -> None:
        await db.execute(insert(BRANCHES), [second])
        await db.execute(insert(PARTNERS), rows)
        for partner, branch, _kind in owners:
            day = await occasions.add(db, database.tools, branch, partner, "Hari", "Aula", START, START + timedelta(hours=4))
            for code in _codes(chance, 6, {link.code for link in made}):
                ends = START + timedelta(days=chance.randrange(10, 40)) if chance.random() < 0.2 else None
                gone = START + timedelta(days=chance.randrange(10, 40)) if chance.random() < 0.2 else None
                campaign, occasion = chance.choice((None, None, 11, 12)), chance.choice((None, None, day))
                made.append(Made(code, partner, branch, campaign, occasion, ends, gone))
        values = [
            {**{name: getattr(one, name) for name in ("code", "partner", "campaign", "occasion", "expires_at")}, "label": ""}
            for one in made
        ]
        await db.execute(insert(LINKS), values)

    await database.writer.run(work)
    return World(chance, made)


def _codes(chance: random.Random, count: int, taken: set[str]) -> list[str]:
    """Of every length that is allowed."""
    found: list[str] = []
    while len(found) < count:
        length = chance.randrange(4, 8)
        letters = "".join(chance.choice(LETTERS) for _place in range(length))
        code = letters + check(letters)
        shown = any(letter in "23456789" for letter in code) and any(letter.isalpha() for letter in code)
        if shown and code not in taken and code not in found:
            found.append(code)
    return found


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url, KEY)
    yield opened
    await opened.close()


@pytest.mark.slow
@pytest.mark.sqlite_first
@pytest.mark.timeout(900)
async def test_ten_thousand_mixed_arrivals_count_for_whom_they_should(database: Database) -> None:
    chance = random.Random(8)
    world = await build(database, chance)
    crowd = Crowd(world)
    people = [f"{chance.choice(('telegram', 'whatsapp', 'webchat'))}:{6281200000000 + number}" for number in range(PEOPLE)]
    now = START
    engine = new_engine(database, "sidoarjo", lambda: now)
    engine.start()
    try:
        for turn in range(ARRIVALS // ROUND):
            now = START + timedelta(days=turn)
            await _revoke(database, world, now)
            steps = [step for person in chance.sample(people, ROUND) if (step := crowd.arrival(now, person))]
            await engine.receive([step.inbound for step in steps])
            world.log += [(step.person, step.outcome, step.link) for step in steps if step.outcome]
    finally:
        await engine.close()
    assert await kept_counts(database) == world.counts()
    assert await kept_reach(database) == world.reach()
    assert await kept_links(database, people) == world.first_and_last()
    assert {outcome for outcome, _key in world.counts()} == {"came", "unknown", "misspelt", "revoked", "expired"}


async def _revoke(database: Database, world: World, now: datetime) -> None:
    due = [link for link in world.made if link.revoked_at == now]
    for link in due:
        await database.writer.run(lambda db, link=link: db.execute(LINKS.update().where(LINKS.c.code == link.code).values(revoked_at=now)))  # type: ignore[misc]


async def kept_counts(database: Database) -> Counter[tuple[str, Key]]:
    rows = (await database.writer.read(lambda db: db.execute(select(TOUCHES)))).all()
    return Counter((row.outcome, (row.partner, row.branch, row.campaign, row.occasion)) for row in rows)


async def kept_reach(database: Database) -> dict[Key, int]:
    rows = (await database.writer.read(lambda db: db.execute(select(TOUCHES).where(TOUCHES.c.outcome == "came")))).all()
    people: dict[Key, set[int]] = {}
    for row in rows:
        people.setdefault((row.partner, row.branch, row.campaign, row.occasion), set()).add(row.contact_id)
    return {key: len(who) for key, who in people.items()}


async def kept_links(database: Database, people: list[str]) -> dict[str, tuple[str, str]]:
    named = {database.tools.sealer.index("address", person): person for person in people}
    query = select(ADDRESSES.c.id, CONTACTS.c.first_link, CONTACTS.c.last_link).join(CONTACTS, CONTACTS.c.id == ADDRESSES.c.contact_id)
    rows = (await database.writer.read(lambda db: db.execute(query))).all()
    return {named[row.id]: (row.first_link, row.last_link) for row in rows if row.first_link}
