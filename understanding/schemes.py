"""By which way somebody goes abroad, if the message says so: through an agency, alone, or on with a contract there."""

from __future__ import annotations

import re

from understanding.normaliser import plain, words

_BANK = re.compile(
    r"(?:bank|atm|rekening|livin|m banking|mbanking|banking) mandiri|mandiri (?:online|internasional|international|remit\w*)"
)
# The normaliser writes "agensi" for PT, P3MI, PJTKI, agen, agency and the like, and "perpanjang" for extend and renew.
_EXTENSION = re.compile(
    r"(?<!\w)(?:(?:di|mem)?perpanjang\w*|extension|extending|renewing|rehir\w+|re (?:hiring|entry)|(?:lanjut\w*|sambung|tambah) kontrak"
    r"|kontrak (?:baru|lagi) (?:sama|dengan)|(?:second|another|new) kontrak with|sign(?:ed)? (?:again|another))(?!\w)"
)
_ALONE = re.compile(
    r"(?<!\w)(?:mandiri|perseorangan|perorangan|direct hir\w+|independent(?:ly)?|on my own|by myself|go alone"
    r"|(?:berangkat|pergi|jalur|jalan|kerja) (?:sendiri(?:an)?|mandiri)"
    r"|(?:tidak|bukan|tanpa|without|no|not) (?:an? |the |any )?(?:(?:lewat|melalui|pakai|punya|ada|dari|through|with|via) )*(?:an? |the |any )?agensi)(?!\w)"
)
_PLACED = re.compile(
    r"(?<!\w)(?:(?:lewat|melalui|pakai|dari|sama|dengan|ikut|via|by|through|with|from) (?:an? |the |my )?agensi|diberangkatkan agensi)(?!\w)"
)
_BY_GOVERNMENT = re.compile(r"(?<!\w)(?:g ?(?:to|2) ?g|p ?(?:to|2) ?p)(?!\w)")


def scheme_in(text: str) -> str | None:
    """`placed`, `perseorangan` or `extension`; None when nothing is said. "Mandiri" alone is a way to go, "bank mandiri" is not."""
    said = _BANK.sub(" ", " ".join(words(text)))
    if _EXTENSION.search(said):
        return "extension"
    if _ALONE.search(said):
        return "perseorangan"
    return "placed" if _PLACED.search(said) or by_government(text) else None


def by_government(text: str) -> bool:
    """Whether a placement from government to government is meant ("G to G", "g2g")."""
    return _BY_GOVERNMENT.search(plain(text)) is not None
