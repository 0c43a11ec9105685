"""The statements a group of turns needs: which messages are new, who sent them, what became of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Table, bindparam, delete, or_, select, update

from storage import rollups
from storage.changes import Changes, Tools, insert_into, table_of, write
from storage.contacts import CHANGEABLE, AddressRow, Contact, ContactRow
from storage.conversations import Conversation, ConversationRow, Inbound, InboundRow, SaidRow
from storage.masking import mask
from storage.merging import merge
from storage.prepared import Prepared, among, inserting
from storage.windows import opened_by
from storage.writer import Connection

CONTACTS, ADDRESSES, CONVERSATIONS = table_of(ContactRow), table_of(AddressRow), table_of(ConversationRow)
INBOUND, SAID = table_of(InboundRow), table_of(SaidRow)

_LOAD = Prepared(
    select(
        ADDRESSES.c.id,
        ADDRESSES.c.channel,
        ADDRESSES.c.unreachable,
        CONVERSATIONS.c.memory,
        CONVERSATIONS.c.held_at,
        CONTACTS.c.id,
        CONTACTS.c.branch,
        *(CONTACTS.c[name] for name in CHANGEABLE),
    )
    .join(CONTACTS, CONTACTS.c.id == ADDRESSES.c.contact_id)
    .join(CONVERSATIONS, CONVERSATIONS.c.contact_id == CONTACTS.c.id)
    .where(among(ADDRESSES.c.id, "addresses"))
    .order_by(CONTACTS.c.id)  # always the same order, so that two processes never wait for each other in a circle
    # Both: who waited for a row that was only locked, not changed, would read the other as it was before waiting.
    .with_for_update(of=[CONTACTS, CONVERSATIONS])
)
_SAVE = Prepared(
    update(CONVERSATIONS)
    .where(CONVERSATIONS.c.contact_id == bindparam("id_"))
    .values(memory=bindparam("memory_"), seen_at=bindparam("at_"), channel=bindparam("channel_"), language=bindparam("language_"))
)
_CHANGE = Prepared(update(CONTACTS).where(CONTACTS.c.id == bindparam("id_")).values({name: bindparam(f"{name}_") for name in CHANGEABLE}))
_REACHED = Prepared(update(ADDRESSES).where(ADDRESSES.c.id == bindparam("id_")).values(unreachable=None))
_OPENED = Prepared(
    update(ADDRESSES)
    .where(ADDRESSES.c.id == bindparam("id_"), or_(ADDRESSES.c.window_until.is_(None), ADDRESSES.c.window_until < bindparam("until_")))
    .values(window_until=bindparam("until_"))
)
_DIALECTS = ("sqlite", "postgresql")
_COUNTRY = CHANGEABLE.index("country")
_changeable: Callable[[Contact], tuple[object, ...]] = attrgetter(*CHANGEABLE)


def _unless_there(table: Table, *names: str) -> dict[str, Prepared]:
    """By dialect: an INSERT of these columns that leaves alone what is there, and returns the ids that were not."""
    return {dialect: Prepared(insert_into(table, dialect).on_conflict_do_nothing().returning(table.c.id), names) for dialect in _DIALECTS}


_RECEIPT = "id", "at", "number", "state"
_NEW_INBOUND = _unless_there(INBOUND, *_RECEIPT)
_PUT_ASIDE = _unless_there(INBOUND, *_RECEIPT, "reason", "raw")
_NEW_ADDRESS = _unless_there(ADDRESSES, "id", "contact_id", "channel", "external", "created_at")


@dataclass
class Loaded:
    """A conversation as it was loaded, and what the contact looked like then."""

    conversation: Conversation
    before: tuple[object, ...]
    was_unreachable: bool = False
    window_until: datetime | None = None  # until when this message lets us answer, where that is limited


@dataclass
class Group:
    """The storage side of one transaction for many turns."""

    db: Connection
    dialect: str
    tools: Tools
    now: datetime
    branch: str
    inserts: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)
    statements: list[Any] = field(default_factory=list)
    seen: dict[object, Any] = field(default_factory=dict)  # what no turn changes and many turns ask for
    merges: list[tuple[int, int]] = field(default_factory=list)  # (gone, kept): contacts that turned out to be one

    async def unseen(self, arrived: dict[str, Inbound]) -> set[str]:
        """Write the receipts of {id: message}; the ids that were not there before."""
        rows = [{"id": id_, "at": self.now, "number": _kept(arrived[id_].number), "state": "done"} for id_ in sorted(arrived)]
        return {row.id for row in await self.db.made(_NEW_INBOUND[self.dialect], rows)}

    async def forget(self, ids: list[str]) -> None:
        """Take receipts back: these messages were not handled after all."""
        await self.db.execute(delete(INBOUND).where(INBOUND.c.id.in_(sorted(ids))))

    async def load(self, senders: dict[str, Inbound]) -> dict[str, Loaded]:
        """The conversations of {address: one of its messages}, locked; strangers become contacts."""
        loaded = await self._select(list(senders))
        if strangers := [address for address in sorted(senders) if address not in loaded]:
            await self._welcome({address: senders[address] for address in strangers})
            loaded |= await self._select(strangers)
        for address, here in loaded.items():
            here.window_until = opened_by(senders[address], self.now)
        return loaded

    async def _select(self, addresses: list[str]) -> dict[str, Loaded]:
        loaded: dict[str, Loaded] = {}
        for address, channel, unreachable, memory, held_at, *known in await self.db.rows(_LOAD, {"addresses": addresses}):
            contact = Contact(*known)
            conversation = Conversation(contact, address, channel, held_at=held_at)
            if memory:
                conversation.remember(self.tools.sealer.open_json(memory, "conversations", "memory", contact.id))
            contact.is_new = memory is None
            loaded[address] = Loaded(conversation, _changeable(contact), unreachable is not None)
        return loaded

    async def _welcome(self, strangers: dict[str, Inbound]) -> None:
        rows = []
        for address, inbound in strangers.items():
            contact = self.tools.new_id()
            external = self.tools.sealer.seal(inbound.sender, "addresses", "external", address)
            rows.append({"id": address, "contact_id": contact, "channel": inbound.channel, "external": external, "created_at": self.now})
        made = {row.id for row in await self.db.made(_NEW_ADDRESS[self.dialect], rows)}
        mine = [row for row in rows if row["id"] in made]  # another process may have been faster with some
        if not mine:
            return
        contacts = [
            {
                "id": row["contact_id"],
                "created_at": self.now,
                "branch": self.branch,
                "language": strangers[str(row["id"])].language or "id",
            }
            for row in mine
        ]
        await self.db.for_each(inserting(CONTACTS, tuple(contacts[0])), contacts)
        talks = [{"contact_id": row["id"], "memory": None, "seen_at": self.now, "branch": row["branch"]} for row in contacts]
        await self.db.for_each(inserting(CONVERSATIONS, tuple(talks[0])), talks)

    def changes(self, contact: Contact) -> Changes:
        return Changes(self.db, self.tools, contact, self.now, seen=self.seen)

    def keep(self, inbound: Inbound, loaded: Loaded, changes: Changes) -> None:
        """What one turn wants written; it is written with the whole group."""
        changes.add(
            SAID,
            id=self.tools.new_id(),
            contact_id=loaded.conversation.contact.id,
            address=loaded.conversation.address,
            at=self.now,
            text=mask(inbound.label or inbound.text)[:4096],
            kind=inbound.kind,
            client=inbound.id,
        )
        if inbound.kind == "left":
            loaded.was_unreachable = False
            changes.change(update(ADDRESSES).where(ADDRESSES.c.id == loaded.conversation.address).values(unreachable="left"))
        self.inserts += changes.inserts
        self.statements += changes.statements
        self.merges += [(gone, changes.contact.id) for gone in changes.merges]

    async def save(self, turns: list[Loaded]) -> None:
        turns = sorted(turns, key=lambda loaded: loaded.conversation.contact.id)
        memories, changed, moved, reached, opened = [], [], [], [], []
        for loaded in turns:
            contact = loaded.conversation.contact
            memory = self.tools.sealer.seal_json(loaded.conversation.memory(), "conversations", "memory", contact.id)
            said = {"channel_": loaded.conversation.channel, "language_": contact.language}
            memories.append({"id_": contact.id, "memory_": memory, "at_": self.now, **said})
            if _changeable(contact) != loaded.before:
                changed.append({"id_": contact.id} | {f"{name}_": getattr(contact, name) for name in CHANGEABLE})
                moved += [contact.id] if contact.country != loaded.before[_COUNTRY] else []
            if loaded.was_unreachable:
                reached.append({"id_": loaded.conversation.address})
            if loaded.window_until is not None:
                opened.append({"id_": loaded.conversation.address, "until_": loaded.window_until})
        if memories:
            await self.db.for_each(_SAVE, memories)
        if changed:
            await self.db.for_each(_CHANGE, changed)
        if moved:
            await rollups.mark(self.db, *moved)
        if reached:
            await self.db.for_each(_REACHED, reached)
        if opened:
            await self.db.for_each(_OPENED, opened)
        await write(self.db, self.inserts, self.statements)
        for gone, kept in self.merges:  # last, so that what both said in this group goes with them
            await merge(self.db, gone, kept)


async def ignore(db: Connection, dialect: str, number: int, channel: str, now: datetime) -> None:
    """The receipt of an update in which nobody said anything to us: it came, so its number is not missing."""
    row = {"id": f"{channel}:{number}.ignored", "at": now, "number": _kept(number), "state": "ignored"}
    await db.made(_NEW_INBOUND[dialect], [row])


async def quarantine(
    db: Connection, dialect: str, tools: Tools, id_: str, raw: str, reason: str, now: datetime, number: int | None = None
) -> None:
    """Keep a message that cannot be handled, sealed, so that a person can look at it; it never comes again."""
    row = {"id": id_, "at": now, "number": _kept(number), "state": "quarantined", "reason": reason}
    row["raw"] = tools.sealer.seal(raw, "inbound", "raw", id_)
    if not await db.made(_PUT_ASIDE[dialect], [row]):
        await db.execute(update(INBOUND).where(INBOUND.c.id == id_).values(**row))


def _kept(number: int | None) -> int | None:
    """A number that no column can hold was never given out by a platform; its message is kept without it."""
    return int(number) if number is not None and -(2**63) <= number < 2**63 else None
