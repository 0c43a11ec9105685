"""A person's rights over what is kept of them: see it, take a copy, correct it, withdraw consent, stop messages, erase it."""

from datetime import datetime
from typing import Any

import facts
from dialogue import Dialogue, Done, Go, Next, State, Turn, choice, done, go, yes_no
from handlers.consent import withdraw_consent
from handlers.interest_words import country_name
from handlers.officers import day_of, when_read
from handlers.privacy_copy import COPY, parts
from handlers.talk import opt_in, opt_out
from handlers.topics import topic
from handlers.welcome import NOTICE_VERSION
from locales import Citation, Lines, Text, Written, _

LAW = "uu-27-2022"
REASON = "correction"
MORE = {"privacy": _("My data"), "menu": _("Menu")}


class Copy(State):
    """Which part of the copy was read last, and up to when the copy goes."""

    part: int = 0
    of: int = 0
    until: datetime | None = None


privacy = Dialogue("privacy", Copy, words=("privasi", "privacy", "data saya", "my data"), command="privasi")


def _article(article: str) -> Citation:
    return facts.cite(LAW, article)


@privacy.step()
async def kept(turn: Turn[Copy]) -> Next:
    counts = await turn.store.privacy.summary()
    interest = await turn.store.interests.current()
    consent = turn.contact.consent_at
    office = await turn.store.branches.mine()
    lines = [_("your messages: {said}, my answers: {replies}; numbers in them are hidden", said=counts["said"], replies=counts["replies"])]
    if turn.contact.country:
        lines.append(_("your country: {country}", country=country_name(turn.contact.country)))
    if interest:
        lines.append(_("the name you left, number {reference}", reference=interest.reference))
    if counts["requests"]:
        lines.append(_("requests to officers: {requests}", requests=counts["requests"]))
    if counts["refused"]:
        lines.append(_("reminders you do not want: {refused}", refused=counts["refused"]))
    if counts["checks"]:
        lines.append(_("checks by number: {checks}; the number itself is not kept", checks=counts["checks"]))
    if consent:
        lines.append(_("your consent of {day} to keep a name or a number", day=day_of(turn, consent)))
    shared = await turn.store.shares.partners()
    for name in shared.values():
        lines.append(_('{partner} may see your name and whether you are registered; to end it, write "share my name"', partner=name))
    turn.say(_("What is kept of you, to answer you:\n{lines}", lines=Lines(tuple(lines))))
    law = _article("5-13")
    if shared:
        turn.say(_("All the rest only officers of {office} read. Your rights: {article}.", office=office.name, article=law))
    else:
        turn.say(
            _("Only officers of {office} read it; no employer and no agency does. Your rights: {article}.", office=office.name, article=law)
        )
    return wish


@privacy.step(
    choice(
        _("What may I do with it?"),
        {
            "copy": _("A copy for me"),
            "correct": _("Correct something"),
            "messages": _("Stop or resume messages"),
            "chats": _("Join my chats"),
            "withdraw": _("Withdraw consent"),
            "erase": _("Erase everything"),
        },
    )
)
async def wish(turn: Turn[Copy], answer: str) -> Next:
    if answer == "messages":
        anybody: Turn[Any] = turn
        return await (opt_out if turn.contact.opted_out_at is None else opt_in)(anybody)
    if answer == "chats":
        return go("chats")
    if answer == "copy":
        turn.state = Copy(until=turn.now)
        return await _copy(turn)
    if answer == "correct":
        return wrong if await turn.store.interests.current() else await _to_an_officer(turn)
    if answer == "erase":
        return erase
    if turn.contact.consent_at or await turn.store.interests.current():
        return withdraw
    return done(_("You gave no consent, so there is nothing to withdraw. Only this chat is kept; you can erase it."), then=MORE)


