"""How an officer proves who they are: password, one-time codes, passkeys, recovery codes, and the one-time link that sets them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, LargeBinary, Select, delete, func, insert, select, update
from sqlmodel import Field, SQLModel

from storage.changes import Tools, insert_into, table_of
from storage.contacts import moment
from storage.officers import OFFICERS
from storage.writer import Connection

LINK_LIVES = timedelta(hours=24)
CHALLENGE_LIVES = timedelta(minutes=5)
OLDER = "old."  # begins what was hashed with an older key and can not be hashed anew, since nobody has the value


class PasskeyRow(SQLModel, table=True):
    __tablename__ = "passkeys"

    id: str = Field(primary_key=True)  # the credential's own id, base64url
    officer_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    name: str
    public_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    signs: int = Field(sa_column=Column(BigInteger, nullable=False))  # how often it signed, if it counts: a lower number is a copy of it
    created_at: datetime = Field(sa_column=moment(nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=moment())


class RecoveryCodeRow(SQLModel, table=True):
    __tablename__ = "recovery_codes"

    id: str = Field(primary_key=True)  # keyed hash of officer and code
    officer_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))


class OfficerLinkRow(SQLModel, table=True):
    """A link that lets an officer set their password and second factor, once."""

    __tablename__ = "officer_links"

    id: str = Field(primary_key=True)  # hash of the token in the link
    officer_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    until: datetime = Field(sa_column=moment(nullable=False))


class ChallengeRow(SQLModel, table=True):
    """What a passkey was asked to sign, until it answered."""

    __tablename__ = "challenges"

    id: str = Field(primary_key=True)  # hash of the browser's token
    challenge: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    until: datetime = Field(sa_column=moment(nullable=False))


PASSKEYS, RECOVERY_CODES = table_of(PasskeyRow), table_of(RecoveryCodeRow)
OFFICER_LINKS, CHALLENGES = table_of(OfficerLinkRow), table_of(ChallengeRow)


@dataclass(frozen=True, slots=True)
class Passkey:
    id: str
    officer_id: int
    name: str
    public_key: bytes
    signs: int
    created_at: datetime
    used_at: datetime | None


KEY_COLUMNS = [PASSKEYS.c[name] for name in Passkey.__dataclass_fields__]


def hashed(token: str) -> str:
    """How a token of 256 random bits is kept: who reads the table cannot use it."""
    return hashlib.sha256(token.encode()).hexdigest()


async def password_of(db: Connection, officer: int | None) -> str | None:
    """The hash; the same one query for nobody, so that time tells nothing."""
    found: str | None = (await db.execute(select(OFFICERS.c.password).where(OFFICERS.c.id == (officer or 0)))).scalar()
    return found


async def set_password(db: Connection, officer: int, hash: str) -> None:
    await db.execute(update(OFFICERS).where(OFFICERS.c.id == officer).values(password=hash))


async def totp_of(db: Connection, tools: Tools, officer: int) -> tuple[str, int] | None:
    """The shared secret and the last step a code was taken for; None without an authenticator app."""
    row = (await db.execute(select(OFFICERS.c.totp, OFFICERS.c.totp_step).where(OFFICERS.c.id == officer))).first()
    return (tools.sealer.open(row.totp, "officers", "totp", officer), row.totp_step) if row and row.totp else None


async def set_totp(db: Connection, tools: Tools, officer: int, secret: str, step: int) -> None:
    sealed = tools.sealer.seal(secret, "officers", "totp", officer)
    await db.execute(update(OFFICERS).where(OFFICERS.c.id == officer).values(totp=sealed, totp_step=step))


async def spend_step(db: Connection, officer: int, step: int) -> bool:
    """Take a code of this step; False if one of it, or of a later one, was taken before."""
    taken = update(OFFICERS).where(OFFICERS.c.id == officer, OFFICERS.c.totp_step < step).values(totp_step=step)
    return (await db.execute(taken)).rowcount == 1


async def set_recovery_codes(db: Connection, tools: Tools, officer: int, codes: list[str]) -> None:
    """The old ones are worth nothing from now on."""
    await db.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.officer_id == officer))
    await db.execute(insert(RECOVERY_CODES), [{"id": _codes(tools, officer, code)[0], "officer_id": officer} for code in codes])


async def spend_recovery_code(db: Connection, tools: Tools, officer: int, typed: str) -> bool:
    spent = await db.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.id.in_(_codes(tools, officer, typed))))
    return spent.rowcount == 1


async def recovery_codes_left(db: Connection, officer: int) -> int:
    return int((await db.execute(select(func.count()).where(RECOVERY_CODES.c.officer_id == officer))).scalar_one())


def _codes(tools: Tools, officer: int, code: str) -> list[str]:
    """Its keyed hashes, that of the newest key first. Those of older keys were marked as such when the newest came."""
    newest, *older = tools.sealer.indexes("recovery", f"{officer}:{code.upper().replace('-', '').replace(' ', '')}")
    return [newest, *older, *(OLDER + one for one in older)]


async def passkeys_of(db: Connection, officer: int) -> list[Passkey]:
    query: Select[Any] = select(*KEY_COLUMNS).where(PASSKEYS.c.officer_id == officer).order_by(PASSKEYS.c.created_at)
    return [Passkey(*tuple(row)) for row in await db.execute(query)]


async def passkey(db: Connection, id: str) -> Passkey | None:
    query: Select[Any] = select(*KEY_COLUMNS).where(PASSKEYS.c.id == id)
    row = (await db.execute(query)).first()
    return Passkey(*tuple(row)) if row else None


async def add_passkey(db: Connection, key: Passkey) -> None:
    await db.execute(insert(PASSKEYS), [{name: getattr(key, name) for name in Passkey.__dataclass_fields__}])


async def used_passkey(db: Connection, key: Passkey, signs: int, now: datetime) -> bool:
    """Count a use; False if it was used meanwhile with the same count, which only a copy can do."""
    used = update(PASSKEYS).where(PASSKEYS.c.id == key.id, PASSKEYS.c.signs == key.signs).values(signs=signs, used_at=now)
    return (await db.execute(used)).rowcount == 1


async def remove_passkey(db: Connection, officer: int, id: str) -> bool:
    return (await db.execute(delete(PASSKEYS).where(PASSKEYS.c.officer_id == officer, PASSKEYS.c.id == id))).rowcount == 1


async def has_second_factor(db: Connection, officer: int) -> bool:
    app = select(OFFICERS.c.id).where(OFFICERS.c.id == officer, OFFICERS.c.totp.is_not(None))
    key = select(PASSKEYS.c.id).where(PASSKEYS.c.officer_id == officer)
    return (await db.execute(app)).first() is not None or (await db.execute(key)).first() is not None


async def forget(db: Connection, officer: int) -> None:
    """All an officer could prove themselves with is worth nothing from now on."""
    await db.execute(update(OFFICERS).where(OFFICERS.c.id == officer).values(password=None, totp=None))
    for table in (PASSKEYS, RECOVERY_CODES, OFFICER_LINKS):
        await db.execute(delete(table).where(table.c.officer_id == officer))


async def add_link(db: Connection, officer: int, token: str, now: datetime) -> None:
    """One link an officer: an older one is worth nothing from now on."""
    await db.execute(delete(OFFICER_LINKS).where(OFFICER_LINKS.c.officer_id == officer))
    await db.execute(insert(OFFICER_LINKS), [{"id": hashed(token), "officer_id": officer, "until": now + LINK_LIVES}])


async def link_owner(db: Connection, token: str, now: datetime) -> int | None:
    found = select(OFFICER_LINKS.c.officer_id).where(OFFICER_LINKS.c.id == hashed(token), OFFICER_LINKS.c.until > now)
    owner: int | None = (await db.execute(found)).scalar()
    return owner


async def spend_link(db: Connection, token: str, now: datetime) -> int | None:
    """Whose link it was; None if it was used, is too old, or never was."""
    spent = delete(OFFICER_LINKS).where(OFFICER_LINKS.c.id == hashed(token), OFFICER_LINKS.c.until > now)
    owner: int | None = (await db.execute(spent.returning(OFFICER_LINKS.c.officer_id))).scalar()
    return owner


async def ask(db: Connection, dialect: str, token: str, challenge: bytes, now: datetime) -> None:
    """Remember what this browser's passkey is to sign."""
    await db.execute(delete(CHALLENGES).where(CHALLENGES.c.until <= now))
    values = {"challenge": challenge, "until": now + CHALLENGE_LIVES}
    statement = insert_into(CHALLENGES, dialect).values(id=hashed(token), **values)
    await db.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


async def answered(db: Connection, token: str, now: datetime) -> bytes | None:
    """What it was to sign; each challenge is answered at most once."""
    spent = delete(CHALLENGES).where(CHALLENGES.c.id == hashed(token), CHALLENGES.c.until > now)
    challenge: bytes | None = (await db.execute(spent.returning(CHALLENGES.c.challenge))).scalar()
    return challenge
