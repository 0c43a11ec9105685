"""The words of campaigns: their states, what officers do with them, why they rest, and what became of each recipient."""

from __future__ import annotations

from collections.abc import Mapping

from locales import Text, _
from storage.campaigns import APPROVED, CANCELLED, DONE, DRAFT, PAUSED, PLANNING, SENDING, STANDING

STATES: Mapping[str, Text] = {
    DRAFT: _("Draft"),
    APPROVED: _("Approved"),
    PLANNING: _("Starting"),
    SENDING: _("Being sent"),
    STANDING: _("Repeats"),
    PAUSED: _("Paused"),
    DONE: _("Done"),
    CANCELLED: _("Cancelled"),
}
TONES: Mapping[str, str] = {APPROVED: "waits", PLANNING: "good", SENDING: "good", STANDING: "good", PAUSED: "waits", CANCELLED: "bad"}
WHY_PAUSED: Mapping[str, Text] = {
    "officer": _("An officer paused it."),
    "parent": _("It rests with the campaign that repeats it."),
    "failures": _("It paused itself: too many messages failed or were refused. Look at the results before it goes on."),
}
DEEDS: Mapping[str, Text] = {
    "campaign.drafted": _("Written"),
    "campaign.edited": _("Changed"),
    "campaign.asked": _("Approval asked for"),
    "campaign.approved": _("Approved"),
    "campaign.started": _("Started"),
    "campaign.paused": _("Paused"),
    "campaign.resumed": _("Went on"),
    "campaign.cancelled": _("Cancelled"),
    "campaign.tried": _("Tried out"),
}
DONE_SAID: Mapping[str, Text] = {
    "approve": _("Approved. It can be started now."),
    "start": _("Started. The first messages go at once."),
    "pause": _("Paused. Nothing more goes."),
    "resume": _("It goes on."),
    "cancel": _("Cancelled. Nobody else gets it."),
}
REFUSED: Mapping[str, Text] = {
    "own": _("Whoever wrote a campaign cannot approve it; a colleague must."),
    "role": _("Your role or branch does not allow this."),
    DRAFT: _("It is not approved, or was changed since."),
    APPROVED: _("It is approved and not started yet."),
    PLANNING: _("It has been started already."),
    SENDING: _("It has been started already."),
    STANDING: _("It has been started already, and repeats."),
    PAUSED: _("It is paused."),
    DONE: _("It is over."),
    CANCELLED: _("It was cancelled."),
}
# Of a recipient: in the list, and once their message was handed over in the outbox.
BECAME: Mapping[str, Text] = {
    "waiting": _("waits for their turn"),
    "queued": _("goes next"),
    "in_flight": _("is being sent"),
    "sent": _("sent"),
    "delivered": _("delivered"),
    "read": _("read"),
    "failed": _("failed"),
    "in_doubt": _("may not have arrived; not sent again"),
    "skipped": _("left out"),
    "expired": _("was too late"),
    "cancelled": _("cancelled before their turn"),
    "gone": _("erased since"),
}
BECAME_TONES: Mapping[str, str] = {
    "sent": "good",
    "delivered": "good",
    "read": "good",
    "failed": "bad",
    "in_doubt": "bad",
    "waiting": "waits",
    "queued": "waits",
    "in_flight": "waits",
}
REASONS: Mapping[str, Text] = {
    "opted_out": _("stopped our messages"),
    "no_consent": _("withdrew their consent"),
    "unreachable": _("no chat at which we may write first, or it is dead"),
    "window": _("wrote on WhatsApp over a day ago, and the campaign has no template"),
    "too_often": _("got other campaigns lately"),
    "no_waking_hour": _("sleeps until it expires"),
    "hold_out": _("held out, to compare"),
    "content": _("the words cannot be filled in"),
    "gone": _("erased since"),
    "reached": _("was reached before"),
    "refused": _("does not want this reminder"),
    "blocked": _("blocked the bot"),
}
# Of templates, by which WhatsApp bills.
CATEGORIES: Mapping[str, Text] = {
    "utility": _("Utility: about something they have with us"),
    "marketing": _("Marketing: an invitation, or news"),
}
