"""What Telegram shows of the bot before a word is said: its commands, its descriptions, its menu button, in each language."""

from __future__ import annotations

import structlog
from telegram import Bot, BotCommand, MenuButtonCommands

from handlers import SCRIPT
from handlers.menu import WISHES
from handlers.welcome import CAN, NEVER
from locales import Text, _, render

WHO = _("I am Sapa, the assistant of BPJS Ketenagakerjaan for Indonesian migrant workers.")
ALL = _("Everything I can do")
# Telegram's name of a language -> ours. Without a name it is what everybody sees whose phone speaks neither.
SHOWN = {"": "id", "en": "en"}

log = structlog.get_logger()


def commands() -> list[tuple[str, Text]]:
    """The dialogues that have a command, in the order of the menu, with the words of its buttons."""
    named = {dialogue.name: dialogue.command for dialogue in SCRIPT.dialogues.values() if dialogue.command}
    wishes = [(named[wish], label) for wish, label in WISHES.items() if wish in named]
    return [("menu", ALL), *wishes, ("stop", SCRIPT.labels["opt_out"])]


async def introduce(bot: Bot) -> bool:
    """Set what differs from what is already there; whether all of it is right now. Telegram allows few such changes a day."""
    try:
        for code, language in SHOWN.items():
            await _introduce_in(bot, code, language)
        if (await bot.get_chat_menu_button()).type != MenuButtonCommands().type:
            await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    except Exception as error:  # the bot serves as well without an introduction
        log.warning("not_introduced", error=type(error).__name__)
        return False
    return True


async def _introduce_in(bot: Bot, code: str, language: str) -> None:
    wanted = [BotCommand(name, render(label, language)) for name, label in commands()]
    if list(await bot.get_my_commands(language_code=code)) != wanted:
        await bot.set_my_commands(wanted, language_code=code)
    about = "\n\n".join(render(paragraph, language) for paragraph in (WHO, CAN, NEVER))
    if (await bot.get_my_description(code)).description != about:
        await bot.set_my_description(about, code)
    short = render(WHO, language)
    if (await bot.get_my_short_description(code)).short_description != short:
        await bot.set_my_short_description(short, code)
