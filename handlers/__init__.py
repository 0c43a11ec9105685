"""Everything a worker can do here; the first dialogue is the way in."""

from dialogue import Script
from handlers import talk, welcome
from handlers.menu import menu
from handlers.topics import topic

_DIALOGUES = (menu, welcome.welcome, talk.language)

SCRIPT = Script(
    dialogues={dialogue.name: dialogue for dialogue in _DIALOGUES},
    answers=topic.answers,
    labels=topic.labels,
    arrive=welcome.arrive,
    notice=welcome.NOTICE,
    notice_version=welcome.NOTICE_VERSION,
)

__all__ = ["SCRIPT"]
