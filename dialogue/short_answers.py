"""Reads short answers as people write them: "ga ada kak", "yes i have it", "tidak, kartunya hilang"."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TypeAlias, TypeVar

from understanding.normaliser import words

A = TypeVar("A")
Options: TypeAlias = tuple[tuple[str, A], ...]  # what is said, and what it means

MOST_WORDS = 6  # beyond, it is a story rather than an answer
_ASKING = re.compile(
    r"\?|\b(apa|apakah|apaan|berapa|brp|brapa|gimana|gmn|bagaimana|bgmn|kapan|kpn|kenapa|knp|mengapa|siapa|mana|dimana|dmn|bisa (ga|gak|nggak)"
    r"|bs (ga|gak)|boleh (ga|gak)|caranya|cara|how|what|when|where|why|who|which|can i|do i|is it|am i|are there)\b"
)
_CLAUSES = re.compile(r"[,.;:!\n]+")
# Words as `understanding.words` spells them ("blm" is "belum").
_SURE = frozenset("ya iya iyaa iye yo yes yess yep yeah yea yoi nggih inggih".split())
_YES = _SURE | frozenset(
    "betul benar bener sudah oke ok okay sure right correct agree setuju bersedia boleh siap ada punya have do course silakan silahkan monggo".split()
)
_NO = frozenset("tidak belum bukan jangan tak salah no nope not never none wrong ora".split())
_BESIDE = frozenset(  # what may stand beside a yes or a no without changing it
    """saya aku kami i we it them this that am has my the a an any one yet of course nya itu ini semua dua duanya semuanya sekarang now really
    sekali banget please sir madam mam maaf sorry oh eh kartu kartunya card nik kpj ktp nomor nomornya number bawa simpan pegang perlu usah mau
    pernah hp tangan dekat sini here with me at hand ingat you can may use pakai""".split()
)
_BY_THE_WAY = frozenset(
    "masih lagi sedang sudah yang di ke dari untuk karena jadi pilih ingin minta tolong still already been was because for to in want would like".split()
)
_THANKS = frozenset("terima kasih thanks thank you".split())
_ONESELF = frozenset("saya aku i".split())
_HEDGES = frozenset("tapi but kalau jika if asal mungkin maybe tahu know atau or".split())


def asks(said: str) -> bool:
    """Whether a text looks like a question of its own, rather than the answer to ours."""
    return _ASKING.search(said.casefold()) is not None


def yes_or_no(raw: str) -> bool | None:
    """What a short answer says, if it leaves no doubt; a reason after a comma may be anything that asks nothing."""
    if asks(raw):
        return None
    first, *reason = [clause for clause in _CLAUSES.split(raw) if clause.strip()] or [""]
    answer = _plainly(words(first) if first.strip().casefold() != "no" else ["no"])
    if answer and not _HEDGES.isdisjoint(words(" ".join(reason))):
        return None  # "yes, but": whoever agrees to something must do so without a but
    return answer


def _plainly(said: list[str]) -> bool | None:
    meant = set(said)
    if not said or len(said) > MOST_WORDS:
        return None
    rest = meant - {"nomor"}
    if said[0] == "nomor" and rest and (rest <= _THANKS or not _NO.isdisjoint(rest)):
        meant = rest | {"no"}  # "no thanks", "no i dont": spelt out as Indonesian, where it is short for a number
    if not meant.isdisjoint(_NO):
        asking = said[-1] == "tidak" and said[0] not in _SURE | _NO  # "ada nik ga": a question
        return False if meant <= _YES | _NO | _BESIDE | _THANKS and not asking else None
    return True if meant <= _YES | _BESIDE and meant & _YES else None


def option_in(raw: str, options: Options[A]) -> A | None:
    """The one option that a short answer names with nothing that matters beside it ("masih di luar negeri kak")."""
    said = _told(raw)
    if not said or len(said) > MOST_WORDS or asks(raw):
        return None
    line, named = f" {' '.join(said)} ", set[A]()
    for phrase, option in _longest_first(options):
        if f" {phrase} " in line:
            line = line.replace(f" {phrase} ", "  ")
            named.add(option)
    return named.pop() if len(named) == 1 and _BESIDE.union(_BY_THE_WAY).issuperset(line.split()) else None


@lru_cache(128)  # a question's options are few; buttons that were shown to somebody are without number
def _longest_first(options: Options[A]) -> list[tuple[str, A]]:
    parts = ((" ".join(_told(part)), option) for phrase, option in options for part in phrase.split("/"))
    return sorted(((part, option) for part, option in parts if part and part not in _YES | _NO), key=lambda one: -len(one[0]))


def says_one_of(raw: str, phrases: tuple[str, ...]) -> bool:
    """Whether somebody says one of these phrases and nothing beside it, however they spell it ("ga tau kak")."""
    return " ".join(_told(raw)) in _spelt(phrases)


def mentions_one_of(raw: str, phrases: tuple[str, ...]) -> bool:
    """Whether one of these phrases stands anywhere in what is said ("bulannya lupa")."""
    line = f" {' '.join(words(raw))} "
    return any(f" {phrase} " in line for phrase in _spelt(phrases))


@cache
def _spelt(phrases: tuple[str, ...]) -> frozenset[str]:
    return frozenset(" ".join(_told(phrase)) for phrase in phrases) - {""}


def _told(raw: str) -> list[str]:
    """Words as they are spelt out, less who says them."""
    return [word for word in words(raw) if word not in _ONESELF]
