"""The words of interests: where one stands, what an officer reads of it, and what the worker is told at each change."""

from __future__ import annotations

from collections.abc import Mapping

import facts
from locales import Text, Written, _

STAGES: Mapping[str, Text] = {"preparing": _("Preparing to leave"), "abroad": _("Abroad"), "home": _("Back home")}
REACHES: Mapping[str, Text] = {"here": _("In this chat"), "call": _("Phone call"), "whatsapp": _("WhatsApp")}
WHENS: Mapping[str, Text] = {"morning": _("Morning"), "afternoon": _("Afternoon"), "evening": _("Evening"), "any": _("Any time")}

# The same words as in the chat, where a worker asks for the state of their interest.
TOLD: Mapping[str, Text] = {
    "new": _("received; no officer has contacted you yet"),
    "contacted": _("an officer has contacted you"),
    "document": _("your papers are being prepared"),
    "registered": _("you are registered"),
    "not_now": _("you did not want to go on for now"),
    "unreachable": _("we could not reach you; please check how to reach you"),
}
TONES: Mapping[str, str] = {"new": "waits", "registered": "good", "unreachable": "bad"}


def told(reference: str, state: str) -> Text:
    """What a worker reads when their interest moves on."""
    return _("About your wish to join, number {reference}: {state}.", reference=reference, state=TOLD[state])


def country(iso: str | None) -> Text | Written:
    found = next((one for one in facts.countries() if one.iso == iso), None)
    return found.name if found else Written({"id": iso or "–"})
