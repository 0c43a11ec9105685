"""Puts what was heard together: danger first, then menu words, the model, a second intent, and the question before."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from understanding import emergency, follow, menu
from understanding.model import NOT_OURS, Guess, model
from understanding.normaliser import plain, words
from understanding.pasted import gives_numbers, pasted_in

OURS = 0.8  # how likely a question must be one of ours to be answered; below, it gets the menu and a person
HARDLY_OURS = 0.5  # below, nothing is worth offering
SURE = 0.4  # how likely the topic must be right; below, the likeliest are offered ("did you mean")
SURE_ENOUGH_TO_ACT = 0.6  # of what is done at once rather than told
MOST_ALTERNATIVES = 3
LIKELY = 0.12  # a score below is not worth offering
SECOND_INTENT = 0.75  # how sure to be of a clause that means something else than the whole
FOLLOWS_BELOW = 0.9  # surer than this, a short question stands for itself
DANGER = 0.15  # how likely somebody must be in danger: missing it costs more than a false alarm
DANGER_UNNAMED = 0.25  # without any sign of it in the words themselves
PASTED = 0.7  # that a number without a word is to be looked at; where a number is asked for it is the answer
WITH_NUMBERS = ("coverage_check", "data_correction")  # what numbers of one's own are mostly told for
OF_SOMEBODY = 8  # digits: somebody's own number says nothing of what they ask
ACTED_UPON = frozenset({"opt_out", "language"})
SHORT = 24  # characters
SMALL_TALK = frozenset({"greeting", "thanks", "emergency", NOT_OURS})
_GREETINGS = frozenset(
    """halo hallo hai hi hello hey hei salam assalamualaikum assalamu alaikum asalamualaikum wr wb warahmatullahi wabarakatuh selamat pagi
    siang sore malam met permisi maaf good morning afternoon evening day dear sir madam mam sapa mbak mas bang mau tanya nanya bertanya numpang
    izin ijin""".split()
)
_LONG_NUMBER = re.compile(r"\d{5}")
_CLAUSES = re.compile(r"[,.;?!\n]+|\b(?:dan|trs|terus|sekalian|and|also|plus|lalu)\b")


@dataclass(frozen=True, slots=True)
class Heard:
    emergency: bool
    topic: str | None  # a code of topics.toml when sure, else None
    alternatives: tuple[str, ...]  # best first: "did you mean" when unsure, a second intent when sure
    confidence: float


NOTHING = Heard(False, None, (), 0.0)


def _in_danger(text: str, guess: Guess) -> bool:
    _lead, grave, serious, *_doubts = seen = emergency.weigh(text, guess.lead("emergency"))
    if not (grave or serious) and sum(len(word) > 2 for word in words(text)) < 2:
        return False  # "w1": the model alone cannot tell danger from so little
    return model().in_danger(seen) > (DANGER if grave or serious else DANGER_UNNAMED)


def _second_intents(text: str, first: str) -> tuple[str, ...]:
    """What else a message asks in a clause of its own."""
    clauses = [clause for clause in map(words, _CLAUSES.split(plain(text))) if len(clause) > 1]
    if len(clauses) < 2:
        return ()
    guesses = [model().guess(clause) for clause in clauses[: MOST_ALTERNATIVES + 1]]
    sure = (guess.topic for guess in guesses if guess.right >= SECOND_INTENT and guess.ours >= OURS)
    return tuple(dict.fromkeys(topic for topic in sure if topic not in {first, *SMALL_TALK}))[:MOST_ALTERNATIVES]


def _likely(guess: Guess) -> tuple[str, ...]:
    return tuple(topic for topic, score in guess.ranked if score >= LIKELY and topic not in SMALL_TALK)[:MOST_ALTERNATIVES]


def _beyond_the_greeting(said: list[str], guess: Guess) -> Guess:
    """What follows "halo kak, mau tanya", where that is surely a question; else the guess as it was."""
    begins = next((at for at, word in enumerate(said) if word not in _GREETINGS), len(said))
    if guess.topic != "greeting" or not 0 < begins < len(said) - 1:
        return guess
    rest = model().guess(said[begins:])
    return (
        rest if rest.ours >= OURS and rest.right >= SURE and rest.topic not in {*SMALL_TALK, "human"} else guess
    )  # "halo, ada orang?" only greets


def is_emergency(text: str) -> bool:
    said = words(text)
    return bool(said) and _in_danger(text, model().guess(said))


def ranking(text: str) -> tuple[tuple[str, float], ...]:
    """Every topic with its score, best first; empty when nothing was said."""
    said = words(text)
    return model().guess(said).ranked if said else ()


def hear(text: str, last_topic: str | None = None) -> Heard:
    """The topic if it is sure, else the likeliest ones; an emergency before everything."""
    # What everybody answers ("tidak ada", "di taiwan", "12 maret 2027") is remembered; longer words and numbers are somebody's own.
    if len(text) <= SHORT and not _LONG_NUMBER.search(text):
        return _remembered(text, last_topic)
    return _hear(text, last_topic)


@lru_cache(2048)
def _remembered(text: str, last_topic: str | None) -> Heard:
    return _hear(text, last_topic)


def _hear(text: str, last_topic: str | None) -> Heard:
    said = words(text)
    if not said:
        return NOTHING
    asked = [word for word in said if len(word) < OF_SOMEBODY or not word.isdecimal()]
    guess = _beyond_the_greeting(asked, model().guess(asked or said))
    if _in_danger(text, guess):
        return Heard(True, "emergency", _likely(guess), 1.0)
    if named := menu.topic(said):
        return Heard(False, named, (), 1.0)
    confidence = guess.ours * guess.right
    if last_topic and confidence < FOLLOWS_BELOW and (after := follow.topic_after(said, text, last_topic)):
        return Heard(False, after, (), confidence)
    if pasted_in(text):
        return Heard(False, "scam", (), PASTED)
    if gives_numbers(text):
        return Heard(False, None, WITH_NUMBERS, PASTED)
    if guess.ours < OURS:
        likely = _likely(guess) if guess.ours > HARDLY_OURS else ()
        return Heard(False, NOT_OURS if guess.ranked[0][0] == NOT_OURS else None, likely, confidence)
    if guess.right < (SURE_ENOUGH_TO_ACT if guess.topic in ACTED_UPON else SURE):
        return Heard(False, None, _likely(guess), confidence)
    return Heard(False, guess.topic, _second_intents(text, guess.topic), confidence)
