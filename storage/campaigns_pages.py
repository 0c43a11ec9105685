"""Speaks a campaign to one person: their language, their channel, the fields filled, and always a button that ends it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from locales import LIMITS, Button, Choice, Message, Page, Text, Written, _, fit, render
from storage.campaigns_file import FIELD, FIRST, ButtonPart, CampaignFile
from storage.templates import Filled, Template

STOP, NO_REMINDER = "?opt_out", "?no_reminder"
REFUSE = _("Not this reminder")  # as its topic is called: beside the button that ends all messages, on those that come again
CAPTION = 1024  # https://core.telegram.org/bots/api#sendphoto, after entities parsing
LONGEST_NAME = 24
NUMBERLESS = "#0"  # ends what a button of no delivery says
NAME = re.compile(r"[^\W\d_][^\W\d_.'’-]*", re.UNICODE)  # a word of letters; nothing a channel or we could read as markup
WIDEST = {"first_name": "W" * LONGEST_NAME, "ends_on": "30 September 2026"}


@dataclass(frozen=True, slots=True)
class Known:
    """What may be filled in for somebody. `name` is as they wrote it."""

    name: str | None = None
    ends_on: date | None = None


def first_name(name: str | None) -> str | None:
    """The first word, if it looks like a name: what people write of themselves must not become our markup."""
    word = (name or "").split()[:1]
    if not word or len(word[0]) > LONGEST_NAME or not NAME.fullmatch(word[0]):
        return None
    return word[0]


def values(file: CampaignFile, language: str, known: Known) -> dict[str, str]:
    """What stands in each field for this person: what is known of them, else what the campaign says instead."""
    found = {"first_name": first_name(known.name), "ends_on": render(known.ends_on, language) if known.ends_on else None}
    return {name: found.get(name) or file.fields.get(name, {}).get(language, "") for name in file.used()}


def fill(words: str, filled: Mapping[str, str]) -> str:
    """In one pass, so that braces in what is filled in stay braces."""
    return FIELD.sub(lambda field: filled.get(field[1], field[0]), words)


def pages(
    file: CampaignFile,
    language: str,
    channel: str,
    filled: Mapping[str, str],
    stop: Text,
    delivery: int = 0,
    arm: str = FIRST,
    address: Callable[[int], str] | None = None,
) -> list[Page]:
    """The pages it takes; a campaign that may start takes one. `address`: of a button with a link, by its place, on our own host."""
    said = Written({language: fill(file.words(arm)[language], filled)})
    choices = []
    for place, button in enumerate(file.button):
        url = address(place) if address and button.link else button.link
        choices.append(_choice(button, language, delivery, url))
    if file.repeat:
        choices.append(Choice(REFUSE, f"{NO_REMINDER}#{delivery}"))
    limits = LIMITS[channel]
    if file.attachment:  # the words are then a caption, or stand under a header
        limits = replace(limits, text=min(limits.text, CAPTION), text_with_choices=min(limits.text_with_choices, CAPTION))
    return fit(Message((said,), (*choices, Choice(stop, f"{STOP}#{delivery}"))), language, limits)


def numbered(page: Page, delivery: int) -> Page:
    """A page that was made for no delivery, as this one's: its buttons name it."""
    buttons = (
        Button(one.label, f"{one.payload[:-1]}{delivery}", one.url) if one.payload.endswith(NUMBERLESS) else one for one in page.buttons
    )
    return Page(page.text, tuple(buttons), page.facts)


def _choice(button: ButtonPart, language: str, delivery: int, url: str) -> Choice:
    label = Written({language: button.label[language]})
    return Choice(label, url=url) if button.link else Choice(label, f"{button.target}#{delivery}")


def approach(file: CampaignFile, template: Template, filled: Mapping[str, str], delivery: int = 0) -> tuple[Page, Filled]:
    """As a template, for who is outside the window. Raises templates.Unfillable."""
    assert file.template
    words = {blank: fill(said[template.language], filled) for blank, said in file.template.values.items()}
    done = template.fill(words, payloads(file, delivery))
    return Page(template.shown(words)), done


def payloads(file: CampaignFile, delivery: int) -> list[str]:
    """Of the quick replies a template must have: one for each button that is not a link, and those that end it."""
    replies = [button.target for button in file.button if not button.link]
    return [f"{target}#{delivery}" for target in [*replies, *([NO_REMINDER] if file.repeat else []), STOP]]
