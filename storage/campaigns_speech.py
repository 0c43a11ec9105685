"""What is wrong with a campaign's words: languages, fields, lengths, buttons. Judged with the longest that a field can become."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from locales import LANGUAGES, LIMITS, Text, render
from locales.pages import units
from storage.audiences import SENDABLE
from storage.campaigns_file import FIELD, FIELDS, FIRST, LINK, OTHER, ButtonPart, CampaignFile, QuestionPart
from storage.campaigns_hours import Geography
from storage.campaigns_pages import CAPTION, REFUSE, WIDEST, pages
from storage.campaigns_questions import as_campaign

MARKUP = re.compile(r"[{}<>*_~`\[\]\r\n\t]|https?://")
KNOWN_FIELDS = ", ".join(FIELDS)
PLACES = {FIRST: "text", OTHER: "other"}
SHORT = f"https://{'w' * 60}/l/{'w' * 34}"  # a link on our own host, at its longest
ON_WHATSAPP = 2  # buttons beside the one that ends our messages: three in all are shown at once


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong where: a code, and what goes into its words."""

    code: str
    place: str
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Around:
    """What a campaign meets: the places its buttons may open, the topics there are, where people are, how fast channels go."""

    opens: Callable[[str], bool]
    topics: Collection[str]
    geography: Geography
    rates: Mapping[str, float]  # messages a second, of the channels that are set up
    stop: Text
    public_url: str = ""  # under which platforms reach us
    dead: Collection[str] = ()  # links that somebody tried just now, and that led nowhere


def speech(file: CampaignFile, around: Around) -> Iterator[Fault]:
    """Every fault of its words."""
    yield from (fault for arm in file.arms for fault in _languages(PLACES[arm], file.words(arm)))
    if file.other and file.other == file.text:
        yield Fault("same_text", "other")
    yield from _fields(file)
    for number, button in enumerate(file.button, start=1):
        yield from _button(f"button {number}", button, file, around)
    yield from _alike(file, around)
    channels = [channel for channel in file.audience.channels if channel in SENDABLE]
    answers = sum(not button.link for button in file.button)
    if "whatsapp" in channels and answers + bool(file.repeat) > ON_WHATSAPP:
        yield Fault("too_many_buttons", "button")
    if file.question:
        yield from _question(file, file.question, around)
    if all(language in button.label for button in file.button for language in LANGUAGES):
        yield from (
            fault
            for arm in file.arms
            for channel in channels
            for language in LANGUAGES
            for fault in _page(file, arm, language, channel, around.stop)
        )


def _question(file: CampaignFile, question: QuestionPart, around: Around) -> Iterator[Fault]:
    """Judged as the campaign that it will be."""
    for fault in speech(as_campaign(file, question, 0), around):
        place = fault.place.replace("button ", "answer ").replace("button", "answer")
        yield Fault(fault.code, f"question.{place}", fault.values)


def _languages(place: str, words: Mapping[str, str]) -> Iterator[Fault]:
    for language in LANGUAGES:
        if not words.get(language, "").strip():
            yield Fault("missing_language", f"{place}.{language}", {"language": language})
    for language in words:
        if language not in LANGUAGES:
            yield Fault("unknown_language", f"{place}.{language}", {"value": language})


def _fields(file: CampaignFile) -> Iterator[Fault]:
    for name in sorted(file.used()):
        if name not in FIELDS:
            yield Fault("unknown_field", "text", {"name": name, "known": KNOWN_FIELDS})
            continue
        for language in LANGUAGES:
            if not file.fields.get(name, {}).get(language, "").strip():
                yield Fault("no_fall_back", f"fields.{name}", {"name": name, "language": language})
    for name, said in file.fields.items():
        yield from (Fault("markup", f"fields.{name}.{language}") for language in said if MARKUP.search(said[language]))
        if name not in file.used():
            yield Fault("unused_field", f"fields.{name}", {"name": name})
    for arm in file.arms:
        for language, text in file.words(arm).items():
            if set("{}") & set(FIELD.sub("", text)):
                yield Fault("braces", f"{PLACES[arm]}.{language}")


def _button(place: str, button: ButtonPart, file: CampaignFile, around: Around) -> Iterator[Fault]:
    for language in LANGUAGES:
        label = button.label.get(language, "")
        if not label.strip():
            yield Fault("missing_language", f"{place}.label", {"language": language})
        for channel in file.audience.channels:
            if channel in LIMITS and units(label) > LIMITS[channel].buttons[1]:
                yield Fault("long_label", f"{place}.label", {"label": label, "limit": LIMITS[channel].buttons[1], "channel": channel})
    if button.link:
        if not LINK.fullmatch(button.link):
            yield Fault("bad_link", f"{place}.link")
        elif button.link in around.dead:
            yield Fault("dead_link", f"{place}.link", {"link": button.link})
    elif not around.opens(button.target):
        yield Fault("opens_nothing", place, {"target": button.target})


def _alike(file: CampaignFile, around: Around) -> Iterator[Fault]:
    for language in LANGUAGES:
        labels = Counter(
            [
                render(around.stop, language),
                *([render(REFUSE, language)] if file.repeat else []),
                *(button.label.get(language, "") for button in file.button),
            ]
        )
        yield from (Fault("same_label", "button", {"label": label}) for label, many in labels.items() if many > 1 and label)
    targets = Counter(button.target for button in file.button if not button.link)
    yield from (Fault("same_target", "button", {"target": target}) for target, many in targets.items() if many > 1)


def _page(file: CampaignFile, arm: str, language: str, channel: str, stop: Text) -> Iterator[Fault]:
    if language not in file.words(arm):
        return
    longest = {name: max(WIDEST.get(name, ""), file.fields.get(name, {}).get(language, ""), key=units) for name in file.used()}
    found = pages(file, language, channel, longest, stop, arm=arm)
    linked = "".join(f"\n\n{button.label.get(language, '')}: {max(button.link, SHORT, key=len)}" for button in file.button if button.link)
    written = channel == "whatsapp" and units(found[0].text + linked) > LIMITS[channel].text_with_choices  # its links stand in the text
    if len(found) > 1 or written:
        limit = min(LIMITS[channel].text_with_choices, CAPTION if file.attachment else LIMITS[channel].text_with_choices)
        yield Fault("too_long", f"{PLACES[arm]}.{language}", {"channel": channel, "limit": limit})
