"""Questions that lean on the one before: "kalau 3 tahun?", "dokumennya?", "berapa?"."""

from __future__ import annotations

from understanding.quantities import amounts_in, months_in

_SHORT = 6  # words; longer questions say themselves what they are about
_OPENS = frozenset(
    "kalau misal terus lalu dan and then what if also juga bagaimana tapi but so or atau kan or untuk yang how for same sama kalo".split()
)
_PAPERS = frozenset(
    "dokumen dokumennya berkas berkasnya surat suratnya syarat syaratnya papers documents document requirements persyaratan".split()
)
_COST = frozenset("much berapa berapanya biaya biayanya harga harganya iurannya cost price bayarnya totalnya".split())
_HOW = frozenset("where mana dimana kemana bagaimana cara caranya how langkahnya prosesnya step steps prosedurnya".split())
_LIMIT = frozenset("batas batasnya deadline kapan when".split())
# Words that say nothing of what is asked.
_FILLING = frozenset(
    "is the a an of for what are which do i need itu ini nya ya min kak mas mbak apa saja dong sih tolong please then terus dan and kalau jadi sampai".split()
)
_BARE = _PAPERS | _COST | _HOW | _LIMIT  # a question of these alone leans on the one before
_HAPPENED = frozenset(
    "work_accident disability death layoff failed_departure failed_placement violence lost_belongings repatriation claim".split()
)


def _about(said: set[str], last: str) -> str | None:
    """What a bare "papers?", "how?" or "how much?" is about, given the topic before."""
    if said & _PAPERS:
        return "claim_documents" if last in _HAPPENED | {"scholarship", "old_age", "claim_documents"} else last
    if said & _COST and last in {"register", "extension", "joining", "mandatory", "eligibility", "payment", "benefits_overview"}:
        return "contribution"
    if said & (_HOW | _LIMIT) and last in _HAPPENED | {"claim", "claim_documents"}:
        return "claim"
    if said & _HOW and last == "contribution":
        return "payment"
    return None


def topic_after(said: list[str], text: str, last: str) -> str | None:
    """The topic a short question means after another, or None if it stands for itself."""
    if not said or len(said) > _SHORT:
        return None
    spoken = set(said)
    if spoken - _FILLING <= _BARE and (about := _about(spoken, last)):
        return about
    if said[0] in _OPENS or months_in(text) is not None or amounts_in(text):
        return last
    return None
