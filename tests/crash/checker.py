"""Judges a run by the emulator's ledger and the tables alone: what was accepted, what arrived, and whether the two agree.

It knows the meaning of the columns and nothing of the code that fills them. Each breach begins with the number of its promise in
docs/reliability.md.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.crash.tables import Row, Tables, text_of
from tests.emulators.faults import SPOILED
from tests.emulators.ledger import Entry

CAMPAIGN = 2
ENDS = {"sent", "delivered", "read", "failed", "skipped", "cancelled", "expired", "in_doubt"}
ARRIVED = {"sent", "delivered", "read"}
# Each state, and what may follow it.
FOLLOWS = {
    "queued": {"in_flight", "expired", "cancelled", "skipped"},
    "in_flight": {"queued", "sent", "delivered", "read", "failed", "skipped", "in_doubt"},
    "sent": {"delivered", "read", "failed"},
    "delivered": {"read"},
    "in_doubt": {"sent", "delivered", "read"},
    "failed": {"delivered", "read"},
}


@dataclass
class Evidence:
    """All that a judgement rests on. `audience` is {key of a campaign's delivery: chat}; `crashes` counts senders that ended or lost their lease."""

    ledger: list[Entry]
    tables: Tables
    audience: dict[str, int] = field(default_factory=dict)
    window: int = 8
    crashes: int = 0
    ordered: bool = True  # ids tell what came first, unless a test made clocks wrong
    accepted: set[int] = field(default_factory=set)  # updates a test itself posted and saw answered 200


def breaches(evidence: Evidence) -> list[str]:
    """Everything that is not as promised."""
    checks = (inbound_once, nothing_silently_missing, audience_ended, copies, known_messages, doubts_bounded, forwards, in_order, contract)
    return [breach for check in checks for breach in check(evidence)]


def accepted_updates(evidence: Evidence) -> set[int]:
    """Those we answered 2xx, or that lie below an offset we confirmed."""
    found = set(evidence.accepted)
    for entry in evidence.ledger:
        if entry["kind"] == "attempt" and entry["ok"]:
            found.add(entry["update_id"])
        elif entry["kind"] == "confirmed":
            found.update(entry["update_ids"])
    return found


def inbound_once(evidence: Evidence) -> Iterator[str]:
    """N1: one row for each accepted update, and it has ended."""
    rows = Counter(update_of(row["id"]) for row in evidence.tables.inbound)
    for update in sorted(accepted_updates(evidence) | rows.keys()):
        if rows[update] != 1:
            yield f"N1: update {update} has {rows[update]} rows"
    for row in evidence.tables.inbound:
        if row["state"] not in ("done", "quarantined", "ignored"):
            yield f"N1: {row['id']} is {row['state']}"


def nothing_silently_missing(evidence: Evidence) -> Iterator[str]:
    """N10: an update without a row is one that Telegram itself gave up on; its number is a hole that can be counted."""
    sent = {entry["update_id"] for entry in evidence.ledger if entry["kind"] == "update"}
    dropped = {entry["update_id"] for entry in evidence.ledger if entry["kind"] == "dropped"}
    arrived = {update_of(row["id"]) for row in evidence.tables.inbound}
    for update in sorted(sent - arrived - dropped):
        yield f"N10: update {update} never arrived and Telegram did not give it up"
    for update in sorted(arrived - sent - evidence.accepted):
        yield f"N10: update {update} was never sent to us"
    numbers = {row["number"] for row in evidence.tables.inbound}
    for update in sorted(arrived - numbers):
        yield f"N10: update {update} arrived and would be counted as dropped"


def audience_ended(evidence: Evidence) -> Iterator[str]:
    """N3: every recipient is in exactly one final state."""
    keys = Counter(row["key"] for row in evidence.tables.deliveries if row["lane"] == CAMPAIGN)
    for key in evidence.audience:
        if keys[key] != 1:
            yield f"N3: {key} has {keys[key]} rows"
    for key in keys.keys() - evidence.audience.keys():
        yield f"N3: {key} was never planned"
    for row in evidence.tables.deliveries:
        if row["state"] not in ENDS:
            yield f"N3: {row['key']} is still {row['state']}"


def copies(evidence: Evidence) -> Iterator[str]:
    """N4, N5, N7: as many copies arrived as the rows say. Equal words to one chat are judged together."""
    arrived = Counter((entry["chat"], entry["parameters"]["text"].strip()) for entry in accepted_sends(evidence))
    rows = by_chat_and_text(evidence)
    for place, mine in rows.items():
        least, most = (sum(bound) for bound in zip(*(copies_allowed(row) for row in mine), strict=True))
        if not least <= arrived[place] <= most:
            said = ", ".join(f"{row['key']} {row['state']}{' resent' if row['resent'] else ''}" for row in mine)
            yield f"N4-N7: chat {place[0]} has {arrived[place]} copies, not {least} to {most}, of {said}"
    for chat, text in arrived.keys() - rows.keys():
        yield f"N4-N7: chat {chat} got what nobody queued: {text[:60]!r}"


def copies_allowed(row: Row) -> tuple[int, int]:
    """At least and at most. Only a reply may have been sent a second time, and only when it is flagged."""
    most = 2 if row["resent"] else 1
    if row["lane"] == CAMPAIGN and row["resent"]:
        most = 1
    if row["state"] in ARRIVED:
        return 1, most
    return 0, most if row["state"] == "in_doubt" else most - 1


def known_messages(evidence: Evidence) -> Iterator[str]:
    """N5: what is recorded as sent has the id of a message that is really there, and no two have the same."""
    there = {entry["message_id"]: entry for entry in accepted_sends(evidence)}
    chats = chats_of(evidence)
    claimed: Counter[str] = Counter()
    for row in evidence.tables.deliveries:
        if row["provider_id"] is None:
            continue
        claimed[row["provider_id"]] += 1
        entry = there.get(int(row["provider_id"]))
        if entry is None or entry["chat"] != chats[row["id"]] or entry["parameters"]["text"].strip() != text_of(row):
            yield f"N5: {row['key']} is {row['state']} as message {row['provider_id']}, which is another's or nobody's"
    yield from (f"N5: message {message} is recorded {count} times" for message, count in claimed.items() if count > 1)


def doubts_bounded(evidence: Evidence) -> Iterator[str]:
    """N6: no more doubt than the windows of crashed senders and the answers that were lost can explain; each with its reason."""
    bound = evidence.window * evidence.crashes + ambiguous(evidence)
    if (found := doubts(evidence)) > bound:
        yield f"N6: {found} deliveries were in doubt, and only {bound} can be explained"
    for row in evidence.tables.deliveries:
        if row["state"] == "in_doubt" and not row["reason"]:
            yield f"N6: {row['key']} is in doubt without a reason"


def doubts(evidence: Evidence) -> int:
    """How often a delivery went into doubt, or was sent again because of it."""
    resent: set[int] = set()
    count = 0
    for step in evidence.tables.history:
        again = bool(step["resent"]) and step["delivery"] not in resent
        resent |= {step["delivery"]} if again else set()
        count += step["became"] == "in_doubt" or again
    return count


def ambiguous(evidence: Evidence) -> int:
    """Calls whose answer the emulator spoiled, or never gave."""
    spoiled = (entry for entry in evidence.ledger if entry["kind"] in ("accepted", "unheard") and entry["method"].startswith("send"))
    return sum(entry["fault"] in SPOILED for entry in spoiled)


def forwards(evidence: Evidence) -> Iterator[str]:
    """N8: states never go back, and a campaign's delivery is never marked to go again."""
    lanes = {row["id"]: row["lane"] for row in evidence.tables.deliveries}
    for step in evidence.tables.history:
        delivery, was, became = step["delivery"], step["was"], step["became"]
        if became not in FOLLOWS.get(was, set()) | {was}:
            yield f"N8: delivery {delivery} went from {was} to {became}"
        if step["resent"] and lanes.get(delivery) == CAMPAIGN:
            yield f"N4: delivery {delivery} of a campaign was flagged to be sent again"


def in_order(evidence: Evidence) -> Iterator[str]:
    """What one chat is answered arrives in the order in which it was said."""
    chats = chats_of(evidence)
    newest: dict[int, tuple[int, str]] = {}
    for row in sorted(evidence.tables.deliveries, key=lambda row: int(row["id"])) if evidence.ordered else ():
        if row["lane"] == CAMPAIGN or row["provider_id"] is None:
            continue
        before, key = newest.get(chats[row["id"]], (0, ""))
        if int(row["provider_id"]) < before:
            yield f"N2: chat {chats[row['id']]} got {row['key']} before {key}"
        newest[chats[row["id"]]] = int(row["provider_id"]), row["key"]


def contract(evidence: Evidence) -> Iterator[str]:
    """Every call was worded as the Bot API wants it."""
    yield from (f"contract: {entry}" for entry in evidence.ledger if entry["kind"] == "violation")


def update_of(receipt: str) -> int:
    """A receipt's id is its channel, the number of the update, and a mark that tells it from older ones of the same number."""
    return int(receipt.partition(":")[2].partition(".")[0])


def accepted_sends(evidence: Evidence) -> list[Entry]:
    return [entry for entry in evidence.ledger if entry["kind"] == "accepted" and entry["method"] == "sendMessage"]


def chats_of(evidence: Evidence) -> dict[int, int]:
    """{delivery: chat}. A reply names the message it follows; that message's update says where it was said."""
    said = {entry["update_id"]: entry["chat"] for entry in evidence.ledger if entry["kind"] == "update"}
    found: dict[int, int] = {}
    for row in evidence.tables.deliveries:
        update = str(row["follows"] or "").partition(".")[0]
        found[row["id"]] = evidence.audience[row["key"]] if row["key"] in evidence.audience else said.get(int(update or 0), 0)
    return found


def by_chat_and_text(evidence: Evidence) -> dict[tuple[int, str], list[Row]]:
    chats = chats_of(evidence)
    grouped: defaultdict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in evidence.tables.deliveries:
        grouped[chats[row["id"]], text_of(row)].append(row)
    return grouped


def figures(evidence: Evidence) -> dict[str, Any]:
    """What a report of the run says."""
    deliveries = evidence.tables.deliveries
    states = Counter(f"{'campaign' if row['lane'] == CAMPAIGN else 'reply'} {row['state']}" for row in deliveries)
    return {
        "updates": sum(entry["kind"] == "update" for entry in evidence.ledger),
        "accepted": len(accepted_updates(evidence)),
        "given up by Telegram": sum(entry["kind"] == "dropped" for entry in evidence.ledger),
        "messages sent": len(accepted_sends(evidence)),
        "replies sent twice, flagged": sum(bool(row["resent"]) for row in deliveries),
        "put aside": sum(row["state"] == "quarantined" for row in evidence.tables.inbound),
        "in doubt or sent again": doubts(evidence),
        "explained at most": evidence.window * evidence.crashes + ambiguous(evidence),
        **dict(sorted(states.items())),
    }
