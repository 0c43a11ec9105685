"""What a platform allows our account: to how many people a day we may write first, and whether campaigns must rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlmodel import Field, SQLModel

from storage.changes import table_of
from storage.contacts import moment
from storage.prepared import Prepared
from storage.writer import Connection

UNLIMITED = -1
SMALLEST = 250  # where every portfolio begins: https://developers.facebook.com/docs/whatsapp/messaging-limits


class AccountRow(SQLModel, table=True):
    __tablename__ = "accounts"

    channel: str = Field(primary_key=True)  # the migration makes the rows
    account: str | None = None  # the platform's id of our account
    daily_limit: int | None = None  # None until the platform told it
    told_at: datetime | None = Field(default=None, sa_column=moment())
    paused_until: datetime | None = Field(default=None, sa_column=moment())
    paused_because: str | None = None


ACCOUNTS = table_of(AccountRow)
_THIS = select(ACCOUNTS).where(ACCOUNTS.c.channel == bindparam("channel_"))
_ACCOUNT, _LOCKED = Prepared(_THIS), Prepared(_THIS.with_for_update())


@dataclass(frozen=True, slots=True)
class Account:
    """Our account at a platform, as far as we were told."""

    channel: str
    account: str | None = None
    daily_limit: int | None = None
    told_at: datetime | None = None
    paused_until: datetime | None = None
    paused_because: str | None = None

    @property
    def people_a_day(self) -> int | None:
        """To how many people we may write first in any 24 hours; None is no limit."""
        return None if self.daily_limit == UNLIMITED else self.daily_limit or SMALLEST

    def rests(self, now: datetime) -> bool:
        """Whether campaigns must wait."""
        return self.paused_until is not None and self.paused_until > now


async def account(db: Connection, channel: str, *, lock: bool = False) -> Account:
    """`lock`: nobody else counts who may still be written to before this transaction ends."""
    found = await db.rows(_LOCKED if lock else _ACCOUNT, {"channel_": channel})
    return Account(*found[0]) if found else Account(channel)


async def told(db: Connection, channel: str, now: datetime, **facts: Any) -> None:
    """The platform named its id of our account (`account`), or how many people we may write to (`daily_limit`)."""
    await db.execute(update(ACCOUNTS).where(ACCOUNTS.c.channel == channel).values(told_at=now, **facts))


async def pause(db: Connection, channel: str, until: datetime, because: str) -> None:
    """Campaigns rest until then, or longer if they already must."""
    longer = ACCOUNTS.c.paused_until.is_(None) | (ACCOUNTS.c.paused_until < until)
    await db.execute(update(ACCOUNTS).where(ACCOUNTS.c.channel == channel, longer).values(paused_until=until, paused_because=because))


async def resume(db: Connection, channel: str) -> None:
    """Staff decided that campaigns go on."""
    await db.execute(update(ACCOUNTS).where(ACCOUNTS.c.channel == channel).values(paused_until=None, paused_because=None))
