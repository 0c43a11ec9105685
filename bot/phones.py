"""Which telephone numbers a page speaks, so that a reader can call and copy them: a short one like an emergency number is only known by its fact."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from facts import Book, Contact, EmergencyNumber, Mission, book
from locales import Page, Phone

WRITTEN = re.compile(r"\+\d(?:[ -]?\d){7,14}\b")  # by an officer, with the country's code


def phones_in(page: Page) -> tuple[str, ...]:
    """The numbers as they stand in the text, those of the page's facts first."""
    known = _numbers(book())
    spoken = [shown for fact in page.facts for shown in known.get(fact, ()) if shown in page.text]
    return tuple(dict.fromkeys((*spoken, *WRITTEN.findall(page.text))))


@lru_cache(2)
def _numbers(current: Book) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for phone in _all(current):
        found[phone.fact] = (*found.get(phone.fact, ()), phone.shown)
    return found


def _all(current: Book) -> Iterator[Phone]:
    for contact in current.all(Contact):
        yield from (contact.phone, *contact.more) if contact.phone else contact.more
    for mission in current.all(Mission):
        yield from (*mission.hotlines, *mission.panic, *mission.office)
    for emergency in current.all(EmergencyNumber):
        yield emergency.phone
