"""What a notice of a breach says, to the people and to the authority: which data, when and how, what was done, what one can do (UU 27/2022 art. 46)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from facts import cite, contact
from locales import Lines, Sayable, Text, Written, _, render

LAW = "uu-27-2022"
SCOPES: Mapping[str, Text] = {
    "acts": _("What stands in the audit: an account was misused, or somebody was shown what they should not see"),
    "account": _("Everything that an account may see: somebody else used it, and may have looked at more than they opened"),
    "database": _("A copy of the database or of a backup left the house, without its key"),
    "key": _("A copy of the database left the house, and the key as well"),
}
NAMES, CHATS, PLACES = _("name"), _("what was said in the chat, with numbers dotted out"), _("country, language, channel")
ENDS, INTERESTS = _("the last digits of a phone number or chat"), _("an interest: destination, agency, how it stands")
CHECKS, CARDS = _("the answer to a coverage check"), _("NIK, card number or phone number, whole")
MEMBERS = _("membership: scheme, programmes, from when until when")
KINDS: Mapping[str, tuple[Text, ...]] = {
    "talk": (NAMES, CHATS, PLACES, ENDS),
    "interest": (NAMES, PLACES, ENDS, INTERESTS),
    "page": (NAMES, PLACES, ENDS, INTERESTS, CHECKS),
    "numbers": (NAMES, CARDS),
    "copy": (NAMES, CHATS, PLACES, ENDS, INTERESTS, CHECKS),
}
WHOLE: Mapping[str, tuple[Text, ...]] = {
    "account": (NAMES, CHATS, PLACES, ENDS, INTERESTS, CHECKS, MEMBERS),
    "database": (NAMES, CHATS, PLACES, INTERESTS, CHECKS, MEMBERS),
    "key": (NAMES, CHATS, PLACES, INTERESTS, CHECKS, MEMBERS, CARDS),
}
BLANK = _("[to be filled in]")


@dataclass(frozen=True)
class Case:
    """All that a notice tells. `how` and `done` are what an officer typed, by language; "" is left blank."""

    office: Written
    kinds: Sequence[Text]
    since: datetime
    until: datetime
    learned: datetime
    due: datetime
    zone: str
    people: int
    members: int
    officer: str
    how: Mapping[str, str]
    done: Mapping[str, str]


def kinds_of(kinds: Sequence[str]) -> tuple[Text, ...]:
    """What of a person these laid open, each once."""
    return tuple(dict.fromkeys(text for kind in kinds for text in KINDS[kind]))


def to_people(case: Case, language: str) -> str:
    return _spoken(
        language,
        _("A notice about your data, from {office}", office=case.office),
        _(
            "Data that we keep of you came into the hands of somebody who should not have it. The law asks us to tell you. ({article})",
            article=cite(LAW, "46"),
        ),
        _("When: between {since} and {until}. We learned of it on {learned}.", **_moments(case)),
        _("Which data, all or some of it:"),
        Lines(tuple(case.kinds)),
        _("How it happened: {how}", how=_typed(case.how, language)),
        _("What we did: {done}", done=_typed(case.done, language)),
        _(
            "What you can do: do not believe anybody who names this data and asks for money, a code (OTP) or a document."
            " We never ask for these. Ask the office or call {phone}.",
            phone=_phone(),
        ),
        _(
            'You may ask for a copy, a correction or the erasure of your data at any time: type "privacy" in the chat. ({article})',
            article=cite(LAW, "5-13"),
        ),
    )


def to_authority(case: Case, language: str) -> str:
    return _spoken(
        language,
        _("To the agency for the protection of personal data"),
        _("Notice of a failure to protect personal data ({article})", article=cite(LAW, "46")),
        _("From: {office}. Who answers questions: {officer}", office=case.office, officer=_same(case.officer)),
        _("When: between {since} and {until}. We learned of it on {learned}.", **_moments(case)),
        _("To be told by: {due}", due=_at(case.due, case.zone)),
        _(
            "Whom it concerns: people who wrote to us: {people}; members of imported lists: {members}.",
            people=case.people,
            members=case.members,
        ),
        _("Which data, all or some of it:"),
        Lines(tuple(case.kinds)),
        _("How it happened: {how}", how=_typed(case.how, language)),
        _("What we did: {done}", done=_typed(case.done, language)),
        _("The people are told in their chat where they can be reached, else by letter or telephone."),
    )


def _spoken(language: str, *paragraphs: Sayable) -> str:
    return "\n\n".join(render(one, language) for one in paragraphs)


def _moments(case: Case) -> dict[str, datetime]:
    return {name: _at(at, case.zone) for name, at in (("since", case.since), ("until", case.until), ("learned", case.learned))}


def _at(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def _typed(typed: Mapping[str, str], language: str) -> Written | Text:
    return Written({language: typed[language]}) if typed.get(language) else BLANK


def _same(words: str) -> Written:
    return Written({"id": words})


def _phone() -> object:
    phone = contact("bpjstk_175").phone
    if phone is None:
        raise LookupError("the office's telephone number is missing among the facts")
    return phone
