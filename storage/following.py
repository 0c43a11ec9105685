"""Interests as officers follow them up: found, moved on, handed to somebody, joined where one person came twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_, update

from storage import codes
from storage.changes import Tools, table_of
from storage.deliveries import DELIVERIES
from storage.interests import ENDED, INTERESTS
from storage.officers import OFFICERS
from storage.partners import PartnerRow
from storage.scope import within
from storage.sealing import Unsealable
from storage.stale import Stale
from storage.writer import Connection

PARTNERS = table_of(PartnerRow)
NEVER = date(9999, 12, 31)  # where no day is set: after all others
HOME = "62"  # under which numbers at home are kept, typed with a zero before them
_DUE = func.coalesce(INTERESTS.c.due_on, NEVER)
_ALONE = INTERESTS.c.merged_into.is_(None)
_OPEN = INTERESTS.c.state.not_in(ENDED)
_SEALED = ("phone", "nik")


@dataclass(frozen=True, slots=True)
class Followed:
    """An interest as it stands on the desk. `officer` and `by_partner` are names."""

    id: int
    reference: str
    at: datetime
    changed_at: datetime
    contact_id: int
    branch: str
    state: str
    version: int
    name: str
    stage: str
    destination: str | None
    agency: str | None
    months: int | None
    reach: str
    when: str | None
    due_on: date | None
    officer_id: int | None
    officer: str | None
    by_partner: str | None
    phone: str | None
    nik: str | None
    phone_proven: bool

    @property
    def is_open(self) -> bool:
        return self.state not in ENDED


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which interests. `due` is late, today, week or unset; `whose` are officers, 0 for nobody's; `number` is a phone number's digits or a NIK; `after` is the key of the page before."""

    today: date
    words: str = ""
    number: str = ""
    states: Sequence[str] = ()
    due: Sequence[str] = ()
    whose: Sequence[int] = ()
    destinations: Sequence[str] = ()
    partners: Sequence[str] = ()
    week: date = NEVER
    after: tuple[date, int] | None = None


async def find(db: Connection, tools: Tools, branch: str, wanted: Wanted, most: int = 50) -> list[Followed]:
    """What is due first comes first; one more than `most`, so that a caller sees whether there are more."""
    query = _followed(branch).where(_ALONE, *_conditions(tools, wanted))
    if wanted.after:
        query = query.where(tuple_(_DUE, INTERESTS.c.id) > wanted.after)
    return [_one(tools, row) for row in await db.execute(query.order_by(_DUE, INTERESTS.c.id).limit(most + 1))]


async def by_id(db: Connection, tools: Tools, branch: str, interest: int) -> Followed | None:
    row = (await db.execute(_followed(branch).where(INTERESTS.c.id == interest, _ALONE))).first()
    return _one(tools, row) if row else None


async def counts(db: Connection, branch: str) -> dict[str, int]:
    """How many stand in each state."""
    mine = _ALONE, within(INTERESTS.c.branch, branch)
    rows = await db.execute(select(INTERESTS.c.state, func.count().label("many")).where(*mine).group_by(INTERESTS.c.state))
    return {row.state: row.many for row in rows}


async def destinations(db: Connection, branch: str) -> list[str]:
    mine = within(INTERESTS.c.branch, branch), INTERESTS.c.destination.is_not(None)
    return sorted((await db.execute(select(INTERESTS.c.destination).where(*mine).distinct())).scalars())


async def change(db: Connection, interest: int, version: int, now: datetime, **values: Any) -> None:
    """Raises Stale if somebody changed it since `version`."""
    same = INTERESTS.c.id == interest, INTERESTS.c.version == version, _ALONE
    changed = await db.execute(update(INTERESTS).where(*same).values(version=version + 1, changed_at=now, **values))
    if not changed.rowcount:
        raise Stale


async def doubles(db: Connection, tools: Tools, branch: str, one: Followed) -> list[Followed]:
    """Other interests with the same phone number or NIK: perhaps the same person, who came twice. Who surely is the same: storage/doubles.py."""
    same = [INTERESTS.c[f"{kind}_index"].in_(tools.sealer.indexes(kind, value)) for kind in _SEALED if (value := getattr(one, kind))]
    if not same:
        return []
    query = _followed(branch).where(_ALONE, INTERESTS.c.id != one.id, or_(*same)).order_by(INTERESTS.c.id).limit(10)
    return [_one(tools, row) for row in await db.execute(query)]


