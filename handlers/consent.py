"""Consent: asked before a number, a name or a wish is kept, and kept itself as version, language and time."""

from typing import Any

from dialogue import Question, Turn, yes_no
from handlers.welcome import NOTICE_VERSION
from locales import Text, _

AGREE = _("Yes, agree")
UNCLEAR = _('Please answer "yes" or "no". Both are fine.')


def consent_to(purpose: Text) -> Question[bool]:
    """Asks for consent to one purpose: what will be done with what is typed next, who reads it, how it ends."""
    return yes_no(purpose, yes=AGREE, hint=UNCLEAR)


consent_question = consent_to(
    _(
        "May I use the number you type? I compare it with the office's list of members, for this answer only."
        ' In the chat we keep, its digits are hidden. You can end this at any time: type "privacy".'
    )
)


def has_consented(turn: Turn[Any]) -> bool:
    return turn.contact.consent_version == NOTICE_VERSION


def give_consent(turn: Turn[Any]) -> None:
    contact = turn.contact
    contact.consent_version, contact.consent_language, contact.consent_at = NOTICE_VERSION, turn.language, turn.now
    turn.store.events.add("consent", NOTICE_VERSION, language=turn.language, given=True)


def withdraw_consent(turn: Turn[Any]) -> None:
    """The notice stays read; only the consent ends."""
    contact = turn.contact
    if contact.consent_version:
        turn.store.events.add("consent", contact.consent_version, given=False)
    contact.consent_version = contact.consent_language = contact.consent_at = None


__all__ = ["consent_question", "consent_to", "give_consent", "has_consented", "withdraw_consent"]
