"""The conversation engine's whole vocabulary; handlers import from here and nowhere deeper."""

from dialogue.dates import born, day, day_of, day_within
from dialogue.identifiers import is_nik, kpj, kpj_or_nik, last_digits, nik
from dialogue.months import months
from dialogue.people import Dialled, asks_for_something, name, phone, shown
from dialogue.questions import Question, Unclear, choice, country, maybe, number, plain, text, yes_no
from dialogue.run import advance
from dialogue.steps import Answer, Dialogue, Done, Go, Next, Script, State, Step, Topics, Turn, done, go, stay

__all__ = [
    "Answer",
    "Dialled",
    "Dialogue",
    "Done",
    "Go",
    "Next",
    "Question",
    "Script",
    "State",
    "Step",
    "Topics",
    "Turn",
    "Unclear",
    "advance",
    "asks_for_something",
    "born",
    "choice",
    "country",
    "day",
    "day_of",
    "day_within",
    "done",
    "go",
    "is_nik",
    "kpj",
    "kpj_or_nik",
    "last_digits",
    "maybe",
    "months",
    "name",
    "nik",
    "number",
    "phone",
    "plain",
    "shown",
    "stay",
    "text",
    "yes_no",
]
