"""What is wrong with the facts, what grows old, and the whole list of them: for `sapa facts`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from zoneinfo import available_timezones

import phonenumbers

from facts.load import FOLDER, Book, book, read
from facts.model import Row
from facts.places import normal
from facts.raw import BadFact
from facts.reach import Contact, Country, Dated, EmergencyNumber, Mission
from locales import Citation, Month, Phone, Quantity, Rupiah, Written

STALE_DAYS = 180


def problems(today: date, folder: Path = FOLDER) -> list[str]:
    """Everything that must be put right before these facts are spoken: an empty list is good."""
    try:
        found = read(folder)
    except BadFact as wrong:
        return [str(wrong)]
    current = Book(tuple(row for row in found if row.holds_on(today)))
    return [*_dates(found, today), *_names(current), *_places(current), *_telephones(current)]


def warnings(today: date) -> list[str]:
    """What a person should look at again: rows not checked for half a year, numbers that may have changed."""
    found = []
    for row in book().rows:
        age = (today - row.checked_on).days
        if age > STALE_DAYS:
            found.append(f"{row.file}, row {row.id}: last checked {age} days ago, on {row.checked_on}")
        if isinstance(row, Dated) and row.may_have_changed(today):
            found.append(f"{row.file}, row {row.id}: as of {_plain(row.as_of)}, it may have changed since")
    return found


def rows() -> list[dict[str, object]]:
    """Every fact that holds now, in plain values that fit in JSON."""
    return [{field.name: _plain(getattr(row, field.name)) for field in fields(row)} for row in book().rows]


def _dates(found: tuple[Row, ...], today: date) -> Iterator[str]:
    for row in found:
        if row.checked_on > today:
            yield f"{row.file}, row {row.id}: checked on {row.checked_on}, which is still to come"
        if row.valid_from and row.valid_until and row.valid_until < row.valid_from:
            yield f"{row.file}, row {row.id}: valid until {row.valid_until}, before it begins"


def _names(current: Book) -> Iterator[str]:
    """A name that workers type means one country only."""
    owners: dict[str, str] = {}
    for country in current.all(Country):
        for name in (*country.name.words.values(), *country.aliases):
            if owners.setdefault(normal(name), country.iso) != country.iso:
                yield f"{country.file}, row {country.id}: {name!r} also means {owners[normal(name)]}"


def _places(current: Book) -> Iterator[str]:
    """Every place named by a row is a country we know, and every time zone exists."""
    known, real_zones = {country.iso for country in current.all(Country)}, available_timezones()
    named: list[tuple[Row, tuple[str, ...], tuple[str, ...]]] = [
        *((country, (), country.zones) for country in current.all(Country)),
        *((mission, (mission.iso, *mission.also), (mission.zone,)) for mission in current.all(Mission)),
        *((number, (number.iso,), ()) for number in current.all(EmergencyNumber)),
        *((contact, (contact.iso,), ()) for contact in current.all(Contact) if contact.iso),
    ]
    for row, isos, zones in named:
        yield from (f"{row.file}, row {row.id}: no country {iso}" for iso in isos if iso not in known)
        yield from (f"{row.file}, row {row.id}: no time zone {zone}" for zone in zones if zone not in real_zones)


def _telephones(current: Book) -> Iterator[str]:
    """International numbers must be possible ones, and a mission's must belong to its country."""
    said: list[tuple[Row, str, Phone]] = [
        (mission, mission.iso, phone) for mission in current.all(Mission) for phone in (*mission.hotlines, *mission.panic, *mission.office)
    ]
    for contact in current.all(Contact):
        said += [(contact, contact.iso, phone) for phone in (contact.phone, *contact.more) if phone]
    for row, iso, phone in said:
        if phone.shown.startswith("+"):
            number = phonenumbers.parse(phone.shown)
            if not phonenumbers.is_valid_number(number) or (iso and phonenumbers.region_code_for_number(number) != iso):
                yield f"{row.file}, row {row.id}: {phone.shown} is not a telephone number there"
        elif isinstance(row, Mission):
            yield f"{row.file}, row {row.id}: {phone.shown} must begin with + and the country's prefix"


def _plain(value: object) -> object:
    """A value of a row as JSON knows it."""
    match value:
        case Rupiah(amount):
            return int(amount)
        case Quantity(number):
            return number
        case Phone(shown):
            return shown
        case Written(words):
            return dict(words)
        case Citation(regulation, article):
            return {"regulation": regulation, "article": article}
        case Month(year, month):
            return f"{year}-{month:02}"
        case date():
            return value.isoformat()
        case re.Pattern():
            return value.pattern
        case Mapping():
            return {key: _plain(inner) for key, inner in value.items()}
        case tuple():
            return [_plain(inner) for inner in value]
        case None | bool() | int() | str():
            return value
        case _:
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}  # type: ignore[arg-type]
