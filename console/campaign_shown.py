"""A campaign's pages as people will see them: for each channel and language, with what is known of them and without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from console.campaign_house import Outreach
from locales import LANGUAGES, Page, Text, _
from storage import campaigns_pages
from storage.audiences import SENDABLE
from storage.campaigns_file import FIELD, FIRST, OTHER, CampaignFile
from storage.campaigns_pages import Known
from storage.campaigns_speech import Around
from storage.templates import Template, Unfillable

SOMEBODY = Known("Siti", date(2027, 3, 12))  # an example; nobody's data
NOBODY = Known()
KNOWN, UNKNOWN, TEMPLATE = _("Where everything is known"), _("Where nothing is known"), _("As a template, after a day without a word")

ARMS = {FIRST: _("The first text"), OTHER: _("The second text")}


@dataclass(frozen=True, slots=True)
class Phone:
    """What one screen shows: pages in the order in which they arrive."""

    channel: str
    language: str
    captions: tuple[Text, ...]
    entries: list[dict[str, Any]]


def phones(outreach: Outreach, file: CampaignFile, around: Around, templates: Mapping[str, Template] | None = None) -> list[Phone]:
    """Every page; of a language whose words are missing, none."""
    return list(_phones(outreach, file, around, templates or {}))


def _phones(outreach: Outreach, file: CampaignFile, around: Around, templates: Mapping[str, Template]) -> Iterator[Phone]:
    whole = all(button.label.get(language) for button in file.button for language in LANGUAGES)
    for channel in (channel for channel in file.audience.channels if channel in SENDABLE):
        for language in LANGUAGES if whole else ():
            for arm in file.arms:
                if file.words(arm).get(language, "").strip():
                    yield from _pages(outreach, file, around, Phone(channel, language, _caption(file, arm), []), arm)
            if channel == "whatsapp" and file.template and language in templates:
                yield from _template(file, templates[language], language)


def _pages(outreach: Outreach, file: CampaignFile, around: Around, phone: Phone, arm: str) -> Iterator[Phone]:
    """With what is known of somebody, and without, where that makes a difference."""
    for known, caption in ((SOMEBODY, KNOWN), (NOBODY, UNKNOWN)) if FIELD.search(file.words(arm)[phone.language]) else ((NOBODY, None),):
        filled = campaigns_pages.values(file, phone.language, known)
        said = campaigns_pages.pages(file, phone.language, phone.channel, filled, around.stop, arm=arm)
        captions = tuple(one for one in (*phone.captions, caption) if one)
        yield replace(phone, captions=captions, entries=[_entry(outreach.shown(page, phone.channel)) for page in said])


def _caption(file: CampaignFile, arm: str) -> tuple[Text, ...]:
    return () if len(file.arms) == 1 else (ARMS[arm],)


def _template(file: CampaignFile, template: Template, language: str) -> Iterator[Phone]:
    try:
        page, _filled = campaigns_pages.approach(file, template, campaigns_pages.values(file, language, SOMEBODY))
    except (Unfillable, KeyError):
        return
    entry = _entry(page)
    entry["buttons"] = [{"label": label, "payload": "", "url": ""} for label in template.quick_replies]
    yield Phone("whatsapp", language, (TEMPLATE,), [entry])


def _entry(page: Page) -> dict[str, Any]:
    """What the phone's renderer draws."""
    buttons = [{"label": one.label, "payload": "", "url": one.url} for one in page.buttons]
    return {"id": "", "text": page.text, "buttons": buttons}
