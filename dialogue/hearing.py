"""Words that mean the same wherever a worker is in a conversation. A global word counts only if it is the whole message."""

from __future__ import annotations

import re

from dialogue.questions import plain

MENU = {"menu", "menu utama", "main menu", "home", "beranda"}
BACK = {"kembali", "back", "balik", "sebelumnya", "mundur", "go back"}
CANCEL = {"batal", "cancel", "batalkan", "ga jadi", "gak jadi", "tidak jadi", "nggak jadi", "never mind", "nevermind"}
LANGUAGE = {
    **dict.fromkeys(("english", "inggris", "bahasa inggris", "in english", "english please", "speak english"), "en"),
    **dict.fromkeys(("bahasa indonesia", "indonesia", "indonesian", "pakai bahasa indonesia", "bhs indonesia"), "id"),
}
# Global words that are answered like a topic.
TOPICS = {
    **dict.fromkeys(("bahasa", "language", "ganti bahasa", "change language"), "language"),
    **dict.fromkeys(("stop", "berhenti", "unsub", "unsubscribe", "keluar", "hentikan", "jangan kirim", "stop kirim pesan"), "opt_out"),
    **dict.fromkeys(
        ("stop pengingat", "berhenti pengingat", "tanpa pengingat", "stop reminder", "stop reminders", "no reminder"), "no_reminder"
    ),
    **dict.fromkeys(("mulai lagi", "terima pesan lagi", "resume", "subscribe", "langganan"), "opt_in"),
    **dict.fromkeys(("petugas", "orang", "admin", "operator", "cs", "human", "officer", "agent", "bicara dengan petugas"), "human"),
    **dict.fromkeys(("talk to a person", "hubungi petugas", "ngomong sama orang", "customer service"), "human"),
}
# `target[=key][#delivery]`, target being `dialogue.step`, `dialogue` or `?topic`.
PAYLOAD = re.compile(
    r"(?:(?P<dialogue>[a-z_]+)(?:\.(?P<step>[a-z_]+))?|\?(?P<topic>[a-z_]+))(?:=(?P<key>[^#]*))?(?:#(?P<delivery>\w+))?", re.ASCII
)
_COMMAND = re.compile(r"/([a-z_]{1,32})(?:@\w+)?(?:\s.*)?", re.IGNORECASE | re.ASCII | re.DOTALL)


def command(said: str) -> str | None:
    """The name of a slash command, without what follows it: `/cek@sapa_bot 7GQ2K` is `cek`."""
    match = _COMMAND.fullmatch(said.strip())
    return match[1].lower() if match else None


def calls_the_bot(said: str) -> bool:
    """Whether the bot itself is meant, also while an officer talks: a slash command, the menu, stop and start of messages."""
    word = plain(said)
    return command(said) is not None or word in MENU or TOPICS.get(word) in ("opt_out", "opt_in", "no_reminder")


__all__ = ["BACK", "CANCEL", "LANGUAGE", "MENU", "PAYLOAD", "TOPICS", "calls_the_bot", "command", "plain"]
