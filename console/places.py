"""The column at the left: the places of the desk, each shown to those who may go there."""

from __future__ import annotations

from dataclasses import dataclass

from console.policies import Policy, may
from locales import Text, _


@dataclass(frozen=True)
class Place:
    """`path` is also the beginning of the paths of everything in it; `icon` names a symbol of icons.html."""

    path: str
    name: Text
    icon: str
    policy: Policy


OVERVIEW = Place("/desk", _("Overview"), "overview", Policy.OVERVIEW)
PLACES = (
    OVERVIEW,
    Place("/desk/inbox", _("Inbox"), "inbox", Policy.SERVE),
    Place("/desk/interests", _("Interests"), "interests", Policy.SERVE),
    Place("/desk/people", _("People"), "people", Policy.LOOK),
    Place("/desk/members", _("Members"), "members", Policy.LOOK),
    Place("/desk/campaigns", _("Campaigns"), "campaigns", Policy.CAMPAIGNS),
    Place("/desk/partner", _("My page"), "partners", Policy.OWN_FIGURES),
    Place("/desk/partners", _("Partners"), "partners", Policy.SERVE),
    Place("/desk/monitoring", _("Evaluation"), "evaluation", Policy.MEASURE),
    Place("/desk/missions", _("Missions"), "missions", Policy.MEASURE),
    Place("/desk/officers", _("Officers"), "officers", Policy.ADMINISTER),
    Place("/desk/audit", _("Audit"), "audit", Policy.AUDIT),
    Place("/desk/operation", _("Operation"), "operation", Policy.OPERATE),
)


def places_of(role: str) -> list[Place]:
    return [place for place in PLACES if may(role, place.policy)]


def home_of(role: str) -> str:
    """Where an officer begins: the first place they may go to, else their own account."""
    return next((place.path for place in places_of(role)), "/desk/account")


def is_here(place: Place, path: str) -> bool:
    return path == place.path or (place is not OVERVIEW and path.startswith(f"{place.path}/"))
