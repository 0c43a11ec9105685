"""From what people really type to what they mean: a topic, what else it may be, and whether somebody is in danger."""

from understanding.hearing import Heard, hear, is_emergency, ranking
from understanding.language import asked_for, written_in
from understanding.normaliser import is_foreign
from understanding.pasted import pasted_in
from understanding.quantities import amounts_in, months_in
from understanding.topics import TOPICS

__all__ = [
    "TOPICS",
    "Heard",
    "amounts_in",
    "asked_for",
    "hear",
    "is_emergency",
    "is_foreign",
    "months_in",
    "pasted_in",
    "ranking",
    "written_in",
]
