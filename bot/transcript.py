"""How a conversation is written down: `>` the worker, `<` the bot, `[ ]` its buttons."""

from __future__ import annotations

from locales import Page


def shown(page: Page) -> list[str]:
    """The lines of a page; blank lines between its paragraphs are left out."""
    lines = [line for line in page.text.replace("\xa0", " ").splitlines() if line.strip()]
    lines = [("< " if number == 0 else "  ") + line for number, line in enumerate(lines)]
    if page.buttons:
        lines.append(
            "  " + " ".join(f"[{button.label}]" if button.payload else f"[{button.label}: {button.url}]" for button in page.buttons)
        )
    return lines
