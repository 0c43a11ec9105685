"""How a claim goes, whatever it is for: in which order, where to hand in, who signs, and how to follow it."""

import facts
from facts import Contact
from handlers.cards import Card, closing, days, service, source
from locales import Lines, Phone, Text, _


def way() -> Card:
    """The whole way of a claim, when nobody said for what."""
    return (
        _(
            "You claim at BPJS Ketenagakerjaan: {phone}, the JMO application or a branch office in Indonesia.",
            phone=service(),
        ),
        steps(),
        _("If a member died, the heirs claim. By when was not found, so do it soon."),
        _("Which papers you need depends on what happened. Nobody needs your OTP code or PIN for a claim."),
        closing(facts.papers("jkk_abroad"), facts.papers("jkm")),
    )


def steps() -> Text:
    """In which order (the articles about reports)."""
    report = facts.deadline("jkk_report")
    assert report.days_before_expiry
    return _(
        "First report the accident, then hand in the papers. Report as soon as you can, at the latest {days} before the time to claim ends ({article}).",
        days=days(report.days_before_expiry),
        article=report.citation,
    )


def where() -> Card:
    jmo, chat, form = (facts.contact(id) for id in ("jmo_android", "bpjstk_wa_pmi", "bpjstk_eklaim_pmi"))
    ways = (
        _("the JMO application (Jamsostek Mobile): claims, and free calls from abroad (as of {month})", month=jmo.as_of),
        _("a branch office of BPJS Ketenagakerjaan in Indonesia"),
        _("telephone {phone}; from abroad through JMO", phone=service()),
        _("WhatsApp for migrant workers: {phone} (as of {month}, may have changed)", phone=_phone(chat), month=chat.as_of),
        _("e-claim for migrant workers: {address} (we could not try it, ask {phone} first)", address=form.address, phone=service()),
    )
    return (
        _("You can claim here:\n{ways}", ways=Lines(ways)),
        _("Nobody needs your OTP code or PIN for a claim. Please do not send papers to this chat."),
    )


def _phone(contact: Contact) -> Phone:
    assert contact.phone
    return contact.phone


def track() -> Card:
    return (
        _(
            "You can follow a claim at {address}, in the JMO application or by calling {phone}.",
            address=facts.contact("bpjstk_tracking").address,
            phone=service(),
        ),
        _(
            "How many days BPJS Ketenagakerjaan may take was not found. If nothing moves, ask which paper is missing, and note day and name."
        ),
        _("I cannot see claims here. An officer can ask for you."),
    )


def no_letter() -> Card:
    accident, dismissal = facts.papers("jkk_abroad"), facts.papers("phk_unilateral")
    return (
        _(
            "For a work accident the letter need not come from the employer: the Indonesian mission, KDEI or the labour office there may write it ({article}).",
            article=accident.citation,
        ),
        _(
            "For a dismissal they ask for the employer's letter in practice. A mission may refuse to write one, and branches differ ({source}).",
            source=dismissal.amount_source,
        ),
        _("Keep the contract, messages and pay slips, and ask an officer before you claim. A refusal need not be the last word."),
        source(accident),
    )


def receipts() -> Card:
    return (
        _("In which language receipts and letters must be, and whether a sworn translation is needed, was not found."),
        _(
            "Keep the originals and ask for a receipt that shows name, date and sum. Ask {phone} or an officer before you pay for a translation.",
            phone=service(),
        ),
        source(facts.papers("jkk_abroad")),
    )


def signatures() -> Card:
    accident, host, death = (facts.papers(id) for id in ("jkk_abroad", "jkk_host_insurance", "jkm"))
    who = (
        _("accident abroad: the employer, the Indonesian mission, KDEI or the labour office there"),
        _("what other insurance paid: that insurer or the mission"),
        _("death: a doctor, an official, the mission or KDEI"),
        _("a missing worker: the mission or KDEI"),
    )
    return (
        _("Who signs the letters:\n{who}", who=Lines(who)),
        _(
            "Who signs the heir certificate (surat keterangan ahli waris) was not found. Ask at your village office (desa or kelurahan) or {phone}.",
            phone=service(),
        ),
        source(accident, host, death),
    )


__all__ = ["no_letter", "receipts", "signatures", "steps", "track", "way", "where"]
