"""The words for codes that several pages show: roles, reasons, states, results, channels."""

from __future__ import annotations

from collections.abc import Mapping

from console.policies import Role
from locales import Text, Written, _

ROLES: Mapping[str, Text] = {
    Role.ADMINISTRATOR: _("Administrator"),
    Role.APPROVER: _("Approver"),
    Role.AUTHOR: _("Author"),
    Role.OFFICER: _("Officer"),
    Role.AUDITOR: _("Auditor"),
    Role.PARTNER: _("Partner"),
}
ROLES_EXPLAINED: Mapping[str, Text] = {
    Role.ADMINISTRATOR: _("says who may use the desk, and may do what officers do"),
    Role.APPROVER: _("lets campaigns go out, and answers people"),
    Role.AUTHOR: _("writes campaigns and words"),
    Role.OFFICER: _("answers people, follows interests, imports members"),
    Role.AUDITOR: _("looks at everything with numbers masked, and changes nothing"),
    Role.PARTNER: _("an agency: sees who came by its own link and agreed to it"),
}
REASONS: Mapping[str, Text] = {
    "emergency": _("Emergency"),
    "human": _("Wants to talk to a person"),
    "correction": _("Wants data corrected"),
    "number_not_found": _("Number not found"),
    "too_many_tries": _("Too many look-ups"),
}
INTEREST_STATES: Mapping[str, Text] = {
    "new": _("New"),
    "contacted": _("Contacted"),
    "document": _("Papers"),
    "registered": _("Registered"),
    "not_now": _("Not now"),
    "unreachable": _("Unreachable"),
}
CHECK_RESULTS: Mapping[str, Text] = {
    "covered": _("Covered"),
    "only_jkm": _("Covered for death only"),
    "ends_soon": _("Ends soon"),
    "not_started": _("Not started yet"),
    "ended": _("Ended"),
    "not_covered": _("Not covered"),
    "not_known": _("Not known"),
    "not_found": _("Number not found"),
    "too_many_tries": _("Too many look-ups"),
}
CHANNELS: Mapping[str, Text | Written] = {
    "whatsapp": Written({"id": "WhatsApp"}),
    "telegram": Written({"id": "Telegram"}),
    "webchat": _("Web page"),
    "terminal": _("Terminal"),
}


def word_for(words: Mapping[str, Text] | Mapping[str, Text | Written], code: str) -> Text | Written | str:
    """The word for a code, or the code itself where a newer release made it."""
    return words.get(code, code)
