"""Who may and who must be a member, who bears the cost, and what is not ours: the answers to those questions."""

import facts
from dialogue import Done, State, Turn, done
from handlers.cards import Card, months, service
from handlers.cards.enrolment import address, register_before, requirement
from handlers.contributions import how_much
from handlers.joining import place_in
from handlers.missions import ALONE, OFFER, found_out, here
from handlers.stages import mentions
from handlers.topics import topic
from locales import Citation, Joined, Lines, Phone, _
from understanding import months_in
from understanding.schemes import scheme_in

JOIN = {"joining": _("How to register"), "interest": _("Leave my name"), "contributions": _("Cost")}
WITHOUT_COST = {"joining": _("How to register"), "interest": _("Leave my name")}
ASK = {"?human": _("Talk to an officer"), "help": _("Help and hotlines"), "joining": _("How to register")}
HIDDEN = (
    *("overstay", "tidak resmi", "kabur", "tanpa dokumen", "tanpa visa", "visa turis", "turis", "ziarah", "umrah", "gelap", "dilaporkan"),
    *(
        "tidak ada kontrak",
        "tidak ada dokumen",
        "tanpa kontrak",
        "no papers",
        "no documents",
        "no visa",
        "ran away",
        "tourist visa",
        "reported",
    ),
)
NOT_SHOWN = (
    *("pelaut", "kapal", "seafarer", "seaman", "ship", "magang", "trainee", "intern", "internship", "mahasiswa", "student", "pelajar"),
    *("au pair", "working holiday", "permanent resident", "freelancer", "freelance", "remote", "menikah", "nikah", "married"),
    *("umur", "usia", "age", "year old", "how old", "pensiun", "dipenjara", "penjara", "prison"),
)


@topic("mandatory", _("Is it required?"))
async def mandatory(turn: Turn[State]) -> Done:
    law, rule, today = facts.cite("uu-18-2017", "5(d)"), facts.regulation("permenaker-4-2023"), facts.rate("jht").as_of
    place = place_in(turn)
    told = await found_out(turn, place.iso if place else None) or requirement(place) or (_("Not every mission asks for it."),)
    return done(
        _(
            "Yes. Every Indonesian migrant worker must be registered for JKK (work accident) and JKM (death). "
            "Old-age savings (JHT) are your choice. ({law}; {rule}. Checked on {day})",
            law=law,
            rule=Citation(rule.short, fact=rule.id),
            day=today,
        ),
        *told,
        ALONE,
        then={**WITHOUT_COST, **OFFER} if here(turn.contact.country) else JOIN,
    )


@topic("who_pays", _("Who pays?"))
async def who_pays(_turn: Turn[State]) -> Done:
    alone, before = facts.cost("perseorangan", 24), facts.cost("placed", 24)
    return done(
        _(
            "By the rule the member, so you, pays ({rule}). Who should bear it in the end is disputed.",
            rule=facts.cite("permenaker-4-2023", "18-20"),
        ),
        _(
            "No cost of placement may be put on a worker ({law}). An older rule lists social security as a personal cost "
            "of the worker, the employer or both ({older}). A newer rule on costs, {newer}, I could not read.",
            law=facts.cite("uu-18-2017", "30"),
            older=facts.cite("perka-bp2mi-02-2020", "3"),
            newer=facts.regulation("permen-p2mi-17-2025").short,
        ),
        _(
            "Was more taken from you? For {length} the sum is {alone}, or {placed} through an agency (P3MI). "
            "Ask for the proof of payment and for your membership number (KPJ). An officer can look at it with you.",
            length=months(facts.rate("perseorangan_24").months),
            alone=alone.total,
            placed=before.total,
        ),
        then={"?human": _("Talk to an officer"), "contributions": _("Cost"), "coverage": _("Check status")},
    )


@topic("eligibility", _("Who may join"))
async def eligibility(turn: Turn[State]) -> Done:
    said = turn.inbound.text
    if mentions(said, *HIDDEN):
        return done(*_without_papers(), then=ASK)
    if mentions(said, *NOT_SHOWN):
        return done(*_not_shown(), then=ASK)
    scheme = scheme_in(said)
    if scheme and months_in(said):
        return how_much(said, turn.contact.country)
    if scheme == "perseorangan":
        yes = _("Yes, you may join on your own, without an agency (P3MI). This way is called perseorangan.")
        return done(yes, *register_before(scheme), then=JOIN)
    return done(*_two_kinds(), then=JOIN)