async def _copy(turn: Turn[Copy]) -> Next:
    """The next part of the copy, newest first."""
    copy = turn.state
    pages = parts(await turn.store.privacy.export(), copy.until or turn.now)
    copy.part, copy.of = min(copy.part + 1, len(pages)), len(pages)
    turn.store.events.add(*COPY)
    page = pages[copy.part - 1]
    turn.say(Written({"id": page, "en": page}))
    if copy.part < copy.of:
        return older
    return done(_("This is all of it. Numbers are shown by their last digits, in case somebody else sees your phone."), then=MORE)


def _ask_older(copy: Copy) -> Text:
    return _("Part {part} of {of}, the newest first. Do you want the part before it?", part=copy.part, of=copy.of)


@privacy.step(yes_no(_ask_older, yes=_("Older part"), no=_("Enough")))
async def older(turn: Turn[Copy], answer: bool) -> Next:
    if answer:
        return await _copy(turn)
    return done(_("Good. You can have the copy at any time."), then=MORE)


@privacy.step(choice(_("What is not right?"), {"interest": _("What I left"), "other": _("Other data")}))
async def wrong(turn: Turn[Copy], answer: str) -> Next:
    return go("interest") if answer == "interest" else await _to_an_officer(turn)


async def _to_an_officer(turn: Turn[Copy]) -> Done:
    if await turn.store.requests.open(REASON):
        turn.store.events.add("request", REASON)
    await turn.store.privacy.asked(REASON)
    return done(
        _("Write now what is wrong, and how it should be. An officer corrects it and tells you here. {when}", when=await when_read(turn)),
        then=MORE,
    )


@privacy.step(
    yes_no(
        _(
            "Withdrawing your consent also erases what it allowed: the interest you left, with name, telephone and NIK. I still answer you. Go on?"
        ),
        yes=_("Yes, withdraw"),
        no=_("No, keep it"),
    )
)
async def withdraw(turn: Turn[Copy], answer: bool) -> Next:
    if not answer:
        return _unchanged()
    withdraw_consent(turn)
    if await turn.store.interests.current():
        turn.store.privacy.withdraw()
        turn.store.events.add("interest", "withdrawn")
    if turn.contact.opted_out_at is None:  # without a consent nobody is written to first
        turn.contact.opted_out_at = turn.now
        turn.store.events.add("opt_out", "withdrawn")
    return done(
        _(
            "Done: your consent is withdrawn, and the interest you left is erased. ({first}; {second})",
            first=_article("40-41"),
            second=_article("42-45"),
        ),
        _("The chat is kept, so that I can answer. To erase that too, choose My data."),
        _('Outreach messages stop too. To receive them again, type "subscribe".'),
        then=MORE,
        forget=True,
    )


@privacy.step(
    yes_no(
        _("This erases all of it: messages, answers, interest, checks, and requests that wait for an officer. It cannot be undone. Erase?"),
        yes=_("Yes, erase"),
        no=_("No, keep it"),
    )
)
async def erase(turn: Turn[Copy], answer: bool) -> Next:
    if not answer:
        return _unchanged()
    counts = await turn.store.privacy.summary()
    turn.store.events.add("erased")
    await turn.store.privacy.erase()
    turn.contact.noticed = NOTICE_VERSION  # the receipt is not the place to introduce ourselves anew
    return done(
        _(
            "Erased on {day}: {said} messages, {replies} answers, {interests} interests, {checks} checks, {requests} requests. ({article})",
            day=turn.today,
            article=_article("42-45"),
            **{name: counts[name] for name in ("said", "replies", "interests", "checks", "requests")},
        ),
        _("What remains: this receipt, and counts that belong to nobody. The link to this chat goes within a day."),
        _("The chat on your phone is yours: delete it there. Write to me again whenever you like."),
        forget=True,
    )


def _unchanged() -> Done:
    return done(_("Good, nothing is changed."), then=MORE)


@topic("delete_data", _("My data"))
async def delete_data(_turn: Turn[State]) -> Go:
    return go("privacy")