async def merge(db: Connection, tools: Tools, kept: Followed, gone: Followed, now: datetime) -> list[str]:
    """One goes on; of the other it gets what it lacks (their names are returned). Who asks by either is told of the one that goes on."""
    plain = ("destination", "agency", "months", "when", "officer_id", "due_on")
    brought = {name: getattr(gone, name) for name in plain if getattr(kept, name) is None and getattr(gone, name) is not None}
    if gone.due_on and (kept.due_on is None or gone.due_on < kept.due_on):
        brought["due_on"] = gone.due_on  # what was promised sooner is still promised
    sealed: dict[str, Any] = {}
    for kind in _SEALED:
        if (value := getattr(gone, kind)) and not getattr(kept, kind):
            sealed |= {kind: tools.sealer.seal(value, "interests", kind, kept.id), f"{kind}_index": tools.sealer.index(kind, value)}
            brought |= {"reach": gone.reach, "when": gone.when, "phone_proven": gone.phone_proven} if kind == "phone" else {}
    await change(db, kept.id, kept.version, now, **brought, **sealed)
    await change(db, gone.id, gone.version, now, merged_into=kept.id)
    # Whoever was joined to the one that goes now goes along.
    await db.execute(update(INTERESTS).where(INTERESTS.c.merged_into == gone.id).values(merged_into=kept.id))
    return sorted([*brought, *(name for name in sealed if name in _SEALED)])


def told_key(interest: int, version: int) -> str:
    """Of the message about a change: the same change is told once."""
    return f"i:{interest}:{version}"


async def last_told(db: Connection, one: Followed) -> tuple[str, str | None] | None:
    """What became of the newest message about this interest: its state and why."""
    query = select(DELIVERIES.c.state, DELIVERIES.c.reason).where(
        DELIVERIES.c.contact_id == one.contact_id, DELIVERIES.c.key.startswith(f"i:{one.id}:")
    )
    row = (await db.execute(query.order_by(DELIVERIES.c.id.desc()).limit(1))).first()
    return (row.state, row.reason) if row else None


def _followed(branch: str) -> Select[Any]:
    return (
        select(INTERESTS, OFFICERS.c.name.label("officer"), PARTNERS.c.name.label("by_partner"))
        .outerjoin(OFFICERS, OFFICERS.c.id == INTERESTS.c.officer_id)
        .outerjoin(PARTNERS, PARTNERS.c.id == INTERESTS.c.partner)
        .where(within(INTERESTS.c.branch, branch))
    )


def _conditions(tools: Tools, wanted: Wanted) -> list[ColumnElement[bool]]:
    due = {
        "late": and_(_OPEN, INTERESTS.c.due_on < wanted.today),
        "today": and_(_OPEN, INTERESTS.c.due_on == wanted.today),
        "week": and_(_OPEN, INTERESTS.c.due_on.between(wanted.today, wanted.week)),
        "unset": and_(_OPEN, INTERESTS.c.due_on.is_(None)),
    }
    found: list[ColumnElement[bool]] = []
    for column, chosen in (("state", wanted.states), ("destination", wanted.destinations), ("partner", wanted.partners)):
        if chosen:
            found.append(INTERESTS.c[column].in_(chosen))
    if wanted.due:
        found.append(or_(*(due[code] for code in wanted.due)))
    if wanted.whose:
        nobody = INTERESTS.c.officer_id.is_(None)
        theirs = INTERESTS.c.officer_id.in_([officer for officer in wanted.whose if officer])
        found.append(or_(nobody, theirs) if 0 in wanted.whose else theirs)
    if wanted.words:
        found.append(_said(wanted.words))
    if wanted.number:
        found.append(_has(tools, wanted.number))
    return found


def _said(words: str) -> ColumnElement[bool]:
    """A reference, or a part of a name."""
    named = func.lower(INTERESTS.c.name).contains(words.lower(), autoescape=True)
    code = codes.read(words)
    return or_(named, INTERESTS.c.reference == code) if code else named


def _has(tools: Tools, digits: str) -> ColumnElement[bool]:
    """By the keyed hashes of a phone number and of a NIK."""
    phones = [index for number in _numbers(digits) for index in tools.sealer.indexes("phone", f"+{number}")]
    return or_(INTERESTS.c.phone_index.in_(phones), INTERESTS.c.nik_index.in_(tools.sealer.indexes("nik", digits)))


def _numbers(digits: str) -> set[str]:
    return {digits, HOME + digits.lstrip("0")} if digits.startswith("0") else {digits}


def _one(tools: Tools, row: Any) -> Followed:
    values: dict[str, Any] = {name: getattr(row, name) for name in Followed.__slots__}
    for kind in _SEALED:
        values[kind] = _opened(tools, kind, values[kind], row.id)
    return Followed(**values)


def _opened(tools: Tools, kind: str, sealed: bytes | None, row: int) -> str | None:
    try:
        return tools.sealer.open(sealed, "interests", kind, row) if sealed is not None else None
    except Unsealable:  # of another key: one row must not hide all others
        return None
