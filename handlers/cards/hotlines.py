"""Whom to call, as lines of a card: Kemlu, the missions of a country, local emergency numbers, BPJS Ketenagakerjaan, KP2MI."""

from collections.abc import Iterable, Iterator
from datetime import date

import facts
from facts import Contact, EmergencyNumber, Mission
from locales import Joined, Lines, Phone, Text, Written, _

HOME = "ID"
SERVICES = {"police": _("police"), "fire": _("fire brigade"), "ambulance": _("ambulance")}
BY_PHONE = ("phone", "whatsapp")


def kemlu() -> Phone:
    """The number that is always true: open day and night, for citizens in any country."""
    return number_of("kemlu_pwni")


def number_of(id: str) -> Phone:
    phone = facts.contact(id).phone
    assert phone
    return phone


def kemlu_line() -> Text:
    return _("Kemlu (Ministry of Foreign Affairs), 24 hours: {phone}", phone=kemlu())


def missions(iso: str, today: date) -> tuple[Text, ...]:
    """The missions of a country that have a number, and who else helps there: what is old comes last and says so."""
    there = [mission for mission in facts.missions_in(iso) if mission.hotlines]
    said = {phone.shown for mission in there for phone in (*mission.panic, *mission.hotlines)}
    others = [row for row in facts.contacts() if row.iso == iso and row.phone and row.channel in BY_PHONE and row.phone.shown not in said]
    rows: list[Mission | Contact] = sorted((*there, *others), key=lambda row: row.may_have_changed(today))
    return tuple(line for row in rows for line in _lines(row, today))


def without_number(iso: str) -> tuple[Written, ...]:
    """The cities of missions whose number was not found."""
    return tuple(mission.city for mission in facts.missions_in(iso) if not mission.hotlines)


def local(iso: str) -> tuple[Text, ...]:
    return tuple(_local(number) for number in facts.emergency_numbers(iso))


def ambulance(iso: str) -> tuple[Text, ...]:
    return tuple(_local(number) for number in facts.emergency_numbers(iso) if "ambulance" in number.services)


def offices(iso: str, today: date) -> Text | None:
    """Where BPJS Ketenagakerjaan itself was seen in a country."""
    rows = [row for row in facts.contacts("office") if row.iso == iso and row.as_of]
    if not rows:
        return None
    row = rows[0]
    if row.may_have_changed(today):
        return _("{office} (as of {day}; ask whether it is still open)", office=row.owner, day=row.as_of)
    return _("{office} (as of {day})", office=row.owner, day=row.as_of)


def in_danger(iso: str | None, today: date) -> tuple[Text, ...]:
    """Kemlu first, then the missions, then the numbers of the place."""
    if iso is None:
        return (kemlu_line(),)
    if iso == HOME:
        return (kemlu_line(), _("KP2MI, from within Indonesia: {phone}", phone=number_of("kp2mi_domestic")))
    return (kemlu_line(), *missions(iso, today), *local(iso))


def of_the_programme(today: date, *, abroad: bool) -> Lines:
    """BPJS Ketenagakerjaan and KP2MI, as one reaches them from where one is."""
    app = facts.contact("jmo_android")
    assert app.as_of
    here = (_("BPJS Ketenagakerjaan: {phone}", phone=number_of("bpjstk_175")),)
    if not abroad:
        return Lines((*here, _("KP2MI, from within Indonesia: {phone}", phone=number_of("kp2mi_domestic"))))
    return Lines(
        (
            *here,
            _("The same from abroad: Click-to-Call in the JMO app (as of {day})", day=app.as_of),
            *_lines(facts.contact("bpjstk_wa_pmi"), today),
            *_lines(facts.contact("kp2mi_abroad"), today),
            *_lines(facts.contact("kp2mi_wa"), today),
        )
    )


def _lines(row: Mission | Contact, today: date) -> Iterator[Text]:
    if isinstance(row, Mission):
        yield from (_("{name}, emergency: {phone}", name=row.name, phone=phone) for phone in row.panic)
        yield _dated(row.name, row.hotlines, row, today)
    elif row.phone:
        name = _("{name}, WhatsApp", name=row.owner) if row.channel == "whatsapp" else row.owner
        yield _dated(name, (row.phone, *row.more), row, today)


def _dated(name: Text | Written, phones: Iterable[Phone], row: Mission | Contact, today: date) -> Text:
    numbers = Joined(tuple(phones))
    if row.as_of is None:
        return _("{name}: {phones}", name=name, phones=numbers)
    if row.may_have_changed(today):
        return _("{name}: {phones} (as of {day}, may have changed)", name=name, phones=numbers, day=row.as_of)
    return _("{name}: {phones} (as of {day})", name=name, phones=numbers, day=row.as_of)


def _local(number: EmergencyNumber) -> Text:
    services = Joined(tuple(SERVICES[service] for service in number.services))
    return _("{country} ({services}): {phone}", country=facts.country(number.iso).name, services=services, phone=number.phone)


__all__ = [
    "HOME",
    "ambulance",
    "in_danger",
    "kemlu",
    "kemlu_line",
    "local",
    "missions",
    "number_of",
    "of_the_programme",
    "offices",
    "without_number",
]
