"""The checker finds what it is there to find: each promise is broken once, by hand, and it says which."""

import copy
import json
from typing import Any

import pytest

from tests.crash.checker import Evidence, breaches
from tests.crash.tables import Tables


def send(message: int, chat: int, text: str, fault: str | None = None) -> dict[str, Any]:
    return {"kind": "accepted", "method": "sendMessage", "parameters": {"text": text}, "chat": chat, "message_id": message, "fault": fault}


def row(number: int, key: str, text: str, state: str, lane: int = 0, **more: Any) -> dict[str, Any]:
    page = json.dumps({"text": text, "buttons": []})
    base = {"id": number, "key": key, "lane": lane, "state": state, "page": page, "resent": False, "reason": None}
    return {**base, "provider_id": None, "follows": None, **more}


def good() -> Evidence:
    """Two people said something and were answered; a campaign reached two of three, and one nobody knows."""
    ledger: list[dict[str, Any]] = [
        *({"kind": "update", "update_id": number, "chat": number - 100, "update": {}} for number in (101, 102, 103)),
        *({"kind": "attempt", "update_id": number, "ok": True, "status": 200} for number in (101, 102)),
        {"kind": "dropped", "update_id": 103},
        send(1, 1, "hello"),
        send(2, 2, "hello"),
        send(3, 2, "hello"),
        send(4, 11, "come", "reset"),
        send(5, 12, "come"),
    ]
    deliveries = [
        row(1, "r:telegram:101.9:0", "hello", "sent", provider_id="1", follows="101.9"),
        row(2, "r:telegram:102.9:0", "hello", "sent", provider_id="3", follows="102.9", resent=True),
        row(3, "c:x:11", "come", "in_doubt", lane=2, reason="crash"),
        row(4, "c:x:12", "come", "sent", lane=2, provider_id="5"),
        row(5, "c:x:13", "come", "failed", lane=2, reason="blocked"),
    ]
    history = [
        {"delivery": 2, "was": "in_flight", "became": "queued", "resent": True},
        {"delivery": 3, "was": "in_flight", "became": "in_doubt", "resent": False},
    ]
    inbound = [{"id": f"telegram:{number}.9", "state": "done", "number": number} for number in (101, 102)]
    audience = {"c:x:11": 11, "c:x:12": 12, "c:x:13": 13}
    return Evidence(ledger, Tables(inbound, deliveries, [], history), audience, window=1, crashes=1)


def test_what_is_as_promised_is_let_through() -> None:
    assert breaches(good()) == []


def lost_update(run: Evidence) -> None:
    run.tables.inbound.pop()


def doubled_update(run: Evidence) -> None:
    run.tables.inbound.append({"id": "telegram:101.10", "state": "done", "number": 101})


def unfinished(run: Evidence) -> None:
    run.tables.inbound[0]["state"] = "received"


def silently_missing(run: Evidence) -> None:
    run.ledger[:] = [entry for entry in run.ledger if entry["kind"] != "dropped"]


def counted_as_dropped(run: Evidence) -> None:
    run.tables.inbound[0]["number"] = None


def forgotten_recipient(run: Evidence) -> None:
    run.tables.deliveries.pop()


def still_queued(run: Evidence) -> None:
    run.tables.deliveries[4]["state"] = "queued"


def campaign_twice(run: Evidence) -> None:
    run.ledger.append(send(6, 12, "come"))


def campaign_twice_in_doubt(run: Evidence) -> None:
    run.ledger.append(send(6, 11, "come"))


def campaign_sent_again(run: Evidence) -> None:
    run.tables.history.append({"delivery": 4, "was": "in_flight", "became": "queued", "resent": True})
    run.crashes += 1


def failed_but_arrived(run: Evidence) -> None:
    run.ledger.append(send(6, 13, "come"))


def sent_but_never_arrived(run: Evidence) -> None:
    run.ledger[:] = [entry for entry in run.ledger if entry.get("message_id") != 5]


def reply_twice_without_a_flag(run: Evidence) -> None:
    run.tables.deliveries[1]["resent"] = False


def reply_three_times(run: Evidence) -> None:
    run.ledger.append(send(6, 2, "hello"))


def too_much_doubt(run: Evidence) -> None:
    run.crashes = 0


def doubt_without_a_reason(run: Evidence) -> None:
    run.tables.deliveries[2]["reason"] = None


def going_back(run: Evidence) -> None:
    run.tables.history.append({"delivery": 1, "was": "sent", "became": "queued", "resent": False})


def another_message_claimed(run: Evidence) -> None:
    run.tables.deliveries[0]["provider_id"] = "2"


def nobody_queued_it(run: Evidence) -> None:
    run.ledger.append(send(6, 1, "surprise"))


def out_of_order(run: Evidence) -> None:
    run.tables.deliveries.append(row(6, "r:telegram:101.9:1", "hello", "sent", provider_id="0", follows="101.9"))


def wrong_call(run: Evidence) -> None:
    run.ledger.append({"kind": "violation", "of": "call"})


@pytest.mark.parametrize(
    ("damage", "promise"),
    [
        (lost_update, "N1"),
        (doubled_update, "N1"),
        (unfinished, "N1"),
        (silently_missing, "N10"),
        (counted_as_dropped, "N10"),
        (forgotten_recipient, "N3"),
        (still_queued, "N3"),
        (campaign_twice, "N4"),
        (campaign_twice_in_doubt, "N4"),
        (campaign_sent_again, "N4"),
        (failed_but_arrived, "N4"),
        (sent_but_never_arrived, "N4"),
        (reply_twice_without_a_flag, "N4"),
        (reply_three_times, "N4"),
        (too_much_doubt, "N6"),
        (doubt_without_a_reason, "N6"),
        (going_back, "N8"),
        (another_message_claimed, "N5"),
        (nobody_queued_it, "N4"),
        (out_of_order, "N2"),
        (wrong_call, "contract"),
    ],
)
def test_what_is_broken_is_found(damage: Any, promise: str) -> None:
    run = copy.deepcopy(good())
    damage(run)
    assert any(breach.startswith(promise) for breach in breaches(run)), breaches(run)
