"""What the replies should have been: each update again, once, alone and in the order in which the run says it took them.

That order must itself be one that Telegram allows: messages of a chat in their order, and presses in theirs.
"""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.channels.telegram_inbound import read
from bot.house import load, new_engine, open_database
from storage import Inbound
from tests.crash.checker import CAMPAIGN, Evidence, accepted_updates, update_of
from tests.crash.tables import DELIVERIES, Row, rows, text_of
from tests.emulators.telegram.updates import route
from tests.talk import BRANCH, KEY, NOON

CODE = re.compile(r"\b(?=\w*\d)[0-9A-Z]{7,9}\b")  # to join chats, or of something left for officers


async def differences(evidence: Evidence, folder: Path, migrated: Path, *, shuffled: bool = False) -> list[str]:
    """N2: where the effects are not those of the updates taken once each, one after another.

    What is said to some people is not compared: a copy of their data holds the times of the run, and an apology counts as an answer.
    """
    updates = {
        entry["update_id"]: {"update_id": entry["update_id"], **entry["update"]} for entry in evidence.ledger if entry["kind"] == "update"
    }
    spoken = [row for row in evidence.tables.said if row["client"]]
    breaches = [*_taken_once(evidence, spoken), *(() if shuffled or not evidence.ordered else _out_of_order(updates, spoken))]
    if not evidence.ordered:
        return breaches
    url = f"sqlite:///{shutil.copyfile(migrated, folder / 'model.db')}"
    if spoken:
        await _replay(url, [_inbound(updates, row) for row in spoken])
    model = {row["key"]: row for row in await rows(url, DELIVERIES)}
    aside = {f"r:{row['id']}" for row in evidence.tables.inbound if row["state"] == "quarantined"}
    replies = {row["key"]: row for row in evidence.tables.deliveries if row["lane"] != CAMPAIGN}
    apologies = {key for key in replies if key.rpartition(":")[0] in aside}
    run = {key: row for key, row in replies.items() if key not in apologies}
    different = {row["address"] for key, row in replies.items() if key in apologies or text_of(row).startswith("{")}
    for key in sorted(run.keys() | model.keys()):
        if key not in run or key not in model:
            breaches.append(f"N2: {key} {'should not exist' if key in run else 'is missing'}")
        elif run[key]["address"] not in different and _words(run[key]) != _words(model[key]):
            breaches.append(f"N2: {key} says {text_of(run[key])[:60]!r}, not {text_of(model[key])[:60]!r}")
    return breaches


def _words(row: Row) -> str:
    """What a page says; codes are drawn by chance."""
    return CODE.sub("a code", text_of(row))


def _out_of_order(updates: dict[int, dict[str, Any]], spoken: list[Row]) -> Iterator[str]:
    newest: defaultdict[str, int] = defaultdict(int)
    for row in spoken:
        update = int(row["client"].partition(".")[0])
        queue, _chat = route({name: value for name, value in updates[update].items() if name != "update_id"})
        if update < newest[queue]:
            yield f"N2: update {update} was taken after {newest[queue]} of the same queue"
        newest[queue] = update


def _taken_once(evidence: Evidence, spoken: list[Row]) -> Iterator[str]:
    done = {update_of(row["id"]) for row in evidence.tables.inbound if row["state"] == "done"}
    said = [int(row["client"].partition(".")[0]) for row in spoken]
    yield from (f"N2: update {update} was taken {said.count(update)} times" for update in done if said.count(update) != 1)
    yield from (f"N2: update {update} was taken and not accepted" for update in set(said) - accepted_updates(evidence) - done)


def _inbound(updates: dict[int, dict[str, Any]], row: Row) -> Inbound:
    inbound = read(updates[int(row["client"].partition(".")[0])], _moment(row["at"]))
    assert inbound is not None
    return inbound


async def _replay(url: str, inbounds: list[Inbound]) -> None:
    database = open_database(url, KEY)
    clock = inbounds[0].at
    await load(database, BRANCH, clock)
    engine = new_engine(database, "sidoarjo", lambda: clock)
    engine.start()
    try:
        await engine.receive(inbounds)
    finally:
        await engine.close()
        await database.close()


def _moment(value: object) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=NOON.tzinfo)
