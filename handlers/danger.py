"""What kind of danger a message tells of, so that the first words fit it."""

from enum import StrEnum

from handlers.stages import mentions


class Danger(StrEnum):
    OTHERS = "others"  # somebody does harm, or anything we cannot tell
    HURT = "hurt"  # a body in need of an ambulance
    DESPAIR = "despair"  # somebody may harm themselves


HURT = (
    *("pingsan", "tidak sadar", "tidak sadarkan", "hilang kesadaran", "tidak bangun", "tidak bergerak", "tidak bernapas", "tidak napas"),
    *("sesak napas", "sesak", "susah napas", "kejang", "pendarahan", "perdarahan", "berdarah", "darah", "muntah darah", "kritis", "koma"),
    *("sekarat", "serangan jantung", "henti jantung", "stroke", "keracunan", "overdosis", "tenggelam", "kesetrum", "tersengat"),
    *("tertimpa", "tertabrak", "ketabrak", "ditabrak", "tabrakan", "kecelakaan", "ambulan", "ambulans", "ambulance", "terbakar"),
    *("minum racun", "minum baygon", "minum pemutih", "luka parah", "jatuh dari", "patah"),
    *("faint", "fainted", "fainting", "passed out", "unconscious", "not breathing", "can not breathe", "bleeding", "bleed", "blood"),
    *("heart attack", "seizure", "poisoned", "overdose", "collapsed", "accident", "crash", "drowning", "burned", "hit by", "fell from"),
)
DESPAIR = (
    *("bunuh diri", "bundir", "bunuhdiri", "akhiri hidup", "mengakhiri hidup", "akhiri hidupku", "ingin mati", "mau mati", "pengin mati"),
    *("lebih baik mati", "mending mati", "mati saja", "tidak ingin hidup", "tidak mau hidup", "tidak kuat hidup", "tidak sanggup hidup"),
    *("capek hidup", "lelah hidup", "bosan hidup", "gantung diri", "sakiti diri", "menyakiti diri", "melukai diri", "sayat nadi"),
    *("suicide", "suicidal", "kill myself", "killing myself", "end my life", "end it all", "want to die", "better off dead"),
    *(
        "wish i was dead",
        "do not want to live",
        "tired of life",
        "tired of living",
        "no reason to live",
        "hurt myself",
        "harm myself",
        "self harm",
    ),
)


def danger_in(text: str) -> Danger:
    """A body comes first: who fainted after poison needs the ambulance before any other word."""
    if mentions(text, *HURT):
        return Danger.HURT
    return Danger.DESPAIR if mentions(text, *DESPAIR) else Danger.OTHERS


__all__ = ["Danger", "danger_in"]
