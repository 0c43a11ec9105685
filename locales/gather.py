"""Gathers the sentences from the source and keeps the .po files in step with them, one file for each module that speaks."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from locales.catalogs import HERE, LANGUAGES, PLURALS, files, read

SOURCE = HERE.parent
SPEAKING = ("bot", "handlers", "dialogue", "locales", "console")
KEYWORDS = {"_": None, "_n": (1, 2)}
METHODS = {".py": "python", ".html": "jinja2"}
COMMON, DESK = "common", "desk_"

HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plurals}\\n"

"""

Msgid = str | tuple[str, ...]


def gather() -> dict[Msgid, str]:
    """Every sentence of the source, and the .po file it belongs to: its module's, or a common one if several modules say it."""
    homes: dict[Msgid, set[str]] = {}
    for path in _sources():
        for _line, msgid, _comments, _context in extract_from_file(METHODS[path.suffix], str(path), KEYWORDS):
            homes.setdefault(tuple(msgid) if isinstance(msgid, (tuple, list)) else msgid, set()).add(_home(path))
    return {msgid: _shared(names) for msgid, names in homes.items()}


def _shared(homes: set[str]) -> str:
    """The desk has its own words for officers, and its own common ones."""
    if len(homes) == 1:
        return next(iter(homes))
    return f"{DESK}{COMMON}" if all(home.startswith(DESK) for home in homes) else COMMON


def _sources() -> Iterator[Path]:
    for folder in SPEAKING:
        yield from sorted(path for path in (SOURCE / folder).rglob("*") if path.suffix in METHODS)


def _home(path: Path) -> str:
    name = path.parent.name if path.stem == "__init__" else path.stem
    return f"{DESK}{name}" if path.is_relative_to(SOURCE / "console") else name


def update() -> list[str]:
    """Write the .po files anew: new sentences come in empty, gone ones go, translations move with their sentence. Returns the files changed."""
    homes = gather()
    changed = []
    for language in LANGUAGES:
        known = {_key(message): message for path in files(language) for message in read(path, language) if message.id}
        for name in sorted({*homes.values(), *(path.stem for path in files(language))}):
            mine = sorted((msgid for msgid, home in homes.items() if home == name), key=str)
            if language == "en":
                # English is the language of the source: only what needs plural forms or other words is written down.
                mine = [msgid for msgid in mine if isinstance(msgid, tuple) or msgid in known]
            path = HERE / language / f"{name}.po"
            if _write(path, language, [known.get(msgid) or _new(msgid, language) for msgid in mine]):
                changed.append(f"{language}/{name}.po")
    return changed


def _new(msgid: Msgid, language: str) -> Message:
    string: Msgid = msgid if language == "en" else ("" if isinstance(msgid, str) else ("",))
    return Message(msgid, string)


def _key(message: Message) -> Msgid:
    return tuple(message.id) if isinstance(message.id, (tuple, list)) else message.id


def _write(path: Path, language: str, messages: list[Message]) -> bool:
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if not messages:
        path.unlink(missing_ok=True)
        return bool(before)
    catalog = Catalog()
    catalog.mime_headers = [("Plural-Forms", PLURALS[language])]  # how many forms each entry has
    for message in messages:
        catalog.add(message.id, message.string, user_comments=message.user_comments)
    written = io.BytesIO()
    write_po(written, catalog, width=120, no_location=True, omit_header=True)
    entries = re.sub(r"^#, python-(brace-)?format\n", "", written.getvalue().decode(), flags=re.MULTILINE)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER.format(language=language, plurals=PLURALS[language]) + entries.strip() + "\n", encoding="utf-8")
    return path.read_text(encoding="utf-8") != before
