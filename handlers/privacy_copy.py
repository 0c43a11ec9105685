"""A copy of what is kept of somebody, as JSON for a chat: in parts that can be read, newest first, numbers hidden as far as they must be."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from dialogue import shown

ROOM = 2_800  # characters of one part: a message on most channels, three on the narrowest
COPY = ("privacy", "copy")  # the event of a copy; the reply that was one is not copied again

Entry = dict[str, str]


def parts(kept: dict[str, Any], until: datetime) -> tuple[str, ...]:
    """Everything up to a moment, so that turning the pages does not move them. Each part is JSON of its own."""
    head = {
        "contact": kept["contact"],
        "addresses": kept["addresses"],
        "interest": _interest(kept["interest"]),
        "checks": kept["checks"],
        **({"refused_reminders": kept["refused"]} if kept.get("refused") else {}),
    }
    pages = list(_pages(_entries(kept, until), ROOM - len(_json(head))))
    return tuple(
        _json({"part": number, "of": len(pages)} | (head if number == 1 else {}) | {"entries": page})
        for number, page in enumerate(pages, 1)
    )


def _entries(kept: dict[str, Any], until: datetime) -> list[Entry]:
    copies = {event["at"] for event in kept["events"] if (event["kind"], event["subject"]) == COPY}
    entries = [
        *({"at": said["at"], "you": said["text"] or f"({said['kind']})"} for said in kept["said"]),
        *({"at": told["at"], "sapa": told["text"]} for told in kept["told"] if told["at"] not in copies),
        *({"at": note["at"], "note": note["text"]} for note in kept["notes"]),
        *({"at": event["at"], "event": f"{event['kind']} {event['subject']}".strip()} for event in kept["events"]),
    ]
    past = (entry for entry in entries if datetime.fromisoformat(entry["at"]) <= until)
    return sorted(past, key=lambda entry: datetime.fromisoformat(entry["at"]), reverse=True)


def _pages(entries: Iterable[Entry], room: int) -> Iterator[list[Entry]]:
    page: list[Entry] = []
    used = 0
    for entry in entries:
        size = len(_json(entry))
        if page and used + size > room:
            yield page
            page, used, room = [], 0, ROOM
        page.append(entry)
        used += size
    yield page


def _interest(interest: dict[str, Any] | None) -> dict[str, Any] | None:
    """A chat is kept readable and may be seen by others, so that numbers stand in it by their end only."""
    if interest is None:
        return None
    phone, nik = interest["phone"], interest["nik"]
    return interest | {"phone": shown(phone) if phone else None, "nik": f"•••• {nik[-4:]}" if nik else None}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


__all__ = ["COPY", "parts"]
