"""What the chat page itself says around the conversation: names of its buttons, and when there is no network."""

from __future__ import annotations

from dataclasses import dataclass

from facts import contact
from locales import LANGUAGES, Phone, Text, Written, _, render


@dataclass(frozen=True)
class Hotline:
    """Whom to call in danger, before a word was typed and without a line to us: a number and whose it is, both facts."""

    name: Written
    phone: Phone

    @property
    def shown(self) -> str:
        return self.phone.shown

    @property
    def dial(self) -> str:
        return "".join(character for character in self.shown if character in "+0123456789")


def hotline() -> Hotline:
    """The Foreign Ministry's, which answers at any hour from any country."""
    found = contact("kemlu_pwni")
    if found.phone is None or not found.all_day:
        raise ValueError("the hotline for danger must have a number that answers day and night")
    return Hotline(found.owner, found.phone)


# "#" stands for a number that only the page knows.
WORDS: dict[str, Text] = {
    "promise": _("Free. We never ask for money or an OTP."),
    "skip": _("Go to the message box"),
    "log": _("Conversation"),
    "you": _("You"),
    "write": _("Write a message"),
    "send": _("Send"),
    "choices": _("Choices"),
    "typing": _("Sapa is writing"),
    "unsent": _("Not sent yet"),
    "newer": _("New message"),
    "call": _("Call {number}", number="#"),
    "copy": _("Copy the number {number}", number="#"),
    "copied": _("The number is copied"),
    "offline": _("No network. What you write stays here and is sent as soon as there is one."),
    "busy": _("Very busy just now. Your message is sent by itself in a moment."),
    "too_long": _("This message is too long for us. Please send it in two parts."),
    "look": _("Display and language"),
    "large": _("Large text"),
    "plain": _("Plain view"),
    "quit": _("Quick exit"),
    "quit_hint": _("Empties the screen and forgets this chat on this phone. Or press Esc twice."),
    "watched": _("Does somebody check your phone? Quick exit empties this page at once."),
    "script": _("This page needs JavaScript. Please switch it on, or call the number above."),
    "weather": _("Weather"),
    "no_weather": _("No data yet."),
}


def words_in(language: str, hotline: Hotline | None) -> dict[str, str]:
    said = {key: render(text, language) for key, text in WORDS.items()}
    if hotline:
        said["danger"] = render(_("In danger? {name}, day and night:", name=hotline.name), language)
    return {"language": language, **said}


def all_words(hotline: Hotline | None) -> dict[str, dict[str, str]]:
    """Each language's words: the page carries them all, so that it can change its language with the conversation."""
    return {language: words_in(language, hotline) for language in LANGUAGES}