def _two_kinds() -> Card:
    first, later = facts.papers("register_before_work"), facts.papers("register_during_work")
    return (
        _("Yes, if you are an Indonesian who works abroad or is about to. There are two ways: placed by an agency (P3MI), or on your own."),
        _("Needed before you leave: {first}. Needed abroad: {later}.", first=Joined(first.items), later=Joined(later.items)),
        _(
            "I found no age limit, and nothing about trainees, students or seafarers. If that is you, ask {phone} or an officer. "
            "(Basis: {rule}. Checked on {day})",
            phone=service(),
            rule=first.citation,
            day=first.as_of,
        ),
    )


def _without_papers() -> Card:
    row, kemlu = facts.papers("register_during_work"), facts.contact("kemlu_pwni").phone
    return (
        _("You can ask me anything. I do not ask about your papers, and I report nobody."),
        _(
            "To register from abroad one needs: {papers} ({rule}). What is possible without them, I do not know. "
            "An officer can answer that, also without your name.",
            papers=Joined(row.items),
            rule=row.citation,
        ),
        _("For help in any trouble, Indonesians abroad can call Kemlu, day and night: {phone}.", phone=kemlu),
    )


def _not_shown() -> Card:
    row = facts.papers("register_during_work")
    return (
        _("I am not sure about your case. What I have read does not say how age, seafarers, trainees, students or residents are treated."),
        _(
            "Sure is: members are Indonesian migrant workers, placed by an agency (P3MI) or on their own. Abroad they register with: {papers}. "
            "({rule}. Checked on {day})",
            papers=Joined(row.items),
            rule=row.citation,
            day=row.as_of,
        ),
        _("Please ask {phone}, or let an officer look at it.", phone=service()),
    )


@topic("health_insurance", _("BPJS Kesehatan"))
async def health_insurance(_turn: Turn[State]) -> Done:
    treatment = facts.benefit("jkk_treatment_abroad")
    return done(
        _("That is BPJS Kesehatan, another institution. Its card, dues and clinics I cannot see; please ask there."),
        _(
            "I know BPJS Ketenagakerjaan for migrant workers. It pays after a work accident, abroad up to {amount} a case ({source}), "
            "and when a worker dies. An ordinary illness or a birth is not among its benefits.",
            amount=treatment.max_amount,
            source=treatment.amount_source,
        ),
        _("Dues for the one do not count for the other. Checked on {day}.", day=treatment.as_of),
        then={"benefits": _("Benefits"), "coverage": _("Check status"), "menu": _("Menu")},
    )


@topic("agency", _("Check an agency"))
async def agency(turn: Turn[State]) -> Done:
    partner = await turn.store.partners.named(turn.contact.last_link)
    link = (
        (_("You came by the link of {partner}, a partner of this office. That says nothing about its licence.", partner=partner.name),)
        if partner and partner.kind == "p3mi"
        else ()
    )
    ways = (
        _("On the web: {site}", site=address("siskop2mi")),
        _("From Indonesia: {phone}", phone=_phone("kp2mi_domestic")),
        _("From abroad: {phone}", phone=_phone("kp2mi_abroad")),
        _("WhatsApp: {phone} (as of {day}, may have changed)", phone=_phone("kp2mi_wa"), day=facts.contact("kp2mi_wa").as_of),
    )
    return done(
        _("I hold no list of licences, and I recommend no company. Ask KP2MI whether the company (P3MI) may send workers:"),
        Lines(ways),
        *link,
        _(
            "Before you leave, ask the company for the placement agreement, your work contract and your membership number (KPJ). "
            "Pay nothing without a receipt."
        ),
        then={"coverage": _("Check status"), "joining": _("How to register"), "?human": _("Talk to an officer")},
    )


def _phone(contact: str) -> Phone:
    phone = facts.contact(contact).phone
    assert phone
    return phone
