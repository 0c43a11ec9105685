"""What a campaign may have besides its words and people: a second text, a cap of its own, that it repeats, a question some time later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from console.campaign_reading import Reading, Typed, said
from console.interests_words import STAGES
from console.words import INTEREST_STATES
from locales import Text, _
from storage.campaigns_file import CampaignFile

ANSWERS = (1, 2, 3)
REPEATS: Mapping[str, Text] = {
    "week": _("every week"),
    "month": _("every month"),
    "cover_ends": _("days before the end of cover"),
    "unfinished": _("after a registration left unfinished, once"),
    "stage": _("after somebody came to another stage"),
}
MOVES: Mapping[str, Text] = {**STAGES, **INTEREST_STATES}


def read(form: Reading) -> dict[str, Any]:
    return {
        "other": form.words("other"),
        "other_share": form.number("other_share", _("Share of the second text, percent"), 50, 5, 95) / 100,
        "cap": {
            "in_7_days": int(form.number("in_7_days", _("Campaigns in 7 days"), 1, 1, 4)),
            "in_30_days": int(form.number("in_30_days", _("Campaigns in 30 days"), 4, 1, 4)),
        },
        "attachment": int(form.one("attachment")) if form.one("attachment").isdecimal() and len(form.one("attachment")) < 20 else None,
        "repeat": _repeat(form),
        "question": _question(form),
    }


def _repeat(form: Reading) -> dict[str, Any] | None:
    on = form.one("repeat")
    if on not in REPEATS:
        return None
    days = form.one("repeat-days").replace(",", " ").split()
    if not all(day.isascii() and day.isdecimal() and len(day) < 4 for day in days):
        form.wrong.append(_("Days are numbers with commas between, as in {example}.", example="60, 30, 7"))
        days = []
    if on == "cover_ends" and not days:
        form.wrong.append(_("Say how many days before the end of cover, as in {example}.", example="60, 30, 7"))
        return None
    stages = [stage for stage in form.typed.get("repeat-stages", ()) if stage in MOVES]
    if on == "stage" and not stages:
        form.wrong.append(_("Say which stage somebody comes to."))
        return None
    wanted = {"days": [int(day) for day in days] if on not in ("week", "month") else [], "stages": stages if on == "stage" else []}
    return {"on": on, **wanted, "once": bool(form.one("repeat-once")), "until": form.day("repeat-until")}


def _question(form: Reading) -> dict[str, Any] | None:
    text = form.words("question")
    if not text:
        return None
    right = form.one("question-right")
    answers = [(str(number), form.words(f"answer{number}")) for number in ANSWERS]
    given = [{"label": label, "right": number == right} for number, label in answers if label]
    if len(given) < 2 or sum(bool(one["right"]) for one in given) != 1:
        form.wrong.append(_("A question needs at least two answers, of which exactly one is right."))
        return None
    return {"text": text, "after_hours": form.number("question-after", _("Asked after, hours"), 24, 1, 24 * 14), "answer": given}


def typed(file: CampaignFile) -> Typed:
    """As if somebody had typed it."""
    form: dict[str, Sequence[str]] = {
        "other_share": [f"{file.other_share * 100:g}"],
        "attachment": [str(file.attachment or "")],
        "in_7_days": [str(file.cap.in_7_days)],
        "in_30_days": [str(file.cap.in_30_days)],
        **said("other", file.other),
    }
    if repeat := file.repeat:
        form |= {
            "repeat": [repeat.on],
            "repeat-days": [", ".join(map(str, repeat.days))],
            "repeat-stages": list(repeat.stages),
            "repeat-once": ["yes"] if repeat.once else [],
            "repeat-until": [str(repeat.until or "")],
        }
    if question := file.question:
        form |= {**said("question", question.text), "question-after": [f"{question.after_hours:g}"]}
        for number, answer in enumerate(question.answer, start=1):
            form |= said(f"answer{number}", answer.label)
            form |= {"question-right": [str(number)]} if answer.right else {}
    return form


def told(file: CampaignFile) -> list[Text]:
    """What of it is not as usual, in sentences."""
    lines = []
    if file.repeat:
        lines.append(_when(file))
    if file.repeat and file.repeat.until:
        lines.append(_("It repeats until {day}.", day=file.repeat.until))
    if file.repeat and file.repeat.once:
        lines.append(_("Who got it once does not get it again."))
    return lines


def _when(file: CampaignFile) -> Text:
    assert file.repeat
    days = ", ".join(map(str, file.repeat.days))
    if file.repeat.on == "cover_ends":
        return _("Sent so many days before the end of cover: {days}.", days=days)
    if file.repeat.on in ("unfinished", "stage") and days:
        return _("Sent {when}; days later: {days}.", when=REPEATS[file.repeat.on], days=days)
    return _("Sent {when}.", when=REPEATS[file.repeat.on])
