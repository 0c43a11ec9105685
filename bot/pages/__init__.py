"""The chat page as bytes: its template in each language, and its files under a path that changes when they do."""

from __future__ import annotations

import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.pages.page_words import Hotline, all_words
from console.files import File, file
from locales import LANGUAGES

HERE = Path(__file__).parent
KINDS = {".css": "text/css", ".js": "text/javascript"}


class Pages:
    """All that a browser gets from us except the conversation itself, made once at start."""

    def __init__(self, branch: str, hotline: Hotline | None = None) -> None:
        self.files = {path.name: file(KINDS[path.suffix], path.read_bytes()) for path in sorted(HERE.iterdir()) if path.suffix in KINDS}
        # One version for all files: the scripts import each other by name, so they change their path together.
        self.version = hashlib.sha256(b"".join(part.plain for part in self.files.values())).hexdigest()[:16]
        words = all_words(hotline)
        templates = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        common = {
            "branch": branch,
            "hotline": hotline,
            "all_words": words,
            "files": f"/pages/{self.version}",
            "scripts": [name for name in self.files if name.endswith(".js") and name != "chat.js"],
        }

        def spoken(template: str, *, embedded: bool = False) -> dict[str, File]:
            page = templates.get_template(template)
            return {
                language: file("text/html", page.render(**common, language=language, words=words[language], embedded=embedded).encode())
                for language in LANGUAGES
            }

        self.chat = spoken("chat.html")
        self.embed = spoken("chat.html", embedded=True)
        self.harmless = spoken("harmless.html")
