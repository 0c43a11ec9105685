"""How one registers and goes on with membership, in words: steps, papers, and what the mission of a country asks for."""

import facts
from facts import Country, Mission
from handlers.cards import Card, months, service
from locales import Citation, Joined, Lines, Quantity, Sayable, Text, Written, _

PORTAL = "bpjstk_portal_pmi"


def address(contact: str) -> Written:
    """An address of the facts as it is typed."""
    typed = facts.contact(contact).address
    return Written({"id": typed, "en": typed}, contact)


def register_before(scheme: str | None) -> Card:
    """Before departure, by the way they go; without a way, for both."""
    return (_who_registers(scheme), _steps(), _papers("register_before_work"))


def register_abroad(country: Country | None, found: Card = ()) -> Card:
    """`found`: what officers found out about the missions there, which counts before what the facts say."""
    row = facts.contact("jmo_android")
    assert row.as_of
    ways: list[Sayable] = [
        _("The JMO app, which has registration for migrant workers (as of {day}).", day=row.as_of),
        _("The portal {portal}, with your NIK.", portal=address(PORTAL)),
        *_at_the_mission(country),
    ]
    head = (
        _("Yes, you can also register from {country}:", country=country.name) if country else _("Yes, you can also register from abroad:")
    )
    return (head, Lines(tuple(ways)), *(found or requirement(country)), _papers("register_during_work", "8(3)"))


def extend(country: Country | None, length: int | None = None, *, ended: bool = False, found: Card = ()) -> Card:
    """Going on with membership; for somebody whose membership has ended, first whether that can be. `found` as in register_abroad."""
    cost = facts.cost("extension", length or 24)
    price = _(
        "An extension costs {each} for every month, paid at once. For {length} that is {total}. ({article})",
        each=cost.parts[0].each,
        length=months(Quantity(cost.months)),
        total=cost.total,
        article=cost.parts[0].citation,
    )
    lapsed = _("If your membership ended long ago: whether it goes on or begins anew, I have not found. Ask {phone}.", phone=service())
    first = (lapsed, price) if ended else (price,)
    last = () if ended else (lapsed,)
    return (*first, _where_to_extend(country), *(found or requirement(country)), *last, _papers("register_during_work"))


def requirement(country: Country | None) -> Card:
    """What the missions of a country ask for, as far as anybody wrote it down; nothing without a country."""
    if country is None or country.iso == "ID":
        return ()
    there = facts.missions_in(country.iso)
    told = tuple(_required(mission) for mission in there if mission.membership_required != "unknown")
    if told:
        return told
    if len(there) == 1:
        return (_("Whether {mission} asks for it, I do not know.", mission=there[0].name),)
    return (_("Whether the Indonesian missions in {country} ask for it, I do not know.", country=country.name),)


def _required(mission: Mission) -> Text:
    match mission.membership_required, mission.required_for:
        case "yes", "extension":
            return _("{mission} asks for it when a contract is extended (as of {day}).", mission=mission.name, day=mission.required_as_of)
        case "yes", _:
            return _(
                "For Korea between governments (G2G) it is paid before leaving. Whether {mission} asks for it later, I do not know.",
                mission=mission.name,
            )
        case "no", _:
            return _(
                "{mission} did not ask for it: an extension was accepted with the insurance of the employer (as of {day}).",
                mission=mission.name,
                day=mission.required_as_of,
            )
    return _(
        "{mission} registers workers, but I have not seen that it must be (as of {day}).", mission=mission.name, day=mission.required_as_of
    )


def _who_registers(scheme: str | None) -> Text:
    early = facts.limit("register_perseorangan").months
    assert early
    if scheme == "placed":
        return _("Register before you leave. If you have not done it, your agency (P3MI) has to help.")
    if scheme == "perseorangan":
        return _("You register yourself, at the earliest {early} before you leave.", early=months(early))
    return _(
        "Register before you leave. With an agency (P3MI): it has to help. On your own: at the earliest {early} before you leave.",
        early=months(early),
    )


def _steps() -> Lines:
    return Lines(
        (
            _("Your data come from SISKOP2MI, the system of KP2MI, so they must be there first."),
            _("Open {portal}, type your NIK and check your data.", portal=address(PORTAL)),
            _("You get a payment code (ID-Billing) there and by e-mail. Once it is paid, you are a member."),
            _("Or use the JMO app, a branch of BPJS Ketenagakerjaan, or an office of KP2MI (P4MI, BP3MI, LTSA)."),
        )
    )


def _at_the_mission(country: Country | None) -> Card:
    if country and country.iso == "TW":
        kdei = facts.mission("KDEI-TPE")
        return (_("{mission}, where BPJS Ketenagakerjaan has a service unit.", mission=kdei.name),)
    return (_("The Indonesian mission: BPJS Ketenagakerjaan works with the missions."),)


def _where_to_extend(country: Country | None) -> Text:
    if country and country.iso == "TW":
        row = facts.contact("sipkon")
        assert row.as_of
        return _("In Taiwan it goes through SIPKON of KDEI Taipei, together with your contract (as of {day}).", day=row.as_of)
    return _(
        "You or your agency do it in the same ways as registering: {portal}, the JMO app or a branch office. You need not go home for it.",
        portal=address(PORTAL),
    )


def _papers(id: str, *more: str) -> Text:
    row = facts.papers(id)
    return _(
        "Papers: {papers}. ({article}; the steps as BPJS Ketenagakerjaan tells them. Checked on {day})",
        papers=Joined(row.items),
        article=Citation(row.citation.regulation, ", ".join((row.citation.article, *more)), id),
        day=row.as_of,
    )


__all__ = ["PORTAL", "address", "extend", "register_abroad", "register_before", "requirement"]
