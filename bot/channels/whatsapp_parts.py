"""Takes apart what Meta sends: nothing in it is believed to be there or to be of its kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.channels.webchat import clean
from bot.channels.whatsapp_payloads import CHANNEL, USER_ID
from storage.identities import Who

PHONE = re.compile(r"[0-9]{5,20}")


class Unreadable(ValueError):
    """Not worded as Meta words it. It is authentic all the same: keep it, say 200, go on with the rest."""


def part(holder: Any, *names: str) -> dict[str, Any]:
    """The object at this place, or an empty one."""
    for name in names:
        holder = holder.get(name) if isinstance(holder, dict) else None
    return holder if isinstance(holder, dict) else {}


def each(holder: Any, name: str) -> list[Any]:
    """The list at this place, or an empty one."""
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, list) else []


def lone(contacts: Sequence[Any]) -> Any:
    """The only person there is, whose number may be written otherwise than in the message; of several, nobody."""
    return contacts[0] if len(contacts) == 1 else {}


def words(holder: Any, name: str) -> str:
    """The text at this place, storable; a number is read as its digits."""
    found = holder.get(name) if isinstance(holder, dict) else None
    if isinstance(found, str):
        return found if found.isascii() and "\0" not in found else clean(found)
    return str(found) if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 10**20 else ""


def moment(holder: Any, now: datetime) -> datetime:
    """When Meta says it happened; now, where it says nothing that can be true."""
    seconds = words(holder, "timestamp")
    if not re.fullmatch(r"[0-9]{1,11}", seconds):
        return now
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return now


def who(*, users: tuple[str, ...], phones: tuple[str, ...]) -> Who:
    """Somebody by the first of these that can be an id, and the first that can be a number."""
    user = next((one for one in (*users, *phones) if USER_ID.fullmatch(one)), "")
    phone = next((one for one in phones if PHONE.fullmatch(one)), "")
    return Who(CHANNEL, user, phone)
