"""The deep links of partners: made with a code nobody else has, labelled, expiring, revoked; and the addresses they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from sqlalchemy import insert, select, update

from storage.codes import LETTERS, encode
from storage.codes import read as read_code
from storage.partners import LINKS, PARTNERS
from storage.scope import within
from storage.writer import Connection

SHORTEST, LONGEST = 4, 7  # letters; of eight are the one-time codes, so that a code typed alone is never taken for the other
STIR = 0x9E3779B97F4A7C15  # 2^64 divided by the golden ratio: the next try lands far from the one before
TRIES = 32  # of one length: then the codes of that length are crowded
# Whatever look-alike somebody types for a letter, a code is a word with a digit and a letter, as few words are.
PLAIN = re.compile(r"(?=.*[2-9])(?=.*[A-HJ-KM-NP-TV-Z]).*")
GREETINGS = {"id": "Halo Sapa", "en": "Hello Sapa"}  # what somebody who comes by WhatsApp is found to have written


@dataclass(frozen=True, slots=True)
class Link:
    code: str
    partner: str
    label: str
    created_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    campaign: int | None
    occasion: int | None

    @property
    def last_at(self) -> datetime | None:
        """The last moment at which it holds, for who reads a day."""
        return self.expires_at - timedelta(seconds=1) if self.expires_at else None

    def holds(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


COLUMNS = [LINKS.c[name] for name in Link.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class Doors:
    """By which doors people come in: the house's own names at each channel; an empty one is shut."""

    public_url: str = ""
    telegram: str = ""  # the bot's user name
    whatsapp: str = ""  # the number, digits only

    def telegram_link(self, code: str) -> str:
        return f"https://t.me/{self.telegram}?start={code}" if self.telegram else ""

    def whatsapp_link(self, code: str, language: str = "id") -> str:
        words = quote(f"{GREETINGS[language]} [{code}]", safe="")
        return f"https://wa.me/{self.whatsapp}?text={words}" if self.whatsapp else ""

    def web_link(self, code: str) -> str:
        return f"{self.public_url.rstrip('/')}/?ref={code}" if self.public_url else ""

    def links(self, code: str, language: str = "id") -> dict[str, str]:
        """{channel: address} of the doors that are open."""
        all_of_them = {"whatsapp": self.whatsapp_link(code, language), "telegram": self.telegram_link(code), "webchat": self.web_link(code)}
        return {channel: link for channel, link in all_of_them.items() if link}


async def add(
    db: Connection,
    partner: str,
    chance: int,
    now: datetime,
    *,
    label: str = "",
    expires_at: datetime | None = None,
    campaign: int | None = None,
    occasion: int | None = None,
) -> str:
    """A new link of a partner; its code is made of `chance`."""
    code = await _free_code(db, chance)
    row = {"code": code, "partner": partner, "label": label, "created_at": now, "expires_at": expires_at, "revoked_at": None}
    await db.execute(insert(LINKS), [{**row, "campaign": campaign, "occasion": occasion}])
    return code


async def _free_code(db: Connection, chance: int) -> str:
    """The shortest that is easily found: the fewer of a length are taken, the rarer a slip of the finger leads to somebody else's."""
    for code in candidates(chance):
        if (await db.execute(select(LINKS.c.code).where(LINKS.c.code == code))).first() is None:
            return code
    raise LookupError("every code is taken")


def candidates(chance: int) -> Iterator[str]:
    for length in range(SHORTEST, LONGEST + 1):
        for _try in range(TRIES):
            chance = (chance * STIR + 1) % 2**64
            code = encode((chance >> 20) % len(LETTERS) ** length, length)
            if PLAIN.fullmatch(code):
                yield code


async def revoke(db: Connection, branch: str, code: str, now: datetime) -> bool:
    """False if the branch has no such link, or it is revoked already."""
    mine = select(PARTNERS.c.id).where(within(PARTNERS.c.branch, branch))
    ended = update(LINKS).where(LINKS.c.code == code, LINKS.c.revoked_at.is_(None), LINKS.c.partner.in_(mine))
    return bool((await db.execute(ended.values(revoked_at=now))).rowcount)


async def of(db: Connection, branch: str, partner: str) -> list[Link]:
    """A partner's links, the newest first."""
    query = select(*COLUMNS).join(PARTNERS, PARTNERS.c.id == LINKS.c.partner).where(_is(partner), within(PARTNERS.c.branch, branch))
    found = [Link(*tuple(row)) for row in await db.execute(query.order_by(LINKS.c.code))]
    return sorted(found, key=lambda link: (link.created_at is not None, link.created_at), reverse=True) if found else []


async def one(db: Connection, branch: str, typed: str) -> Link | None:
    """None for a code that is none, or another branch's."""
    code = read_code(typed)
    query = select(*COLUMNS).join(PARTNERS, PARTNERS.c.id == LINKS.c.partner).where(within(PARTNERS.c.branch, branch))
    row = (await db.execute(query.where(LINKS.c.code == code))).first() if code else None
    return Link(*tuple(row)) if row else None


def _is(partner: str) -> Any:
    return LINKS.c.partner == partner
