"""The composer's form: from what was typed to a campaign, and back. What the form does not show stays as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from console import campaign_extras
from console.account import LANGUAGE_NAMES
from console.campaign_reading import Reading, Typed, said
from locales import Text, _
from storage.audiences import SENDABLE
from storage.campaigns_file import FIELDS, CampaignFile

BUTTONS = (1, 2, 3)
CHOSEN = (
    *("branches", "partners", "countries", "stages", "interests", "checks", "languages", "channels", "topics"),
    *("reached_by", "not_reached_by", "missed_by", "pressed_in", "lists"),
)  # filters of the audience that are ticked
LONGEST_NAME, LONGEST_TEXT = 80, 4096
UNNAMED = "–"
DEFAULT = CampaignFile(name=UNNAMED, text={})
FIELD_NAMES: Mapping[str, Text] = {"first_name": _("First name"), "ends_on": _("End of cover")}


def read(typed: Typed, zone: ZoneInfo, before: CampaignFile | None = None) -> tuple[CampaignFile, list[Text]]:
    """A campaign always, so that it can be shown; and what is wrong, with which it cannot be kept."""
    form = Reading(typed, zone)
    kept: dict[str, Any] = (before or DEFAULT).model_dump(mode="json")
    fresh = kept | {
        "name": _name(form),
        "text": _texts(form),
        "fields": {name: words for name in FIELDS if (words := form.words(f"field-{name}"))},
        "button": [button for number in BUTTONS if (button := _button(form, number))],
        "template": _template(form),
        "audience": kept["audience"] | _audience(form),
        "schedule": kept["schedule"] | _schedule(form),
        "per_minute": int(form.number("per_minute", _("Messages a minute"), 0, 0, 60_000)),
        "hold_out": form.number("hold_out", _("Held out, percent"), 0, 0, 50) / 100,
        **campaign_extras.read(form),
        "stop_at": form.number("stop_at", _("Pauses itself at, percent"), 10, 1, 100) / 100,
    }
    try:
        return CampaignFile.model_validate(fresh), form.wrong
    except ValidationError as error:
        places = ", ".join(".".join(map(str, slip["loc"])) for slip in error.errors()[:5])
        return before or DEFAULT, [*form.wrong, _("This cannot be: {places}", places=places)]


def _name(form: Reading) -> str:
    name = form.one("name")
    if not name:
        form.wrong.append(_("Give the campaign a name, for colleagues."))
    elif len(name) > LONGEST_NAME:
        form.wrong.append(_("The name is too long."))
    return name[:LONGEST_NAME] or UNNAMED


def _texts(form: Reading) -> dict[str, str]:
    words = form.words("text")
    for language, text in words.items():
        if len(text) > LONGEST_TEXT:
            form.wrong.append(_("The text is far too long ({language}).", language=LANGUAGE_NAMES[language]))
    return {language: text[:LONGEST_TEXT] for language, text in words.items()}


def _button(form: Reading, number: int) -> dict[str, Any] | None:
    opens, label = form.one(f"button{number}-opens"), form.words(f"button{number}-label")
    kind, _colon, target = opens.partition(":")
    if opens == "link":
        kind, target = "link", form.one(f"button{number}-link")
    if kind in ("dialogue", "topic", "link") and target:
        return {"label": label, kind: target}
    if label or kind == "link":
        form.wrong.append(_("Say what button {number} opens, or leave its words empty.", number=number))
    return None


def _template(form: Reading) -> dict[str, Any] | None:
    name = form.one("template")
    if not name:
        return None
    blanks = sorted({key.removeprefix("blank-").rpartition("-")[0] for key in form.typed if key.startswith("blank-")})
    return {"name": name, "values": {blank: words for blank in blanks if (words := form.words(f"blank-{blank}"))}}


def _audience(form: Reading) -> dict[str, Any]:
    ticked: dict[str, Any] = {name: list(form.typed.get(f"audience-{name}", ())) for name in CHOSEN}
    ticked["channels"] = [channel for channel in ticked["channels"] if channel in SENDABLE]
    codes = form.one("audience-links").replace(",", " ").upper().split()
    return ticked | {
        "links": codes,
        "cover_ends_from": form.day("cover_ends_from"),
        "cover_ends_until": form.day("cover_ends_until"),
        "seen_within_days": form.whole("seen_within_days", _("Days"), 1, 3650),
        "not_seen_for_days": form.whole("not_seen_for_days", _("Days"), 1, 3650),
        "expected": form.whole("expected", _("People expected"), 1, 100_000_000),
    }


def _schedule(form: Reading) -> dict[str, Any]:
    usual = DEFAULT.schedule
    return {
        "at": form.moment("at"),
        "spread_hours": form.number("spread_hours", _("Spread over, hours"), 0, 0, 24 * 14),
        "opens": form.clock("opens", usual.opens),
        "closes": form.clock("closes", usual.closes),
        "expires_hours": form.number("expires_hours", _("Expires after, hours"), usual.expires_hours, 1, 24 * 60),
    }


def typed(file: CampaignFile, zone: ZoneInfo) -> Typed:
    """As if somebody had typed it."""
    form: dict[str, Sequence[str]] = {}
    form |= said("text", file.text)
    for name, words in file.fields.items():
        form |= said(f"field-{name}", words)
    for number, button in enumerate(file.button, start=1):
        opens = "link" if button.link else f"topic:{button.topic}" if button.topic else f"dialogue:{button.dialogue}"
        form |= {f"button{number}-opens": [opens], f"button{number}-link": [button.link]}
        form |= said(f"button{number}-label", button.label)
    if file.template:
        form["template"] = [file.template.name]
        for blank, words in file.template.values.items():
            form |= said(f"blank-{blank}", words)
    return {**form, **_typed_audience(file), **_typed_numbers(file, zone), **campaign_extras.typed(file)}


def _typed_audience(file: CampaignFile) -> Typed:
    audience = file.audience
    plain = ("cover_ends_from", "cover_ends_until", "seen_within_days", "not_seen_for_days", "expected")
    ticked = {f"audience-{name}": [str(value) for value in getattr(audience, name)] for name in CHOSEN}
    return ticked | {"audience-links": [", ".join(audience.links)]} | {name: [str(getattr(audience, name) or "")] for name in plain}


def _typed_numbers(file: CampaignFile, zone: ZoneInfo) -> Typed:
    schedule = file.schedule
    return {
        "name": ["" if file.name == UNNAMED else file.name],
        "at": [f"{schedule.at.astimezone(zone):%Y-%m-%dT%H:%M}" if schedule.at else ""],
        "opens": [f"{schedule.opens:%H:%M}"],
        "closes": [f"{schedule.closes:%H:%M}"],
        "spread_hours": [f"{schedule.spread_hours:g}"],
        "expires_hours": [f"{schedule.expires_hours:g}"],
        "per_minute": [str(file.per_minute or "")],
        "hold_out": [f"{file.hold_out * 100:g}"],
        "stop_at": [f"{file.stop_at * 100:g}"],
    }
