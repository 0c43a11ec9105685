"""Tells in which of our languages a message is written, and which one somebody asks for."""

from __future__ import annotations

import re
from typing import Literal

from understanding.normaliser import ENGLISH, tokens

Language = Literal["id", "en"]

# What nobody writes in English, by how often people write it to us. Two of them and a message counts as Indonesian.
INDONESIAN = frozenset(
    """saya sy aku sya gw gue kami kita ga gak nggak enggak tidak tdk gk ngga bukan belum blm sudah udah sdh udh apa apakah berapa brp siapa
    kapan kpn gimana gmn gmana bagaimana bgmn dimana mana kenapa knp di ke dari dr yg yang ini itu ada bisa bs mau mo boleh harus hrs minta
    tolong kalau kalo klo untuk utk buat dengan dgn sama tapi tp karena krn dan atau juga jg lagi lg masih msh nya aja saja kok sih dong kak pak
    bu ya kah pas terus trs dapat dpt dapet punya pny nih lah gini gitu jadi jd cuma pernah tau tahu semua tiap sampai lalu sebelum setelah
    kerja bayar klaim kontrak daftar pulang anak kartu nomor bulan tahun hari uang orang meninggal lewat santunan baru rumah kecelakaan sakit
    cara ganti surat kena lama biaya ditanggung lapor kapal kantor waktu perpanjang pake pakai cek gaji asuransi dulu hilang ilang nama masuk
    berangkat pindah iuran habis sekarang petugas keluarga salah tiket negeri suami istri ibu teman temen takut cuti kirim butuh bantu bantuan""".split()
)
OUTWEIGHS = 3  # times the words of the other language: workers mix them ("kalo contract nya break gimana")

_NAMES: dict[str, Language | None] = {
    **dict.fromkeys(("english", "inggris", "ingris", "inggeris", "inggrisnya", "eng"), "en"),
    **dict.fromkeys(("indonesia", "indonesian", "indo", "indonesianya"), "id"),
    **dict.fromkeys(
        "jawa jowo javanese sunda sundanese madura sasak melayu malay mandarin chinese kanton cantonese arab arabic tagalog".split()
    ),
}
_UNWANTED = frozenset(
    "no not dont cant cannot why tidak tdk ga gak gk nggak ngga enggak bukan jangan jgn kurang ra ora boten teu kok kenapa knp mengapa".split()
)
_CLAUSES = re.compile(r"[,;!?\n]")
_NEAR = 3  # words between a language and what speaks against it
OTHER: dict[Language, Language] = {"id": "en", "en": "id"}


def written_in(text: str) -> Language | None:
    """The language of a message, where its small words leave no doubt; None for a number, a name, a word or a mixture."""
    said = set(tokens(text))
    english, indonesian = len(said & ENGLISH), len(said & INDONESIAN)
    if english > 1 and english > OUTWEIGHS * indonesian:
        return "en"
    if indonesian > 1 and indonesian > OUTWEIGHS * english:
        return "id"
    return None


def asked_for(text: str) -> Language | Literal["another"] | None:
    """The language somebody names ("bisa bahasa inggris?"), or the other one where they name what they cannot read; None if none is named."""
    unwanted: Language | None = None
    for clause in _CLAUSES.split(text):
        said = tokens(clause)
        against = {at for at, word in enumerate(said) if word in _UNWANTED and at < len(said) - 1}  # "bisa inggris ga?" refuses nothing
        for at, word in enumerate(said):
            if word in _NAMES and not any(abs(at - place) <= _NEAR for place in against):
                return _NAMES[word] or "another"
            unwanted = unwanted or _NAMES.get(word)
    return OTHER[unwanted] if unwanted else None
