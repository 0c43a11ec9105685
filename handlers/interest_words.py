"""An interest in words: its summary to confirm, its state when somebody asks again."""

from enum import StrEnum

import facts
from dialogue import shown
from handlers.cards import months as in_months
from locales import Lines, Quantity, Text, Written, _
from storage import Interest


class Stage(StrEnum):
    PREPARING = "preparing"
    ABROAD = "abroad"
    HOME = "home"


class Reach(StrEnum):
    HERE = "here"
    CALL = "call"
    WHATSAPP = "whatsapp"


class When(StrEnum):
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    ANY = "any"


STAGES = {Stage.PREPARING: _("Preparing to leave"), Stage.ABROAD: _("Abroad"), Stage.HOME: _("Back home")}
REACHES = {Reach.HERE: _("In this chat"), Reach.CALL: _("Phone call"), Reach.WHATSAPP: _("WhatsApp")}
WHENS = {
    When.MORNING: _("Morning"),
    When.AFTERNOON: _("Afternoon"),
    When.EVENING: _("Evening"),
    When.ANY: _("Any time"),
}
STATES = {
    "new": _("received; no officer has contacted you yet"),
    "contacted": _("an officer has contacted you"),
    "document": _("your papers are being prepared"),
    "registered": _("you are registered"),
    "not_now": _("you did not want to go on for now"),
    "unreachable": _("we could not reach you; please check how to reach you"),
}
SHOWN_OF_NIK = 4  # its last digits, which are no date and no place


def summary(interest: Interest) -> Lines:
    """Every field on a line of its own; numbers only as far as they may stand in a chat somebody else could read."""
    return Lines(
        (
            _("Name: {name}", name=interest.name),
            _("Now: {stage}", stage=STAGES[Stage(interest.stage)]),
            _("Country: {country}", country=country_name(interest.destination)),
            _("Agency: {agency}", agency=interest.agency or _("none")),
            _("Contract: {length}", length=_length(interest.months)),
            _("Contact: {way}", way=way_of(interest)),
            _("NIK: {nik}", nik=_nik(interest.nik)),
        )
    )


def country_name(iso: str | None) -> Text | Written:
    return facts.country(iso).name if iso else _("not known yet")


def state_of(interest: Interest) -> Text:
    return STATES.get(interest.state, STATES["new"])


def _length(months: int | None) -> Text:
    return in_months(Quantity(months)) if months else _("not known yet")


def way_of(interest: Interest) -> Text:
    way = REACHES[Reach(interest.reach)]
    if not interest.phone:
        return way
    return _("{way}, {number} ({when})", way=way, number=shown(interest.phone), when=WHENS[When(interest.when or When.ANY)])


def _nik(nik: str | None) -> Text | str:
    return f"•••• {nik[-SHOWN_OF_NIK:]}" if nik else _("not given")


__all__ = ["REACHES", "STAGES", "WHENS", "Reach", "Stage", "When", "country_name", "state_of", "summary", "way_of"]
