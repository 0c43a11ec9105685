"""Answers to questions about claims and their papers; the question's own words say which claim is meant."""

from collections.abc import Callable

from dialogue import Done, State, Turn, done
from handlers.cards import Card, claim_papers, claim_ways, family
from handlers.stages import mentions
from handlers.topics import topic
from locales import _

WHERE = ("di mana", "dimana", "ke mana", "kemana", "kantor mana", "online", "tautan", "link", "where", "formulir", "form")
TRACK = (
    "status klaim",
    "lacak",
    "sudah sampai mana",
    "belum cair",
    "berapa hari",
    "berapa lama",
    "prosesnya",
    "claim status",
    "my claim",
    "track",
)
WHICH = ("dokumen", "dokumennya", "berkas", "berkasnya", "syarat", "syaratnya", "papers", "documents", "document")

# The first whose words stand in the question is meant.
PAPERS: tuple[tuple[tuple[str, ...], Callable[[], Card]], ...] = (
    (
        (
            "kuitansi",
            "kwitansi",
            "receipt",
            "receipts",
            "mandarin",
            "kanton",
            "terjemah",
            "terjemahan",
            "diterjemahkan",
            "translation",
            "translate",
        ),
        claim_ways.receipts,
    ),
    (("surat keterangan ahli waris", "surat ahli waris", "heir certificate", "kelurahan", "kepala desa"), claim_ways.signatures),
    (("ahli waris", "heir", "heirs", "rekening", "rekening bank", "bank account"), family.heirs),
    (("phk", "pemecatan", "dipecat", "dismissal", "dismissed", "layoff", "fired"), claim_papers.dismissed),
    (("jaminan hari tua", "hari tua", "paklaring", "tabungan", "savings", "old age"), lambda: claim_papers.savings("age")),
    (("beasiswa", "scholarship"), claim_papers.scholarship),
    (
        ("meninggal", "kematian", "almarhum", "almarhumah", "uang duka", "jaminan kematian", "hilang di laut", "missing", "died", "death"),
        claim_papers.death,
    ),
    (
        ("kecelakaan", "kecelakaan kerja", "jaminan kecelakaan kerja", "visum", "ditabrak", "accident", "injury", "medical report"),
        claim_papers.accident_abroad,
    ),
)
# What the papers are for, when the question leans on the one before it.
BY_TOPIC: dict[str, Callable[[], Card]] = {
    "death": claim_papers.death,
    "work_accident": claim_papers.accident_abroad,
    "disability": claim_papers.accident_abroad,
    "layoff": claim_papers.dismissed,
    "scholarship": claim_papers.scholarship,
    "old_age": lambda: claim_papers.savings("age"),
}


@topic("claim", _("How to claim"))
async def claim(turn: Turn[State]) -> Done:
    asked = turn.inbound.text
    card = claim_ways.way()
    if mentions(asked, *TRACK):
        card = claim_ways.track()
    elif mentions(asked, *WHERE):
        card = claim_ways.where()
    elif mentions(asked, *WHICH):
        card = _papers(turn)
    then = {"claims": _("Papers"), "claims.more=where": _("Where to hand in"), "claims.more=track": _("Follow my claim")}
    return done(*card, then=then)


@topic("claim_documents", _("Claim papers"))
async def claim_documents(turn: Turn[State]) -> Done:
    then = {"claims": _("Papers for others"), "claims.more=where": _("Where to hand in"), "?human": _("Talk to an officer")}
    return done(*_papers(turn), then=then)


def _papers(turn: Turn[State]) -> Card:
    named = (card for phrases, card in PAPERS if mentions(turn.inbound.text, *phrases))
    return (next(named, None) or BY_TOPIC.get(turn.topic or "") or claim_papers.by_happening)()
