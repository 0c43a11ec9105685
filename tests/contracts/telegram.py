"""Says what is wrong with a Telegram Bot API call, answer or update, by the specification beside this file.

    call_problems("sendMessage", {"chat_id": 1, "text": ""})   -> [("text", "is 0 characters long, not 1 to 4096")]
    result_problems("getMe", {...})                            -> []
    update_problems({"update_id": 1, "message": {...}})        -> []

Checks are compiled to functions once: 100,000 updates take a second or two, where a JSON Schema validator takes twenty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

SPEC: dict[str, Any] = json.loads(Path(__file__).with_name("telegram-bot-api-10.1.json").read_text())
METHODS: dict[str, str] = {name.lower(): name for name in SPEC["methods"]}

Problem = tuple[str, str]
Check = Callable[[object, str, list[Problem]], None]

PLAIN: dict[str, tuple[type, ...]] = {"Integer": (int,), "String": (str,), "Boolean": (bool,), "Float": (int, float)}
# The only fields whose description names the one value they may have.
TAGS = {"type", "source", "status"}


def call_problems(method: str, parameters: object) -> list[Problem]:
    """What is wrong with the parameters of a call; empty when they fit."""
    return _problems(_call(method), parameters)


def result_problems(method: str, result: object) -> list[Problem]:
    """What is wrong with the `result` of a successful answer."""
    return _problems(_result(method), result)


def update_problems(update: object) -> list[Problem]:
    return _problems(_named("Update"), update)


def parameter_types(method: str) -> dict[str, list[str]]:
    """The types each parameter of a method may have, as the specification names them."""
    return {field["name"]: field["types"] for field in SPEC["methods"][method].get("fields", [])}


def units(text: str) -> int:
    """The length as Telegram counts characters: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _problems(check: Check, value: object) -> list[Problem]:
    found: list[Problem] = []
    check(value, "", found)
    return found


@cache
def _call(method: str) -> Check:
    return _object(SPEC["methods"][method].get("fields", []))


@cache
def _result(method: str) -> Check:
    return _any(SPEC["methods"][method]["returns"])


@cache
def _named(name: str) -> Check:
    if name == "InputFile":
        return lambda value, path, found: None
    declared = SPEC["types"][name]
    if subtypes := declared.get("subtypes"):
        return _any(subtypes)
    return _object(declared.get("fields", []))


def _object(fields: list[dict[str, Any]]) -> Check:
    known = {field["name"]: _field(field) for field in fields}
    required = frozenset(field["name"] for field in fields if field["required"])

    def check(value: object, path: str, found: list[Problem]) -> None:
        if not isinstance(value, dict):
            found.append((path, f"is {_shown(value)}, not an object"))
            return
        found.extend((_below(path, name), "is missing") for name in required.difference(value))
        for name, inner in value.items():
            if field := known.get(name):
                field(inner, _below(path, name), found)
            else:
                found.append((_below(path, name), "is unknown"))

    return check


def _field(field: dict[str, Any]) -> Check:
    kind = _any(field["types"])
    described = field["description"]
    tag = re.search(r'always [“"]([^”"]+)[”"]|must be (\w+)$', described)
    if tag and field["name"] in TAGS:
        return _constant(tag[1] or tag[2])
    length = re.search(r"(\d+)-(\d+) (characters|bytes)", described)
    if length and field["types"] == ["String"]:
        return _sized(int(length[1]), int(length[2]), length[3])
    return kind


def _constant(expected: str) -> Check:
    def check(value: object, path: str, found: list[Problem]) -> None:
        if value != expected:
            found.append((path, f"is {_shown(value)}, not {expected!r}"))

    return check


def _sized(least: int, most: int, unit: str) -> Check:
    def check(value: object, path: str, found: list[Problem]) -> None:
        if not isinstance(value, str):
            found.append((path, f"is {_shown(value)}, not a String"))
            return
        size = units(value) if unit == "characters" else len(value.encode(errors="surrogatepass"))
        if not least <= size <= most:
            found.append((path, f"is {size} {unit} long, not {least} to {most}"))

    return check


def _any(names: list[str]) -> Check:
    if len(names) == 1:
        return _type(names[0])
    options = [_type(name) for name in names]

    def check(value: object, path: str, found: list[Problem]) -> None:
        tries: list[list[Problem]] = []
        for option in options:
            tried: list[Problem] = []
            option(value, path, tried)
            if not tried:
                return
            tries.append(tried)
        meant = min(tries, key=len)
        found.extend(meant)

    return check


def _type(name: str) -> Check:
    if name.startswith("Array of "):
        return _array(_type(name.removeprefix("Array of ")))
    if name in PLAIN:
        return _plain(name)
    # Looked up at each call: types contain themselves (a Message replies to a Message).
    return lambda value, path, found: _named(name)(value, path, found)


def _array(item: Check) -> Check:
    def check(value: object, path: str, found: list[Problem]) -> None:
        if not isinstance(value, list):
            found.append((path, f"is {_shown(value)}, not an array"))
            return
        for at, inner in enumerate(value):
            item(inner, _below(path, str(at)), found)

    return check


def _plain(name: str) -> Check:
    kinds = PLAIN[name]

    def check(value: object, path: str, found: list[Problem]) -> None:
        # True is an int in Python, and not an Integer in JSON.
        if not isinstance(value, kinds) or (isinstance(value, bool) and name != "Boolean"):
            found.append((path, f"is {_shown(value)}, not {name}"))

    return check


def _below(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _shown(value: object) -> str:
    return repr(value)[:60]
