"""Whom a campaign goes to: what one may choose from, and the choice as a sentence one can read aloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import facts
from console.account import LANGUAGE_NAMES
from console.interests_words import STAGES
from console.lists import Words
from console.visit import Visit
from console.words import CHANNELS, CHECK_RESULTS, INTEREST_STATES
from locales import Joined, Text, Written, _, _n
from storage import audiences_saved, branches, campaigns, partners
from storage.audiences import SENDABLE, Audience
from storage.campaigns import Campaign

HOME = "ID"
EARLIER = 50  # campaigns one may choose from
FOUND = frozenset({"not_found", "too_many_tries"})  # results of a look-up that say nothing of somebody


@dataclass(frozen=True)
class Part:
    """A filter of which any of several may hold; `clause` says it with {values}."""

    name: str
    label: Text
    clause: Text
    options: Mapping[str, Words]


async def parts(visit: Visit) -> list[Part]:
    """All that can be chosen by clicking."""
    offices = await visit.read(lambda db: branches.names(db, visit.branch))
    agencies = await visit.read(lambda db: partners.names(db, visit.branch))
    uploaded = await visit.read(lambda db: audiences_saved.lists(db, visit.branch))
    earlier = await visit.read(lambda db: campaigns.find(db, visit.branch, most=EARLIER))
    every = _parts(visit, offices, agencies, [one for one in earlier[:EARLIER] if one.started_at])
    named = {str(one.id): _written(f"{one.name} ({one.known})") for one in uploaded}
    return [*every, Part("lists", _("On an uploaded list"), _("stand on the list {values}"), named)] if named else every


def _parts(visit: Visit, offices: Mapping[str, str], agencies: Mapping[str, str], earlier: list[Campaign]) -> list[Part]:
    places = {one.iso: one.name for one in facts.countries()}
    before = {str(one.id): _written(one.name) for one in earlier}
    checks = {code: words for code, words in CHECK_RESULTS.items() if code not in FOUND}
    channels = {code: CHANNELS[code] for code in SENDABLE}
    every = [
        Part("countries", _("Country"), _("work in or go to {values}"), places),
        Part("languages", _("Language"), _("are written to in {values}"), LANGUAGE_NAMES),
        Part("channels", _("Channel"), _("can be reached on {values}"), channels),
        Part("partners", _("Came by a link of"), _("came by a link of {values}"), {id: _written(name) for id, name in agencies.items()}),
        Part("checks", _("A check of coverage found"), _("a check of their coverage found: {values}"), checks),
        Part("topics", _("Asked about"), _("asked about: {values}"), visit.desk.outreach.topics),
        Part("stages", _("Stage, of those who left their name"), _("left their name, and are: {values}"), STAGES),
        Part("interests", _("State of their interest"), _("the state of their interest is: {values}"), INTEREST_STATES),
        Part("reached_by", _("Reached by an earlier campaign"), _("were reached by {values}"), before),
        Part("not_reached_by", _("Not reached by an earlier campaign"), _("were not reached by {values}"), before),
        Part("missed_by", _("Missed by an earlier campaign"), _("were not reached by, though meant by: {values}"), before),
        Part("pressed_in", _("Pressed a button of an earlier campaign"), _("pressed a button of {values}"), before),
        Part("branches", _("Branch"), _("belong to {values}"), {id: _written(name) for id, name in offices.items()}),
    ]
    return [part for part in every if part.options and (part.name != "branches" or len(offices) > 1)]


def _written(words: str) -> Written:
    return Written({"id": words})


async def clauses(visit: Visit, audience: Audience, known: list[Part] | None = None) -> list[Text]:
    """What must be true of somebody; nothing where everybody is meant."""
    said = []
    for part in known or await parts(visit):
        values = getattr(audience, part.name)
        if values and not (part.name == "channels" and set(values) == set(SENDABLE)):
            named = Joined(tuple(part.options.get(str(value), str(value)) for value in values))
            said.append(Text(part.clause.msgid, (("values", named),)))
    return said + _days(audience)


def _days(audience: Audience) -> list[Text]:
    said = []
    if audience.links:
        said.append(_("came by the link {values}", values=Joined(audience.links)))
    if audience.cover_ends_from:
        said.append(_("their cover ends on {day} or later", day=audience.cover_ends_from))
    if audience.cover_ends_until:
        said.append(_("their cover ends by {day}", day=audience.cover_ends_until))
    if audience.seen_within_days:
        said.append(_n("wrote to us in the last {count} day", "wrote to us in the last {count} days", audience.seen_within_days))
    if audience.not_seen_for_days:
        said.append(_n("did not write to us for {count} day", "did not write to us for {count} days", audience.not_seen_for_days))
    return said
