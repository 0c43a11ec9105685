"""Where in their working life somebody is, as a question asks it and as people say it by the way."""

from collections.abc import Iterable
from enum import StrEnum

from locales import _
from understanding.normaliser import words


class Stage(StrEnum):
    BEFORE = "before"
    DURING = "during"
    AFTER = "after"  # back in Indonesia; where the buttons offer it, also for a home leave
    LEAVE = "leave"  # said by the way only: the contract goes on


STAGES = {
    Stage.BEFORE: _("Before departure"),
    Stage.DURING: _("Working abroad"),
    Stage.AFTER: _("On leave or back"),
}

SAID = {
    Stage.LEAVE: ("cuti", "on leave", "home leave"),
    Stage.AFTER: (
        *("setelah pulang", "sesudah pulang", "sudah pulang", "habis pulang", "setelah kontrak", "sesudah kontrak", "setelah tiba"),
        *("tiba di indonesia", "sudah di rumah", "sudah di indonesia", "sudah di kampung"),
        *(
            "after return",
            "after returning",
            "after the return",
            "after coming home",
            "came home",
            "went home",
            "back home",
            "back in indonesia",
        ),
    ),
    Stage.BEFORE: (
        *("sebelum berangkat", "belum berangkat", "sebelum terbang", "belum terbang", "sebelum bekerja", "asrama", "balai latihan"),
        *("before departure", "before leaving", "before i leave", "before flying", "before i go", "training center"),
    ),
}


def mentions(text: str, *phrases: str) -> bool:
    """Whether one of these phrases stands in a text, whole words only, chat abbreviations spelt out."""
    return _mention(f" {' '.join(words(text))} ", phrases)


def _mention(said: str, phrases: Iterable[str]) -> bool:
    return any(f" {phrase} " in said for phrase in phrases)


def stage_in(text: str) -> Stage | None:
    """The stage somebody names by the way ("meninggal stlh plg"), if any."""
    said = f" {' '.join(words(text))} "
    return next((stage for stage, phrases in SAID.items() if _mention(said, phrases)), None)


__all__ = ["STAGES", "Stage", "mentions", "stage_in"]
