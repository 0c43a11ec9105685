"""Turns a template into a page in the officer's language. Everything put in is escaped; a name nobody gave is an error."""

from __future__ import annotations

from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from console.content_policy import content_policy
from console.files import Files
from console.places import PLACES
from locales import LANGUAGES, Text, render

HERE = Path(__file__).parent / "templates"

CONTENT_POLICY = content_policy("htmx")  # text becomes markup only through it, in answers of our own


class Compiled(BytecodeCache):
    """Templates compiled once for all languages: the first look at a large one would cost 50 ms in each."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


COMPILED = Compiled()


class Frame:
    """The templates, once for each language: in them `_` and `_n` speak it."""

    def __init__(self, files: Files) -> None:
        self._environments = {language: _environment(language, files) for language in LANGUAGES}

    def page(self, template: str, language: str, values: dict[str, Any]) -> str:
        return self._environments[language].get_template(template).render(values)


def _environment(language: str, files: Files) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=COMPILED,
    )

    def sentence(msgid: str, /, **params: object) -> str:
        return render(Text(msgid, tuple(params.items())), language)

    def counted(one: str, many: str, /, count: int, **params: object) -> str:
        return render(Text(one, (("count", count), *params.items()), many, count), language)

    def say(value: object) -> str:
        return render(value, language)

    environment.globals |= {"_": sentence, "_n": counted, "say": say, "language": language, "file": files.path, "all_places": PLACES}
    return environment
