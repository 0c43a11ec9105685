"""Who may use which route. Every route of the house names a policy; one without cannot be served."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web
from aiohttp.web import AbstractRoute


class Role(StrEnum):
    """What an officer does. Each belongs to a branch; one whose branch is "*" works for all of them."""

    ADMINISTRATOR = "administrator"  # says who may use the desk
    APPROVER = "approver"  # lets a campaign go out: the head of the branch
    AUTHOR = "author"  # writes campaigns and words
    OFFICER = "officer"  # answers people
    AUDITOR = "auditor"  # looks, and changes nothing
    PARTNER = "partner"  # an agency: sees who came by its own link and agreed to it


class Policy(StrEnum):
    """Who may use a route."""

    PUBLIC = "public"  # anybody
    BROWSER = "browser"  # a page of ours, by its origin and cookie
    PLATFORM = "platform"  # Telegram or Meta, by secret or signature
    # The desk: a mutating request also needs our origin and the form's token.
    SIGN_IN = "sign in"  # anybody: the way in
    SECOND = "second factor"  # who gave the right password
    ENROL = "enrol"  # who must still set up a second factor, or is signed in
    ACCOUNT = "account"  # whoever is signed in: their own things
    OVERVIEW = "overview"
    SERVE = "serve"  # conversations, emergencies, interests: read them and act
    LOOK = "look"  # people and members: read them, with numbers masked
    IMPORT = "import"  # members: import a roster, undo it
    CAMPAIGNS = "campaigns"  # see them and what became of them
    RUN = "run"  # campaigns: start, pause, go on, cancel
    WRITE = "write"  # campaigns, words: write them
    APPROVE = "approve"  # campaigns, words: let them go out
    PARTNERS = "partners"  # partners, their links and socialisation days: keep them
    MEASURE = "measure"  # evaluation
    OWN_FIGURES = "own figures"  # a partner's own page
    AUDIT = "audit"  # who did what
    ADMINISTER = "administer"  # officers
    OPERATE = "operate"  # queues, what is in doubt, what was put aside


STAFF = frozenset(Role) - {Role.PARTNER}
ROLES: Mapping[Policy, frozenset[Role]] = {
    Policy.ACCOUNT: frozenset(Role),
    Policy.OVERVIEW: STAFF,
    Policy.SERVE: frozenset({Role.ADMINISTRATOR, Role.APPROVER, Role.OFFICER}),
    Policy.LOOK: frozenset({Role.ADMINISTRATOR, Role.APPROVER, Role.OFFICER, Role.AUDITOR}),
    Policy.IMPORT: frozenset({Role.ADMINISTRATOR, Role.OFFICER}),
    Policy.CAMPAIGNS: frozenset({Role.ADMINISTRATOR, Role.APPROVER, Role.AUTHOR, Role.AUDITOR}),
    Policy.RUN: frozenset({Role.ADMINISTRATOR, Role.APPROVER, Role.AUTHOR}),
    Policy.WRITE: frozenset({Role.ADMINISTRATOR, Role.AUTHOR}),
    Policy.APPROVE: frozenset({Role.ADMINISTRATOR, Role.APPROVER}),
    Policy.PARTNERS: frozenset({Role.ADMINISTRATOR, Role.OFFICER}),
    Policy.MEASURE: STAFF,
    Policy.OWN_FIGURES: frozenset({Role.PARTNER}),
    Policy.AUDIT: frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    Policy.ADMINISTER: frozenset({Role.ADMINISTRATOR}),
    Policy.OPERATE: frozenset({Role.ADMINISTRATOR}),
}
WAY_IN = frozenset({Policy.SIGN_IN, Policy.SECOND, Policy.ENROL})
DESK = frozenset(ROLES) | WAY_IN


def may(role: str, policy: Policy) -> bool:
    """Whether an officer of this role, fully signed in, may use a route."""
    return policy in WAY_IN or role in ROLES.get(policy, frozenset())


@dataclass(frozen=True)
class Route:
    """A route and who may use it."""

    definition: web.RouteDef
    policy: Policy


class Unguarded(Exception):
    """A route says not who may use it."""


Guarded = Mapping[AbstractRoute, Policy]
POLICIES = web.AppKey("policies", Guarded)


def mount(app: web.Application, routes: Iterable[Route]) -> None:
    """Add the routes, and keep beside the application which policy each has. Raises Unguarded."""
    policies: dict[AbstractRoute, Policy] = {}
    if there := list(app.router.routes()):
        raise Unguarded(f"added without a policy: {there}")
    for route in routes:
        if not isinstance(route, Route) or not isinstance(route.policy, Policy):
            raise Unguarded(f"{route} needs a policy: Route(web.get(...), Policy.SOMETHING)")
        for made in route.definition.register(app.router):
            # A GET also adds a HEAD, which its register() does not tell of.
            policies |= {added: route.policy for added in made.resource or [made] if added not in policies}
    app[POLICIES] = policies
