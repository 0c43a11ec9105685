"""By which names people reach us, as links and posters carry them: out of the settings."""

from __future__ import annotations

from bot.settings import Settings
from storage.links import Doors


def doors_of(settings: Settings) -> Doors:
    return Doors(settings.public_url.rstrip("/"), settings.telegram_name.lstrip("@"), settings.whatsapp_number.lstrip("+"))
