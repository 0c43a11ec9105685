"""The methods by which a bot describes itself: commands, name, descriptions and menu button, each for a language or for all."""

from __future__ import annotations

import json

from tests.emulators.telegram.chats import Refused
from tests.emulators.telegram.methods import Method, Parameters, by_name
from tests.emulators.telegram.platform import Platform

# method's suffix -> the parameter it sets and the field it answers with
TEXTS = {"Name": "name", "Description": "description", "ShortDescription": "short_description"}


def _setter(suffix: str, field: str) -> Method:
    async def set_text(platform: Platform, given: Parameters) -> object:
        platform.profile.texts[suffix, _language(given)] = given.get(field, "")
        return True

    return set_text


def _getter(suffix: str, field: str) -> Method:
    async def get_text(platform: Platform, given: Parameters) -> object:
        default = platform.bot["first_name"] if suffix == "Name" else ""
        return {field: platform.profile.texts.get((suffix, _language(given)), default)}

    return get_text


async def set_my_commands(platform: Platform, given: Parameters) -> object:
    if len(given["commands"]) > 100:
        raise Refused(400, "Bad Request: too many commands specified")
    platform.profile.commands[_scope(given), _language(given)] = given["commands"]
    return True


async def get_my_commands(platform: Platform, given: Parameters) -> object:
    return platform.profile.commands.get((_scope(given), _language(given)), [])


async def delete_my_commands(platform: Platform, given: Parameters) -> object:
    platform.profile.commands.pop((_scope(given), _language(given)), None)
    return True


async def set_chat_menu_button(platform: Platform, given: Parameters) -> object:
    platform.profile.menu_buttons[given.get("chat_id", 0)] = given.get("menu_button", {"type": "default"})
    return True


async def get_chat_menu_button(platform: Platform, given: Parameters) -> object:
    return platform.profile.menu_buttons.get(given.get("chat_id", 0), {"type": "default"})


def _scope(given: Parameters) -> str:
    return json.dumps(given.get("scope", {"type": "default"}), sort_keys=True)


def _language(given: Parameters) -> str:
    language = str(given.get("language_code", ""))
    if language and not (len(language) == 2 and language.isalpha() and language.islower()):
        raise Refused(400, "Bad Request: invalid language code specified")
    return language


METHODS = {
    **{f"setMy{suffix}": _setter(suffix, field) for suffix, field in TEXTS.items()},
    **{f"getMy{suffix}": _getter(suffix, field) for suffix, field in TEXTS.items()},
    **by_name(set_my_commands, get_my_commands, delete_my_commands, set_chat_menu_button, get_chat_menu_button),
}
