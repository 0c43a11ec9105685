"""What the office's list says of a membership, in words: never more than the list, and always as of when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from handlers.cards import Card
from locales import Joined, Sayable, Text, _, _n
from storage import Coverage

SOON = 60  # days before the end at which extending is the next step

PROGRAMMES = {"JKK": _("JKK (work accident)"), "JKM": _("JKM (death)"), "JHT": _("JHT (old-age savings)")}
EXTEND = {"?extension": _("Extend"), "official_check": _("Official check"), "menu": _("Menu")}
ENDED = {"?extension": _("Extend"), "?register": _("How to register"), "official_check": _("Official check")}
COVERED = {"benefits": _("Benefits"), "official_check": _("Official check"), "menu": _("Menu")}


@dataclass(frozen=True)
class Told:
    """An answer to "am I covered?": its result as a code, what is said, and what can be done next."""

    result: str
    paragraphs: Card
    then: Mapping[str, Text]


def told_by_roster(found: Coverage, today: date) -> Told:
    if found.ends_on < today:
        return Told("ended", (_ended(found), _source(found), _after_end(found)), ENDED)
    if found.starts_on > today:
        return Told("not_started", (_not_started(found), _source(found)), COVERED)
    left = (found.ends_on - today).days
    if left > SOON:
        return Told("covered", (_covered(found), _source(found)), COVERED)
    return Told("ends_soon", (_ends_soon(found, left), _source(found), _before_end(found)), EXTEND)


def programmes(names: tuple[str, ...]) -> Joined:
    return Joined(tuple(PROGRAMMES.get(name, name) for name in names))


def _covered(found: Coverage) -> Text:
    return _("Yes, you are protected until {end}: {programmes}.", end=found.ends_on, programmes=programmes(found.programmes))


def _ends_soon(found: Coverage, left: int) -> Text:
    return _n(
        "Yes, you are protected, but only {count} more day, until {end}: {programmes}.",
        "Yes, you are protected, but only {count} more days, until {end}: {programmes}.",
        left,
        end=found.ends_on,
        programmes=programmes(found.programmes),
    )


def _not_started(found: Coverage) -> Text:
    return _(
        "Not yet: your protection begins on {start} and lasts until {end}: {programmes}.",
        start=found.starts_on,
        end=found.ends_on,
        programmes=programmes(found.programmes),
    )


def _ended(found: Coverage) -> Text:
    return _("Not any more: your protection ended on {end}.", end=found.ends_on)


def _source(found: Coverage) -> Text:
    return _(
        'That is what the list "{source}" says, as of {day}, for the time from {start} to {end}. What was paid later is not in it.',
        source=found.source,
        day=found.as_of,
        start=found.starts_on,
        end=found.ends_on,
    )


def _before_end(found: Coverage) -> Text:
    return _("If your contract goes on, extend your membership before {end}.", end=found.ends_on)


def _after_end(found: Coverage) -> Text:
    return _(
        "If you extended after {day}, check officially. If you still work abroad without it, you can extend or register from there.",
        day=found.as_of,
    )


def not_found() -> Card:
    return (
        _("I do not find this number and date together in the list of this office."),
        _("It may be a slip of the finger, or you may be on another list. It does not mean that you are not protected."),
    )


def too_many_tries(when: Text) -> tuple[Sayable, ...]:
    return (
        _("To keep everybody's data safe, I cannot look up more numbers for you today. I passed this on to an officer."),
        when,
        _("Until then you can check without a number, or officially."),
    )


__all__ = ["Told", "not_found", "programmes", "told_by_roster", "too_many_tries"]
