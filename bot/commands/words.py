"""`sapa locales check`: what is wrong with the words, and which labels do not fit their button."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from handlers import SCRIPT
from locales import LANGUAGES, LIMITS, render
from locales.check import problems, too_wide

MOST_OPTIONS = LIMITS["whatsapp"].rows[0]
LONGEST_PAYLOAD = 64  # bytes; https://core.telegram.org/bots/api#inlinekeyboardbutton


def check() -> int:
    """Print each problem; 0 if there is none."""
    found = [*problems(), *too_wide(labels()), *payloads()]
    for problem in found:
        typer.echo(problem)
    typer.echo(f"{len(found)} problems" if found else "The words are in order.")
    return 1 if found else 0


def labels() -> Iterator[tuple[str, int]]:
    """Every label of an option or a topic, with the width it must fit on WhatsApp, the narrowest channel."""
    buttons, rows = LIMITS["whatsapp"].buttons, LIMITS["whatsapp"].rows
    for language in LANGUAGES:
        for dialogue in SCRIPT.dialogues.values():
            for step in dialogue.steps.values():
                options = step.question.options if step.question else ()
                width = buttons[1] if len(options) <= buttons[0] else rows[1]
                yield from ((render(label, language), width) for _key, label in options)
        yield from ((render(label, language), buttons[1]) for label in SCRIPT.labels.values())


def payloads() -> Iterator[str]:
    """Questions with more options than a list can show, and payloads no button can carry."""
    for dialogue in SCRIPT.dialogues.values():
        for step in dialogue.steps.values():
            options = step.question.options if step.question else ()
            if len(options) > MOST_OPTIONS:
                yield f"{dialogue.name}.{step.name} has {len(options)} options; a list shows {MOST_OPTIONS}"
            for key, _label in options:
                if len(f"{dialogue.name}.{step.name}={key}".encode()) > LONGEST_PAYLOAD:
                    yield f"{dialogue.name}.{step.name}={key} is longer than a button can carry"
