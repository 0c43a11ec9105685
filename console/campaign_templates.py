"""WhatsApp templates: which there are, how each stands and why; and a new one, whose blanks are our fields, in each language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from console.account import LANGUAGE_NAMES
from console.campaign_form import FIELD_NAMES
from console.campaign_house import NotMade
from console.campaign_states import CATEGORIES
from console.campaigns import PATH
from console.pages import get, post
from console.policies import Policy
from console.visit import Visit
from console.words import word_for
from locales import LANGUAGES, Text, Written, _, render
from locales.pages import units
from storage import templates
from storage.campaigns_file import FIELD, FIELDS
from storage.campaigns_pages import WIDEST
from storage.templates import GONE, LONGEST_BODY, USABLE, Template
from storage.writer import Connection

TEMPLATES = f"{PATH}/templates"
NAME = re.compile(r"[a-z][a-z0-9_]{2,59}")
LONGEST_LABEL = 20
BUTTONS = (1, 2)  # beside the one that stops our messages
EXAMPLES = {"first_name": "Siti", "ends_on": "12 Maret 2027"}
STATES: Mapping[str, Text] = {
    USABLE: _("approved"),
    "PENDING": _("waits for WhatsApp's review"),
    "REJECTED": _("rejected"),
    "PAUSED": _("paused by WhatsApp"),
    "DISABLED": _("switched off by WhatsApp"),
    "IN_APPEAL": _("rejected, and asked to look again"),
    GONE: _("deleted"),
}
TONES = {USABLE: "good", "PENDING": "waits", "IN_APPEAL": "waits", "REJECTED": "bad", "PAUSED": "bad", "DISABLED": "bad"}
WHY: Mapping[str, Text] = {
    "ABUSIVE_CONTENT": _("WhatsApp takes its words for abuse."),
    "INVALID_FORMAT": _("Its form is wrong: look at blanks and line breaks."),
    "PROMOTIONAL": _("It invites; its category must be marketing."),
    "TAG_CONTENT_MISMATCH": _("Its words do not fit its category."),
    "INCORRECT_CATEGORY": _("Its words do not fit its category."),
    "SCAM": _("WhatsApp takes it for a fraud."),
}
NOT_MADE: Mapping[str, Text] = {
    "account": _("WhatsApp did not say which account is ours. Ask whoever runs the bot to look at the token."),
    "away": _("WhatsApp could not be reached, and nothing was made. Try again later."),
    "unclear": _("WhatsApp did not answer clearly: it may have been made or not. Look at the list in a few minutes before you try again."),
}


async def every(visit: Visit) -> web.Response:
    there = await visit.read(templates.every)
    return visit.show(
        "campaign_templates.html",
        there=there,
        can_make=visit.desk.outreach.make is not None,
        states=STATES,
        tones=TONES,
        why=WHY,
        categories=CATEGORIES,
        languages=LANGUAGE_NAMES,
        word_for=word_for,
    )


async def new(visit: Visit) -> web.Response:
    return await _new(visit, {}, [])


async def make(visit: Visit) -> web.Response:
    """One after the other, in each language; each that was taken is kept, even if the next is not."""
    texts = [f"text-{language}" for language in LANGUAGES]
    labels = [f"button{number}-{language}" for number in BUTTONS for language in LANGUAGES]
    sent = await visit.form("name", "category", *texts, *labels)
    maker = visit.desk.outreach.make
    if maker is None:
        raise web.HTTPNotFound
    if wrong := _wrong(sent):
        return await _new(visit, sent, wrong, 422)
    stop = (await visit.read(visit.desk.outreach.around)).stop
    for language in LANGUAGES:
        try:
            made = await maker(_wanted(sent, language, render(stop, language)))
        except NotMade as failed:
            return await _new(visit, sent, [_why(failed, language)], 502)
        await visit.write(lambda db, made=made: _keep(db, visit, made))  # type: ignore[misc]
    return visit.go(TEMPLATES, _("Sent to WhatsApp. Its review takes from minutes to a day; this page shows how it stands."))


async def _keep(db: Connection, visit: Visit, made: Template) -> None:
    await templates.keep(db, visit.desk.database.dialect, made, visit.now)
    await visit.record(db, "template.made", f"template:{made.name}", {"language": made.language, "category": made.category})


def _wanted(sent: Mapping[str, str], language: str, stop: str) -> Template:
    text = FIELD.sub(lambda field: f"{{{{{field[1]}}}}}", sent[f"text-{language}"])
    used = dict.fromkeys(FIELD.findall(sent[f"text-{language}"]))
    body: dict[str, Any] = {"type": "BODY", "text": text}
    if used:
        body["example"] = {"body_text_named_params": [{"param_name": name, "example": EXAMPLES[name]} for name in used]}
    labels = [label for number in BUTTONS if (label := sent[f"button{number}-{language}"])] + [stop]
    replies = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": label} for label in labels]}
    return Template(sent["name"], language, "PENDING", sent["category"], parts=(body, replies))


def _wrong(sent: Mapping[str, str]) -> list[Text]:
    wrong = []
    if not NAME.fullmatch(sent["name"]):
        wrong.append(_("The name is made of small letters, digits and underscores, and begins with a letter."))
    if sent["category"] not in CATEGORIES:
        wrong.append(_("Choose a category."))
    for language in LANGUAGES:
        wrong += _wrong_text(sent[f"text-{language}"], LANGUAGE_NAMES[language])
    for number in BUTTONS:
        labels = [sent[f"button{number}-{language}"] for language in LANGUAGES]
        if any(labels) and not all(labels):
            wrong.append(_("Button {number} has words in one language only.", number=number))
        if any(units(label) > LONGEST_LABEL for label in labels):
            wrong.append(_("The words of button {number} are too long.", number=number))
    return wrong


def _wrong_text(text: str, language: Written) -> list[Text]:
    if not text:
        return [_("The text is missing ({language}).", language=language)]
    wrong = []
    used = FIELD.findall(text)
    if unknown := [name for name in used if name not in FIELDS]:
        wrong.append(_("There is no field {name} ({language}).", name=unknown[0], language=language))
    if set("{}") & set(FIELD.sub("", text)):
        wrong.append(_("A brace stands alone ({language}).", language=language))
    if FIELD.match(text) or text.rstrip(".!? ").endswith("}"):
        wrong.append(_("WhatsApp wants no field at the beginning or the end of the text ({language}).", language=language))
    if units(FIELD.sub(lambda field: WIDEST.get(field[1], ""), text)) > LONGEST_BODY:
        wrong.append(_("The text is too long ({language}).", language=language))
    return wrong


def _why(failed: NotMade, language: str) -> Text:
    if failed.why == "refused":
        named = LANGUAGE_NAMES[language]
        return _("WhatsApp refused the template in {language}, error {code}. A name can be used once.", language=named, code=failed.said)
    return NOT_MADE[failed.why]


async def _new(visit: Visit, sent: Mapping[str, str], wrong: Sequence[Text], status: int = 200) -> web.Response:
    return visit.show(
        "campaign_template_new.html",
        status,
        sent=sent,
        wrong=wrong,
        can_make=visit.desk.outreach.make is not None,
        categories=CATEGORIES,
        languages=LANGUAGE_NAMES,
        fields=FIELD_NAMES,
        buttons=BUTTONS,
    )


PAGES = [
    get(TEMPLATES, every, Policy.CAMPAIGNS),
    get(f"{TEMPLATES}/new", new, Policy.WRITE),
    post(f"{TEMPLATES}/new", make, Policy.WRITE),
]
