"""What becomes of a send: refused at once, accepted and delivered, or accepted and failed later."""

from __future__ import annotations

import re
from collections import deque
from typing import Any

from tests.contracts.whatsapp import send_problems
from tests.emulators.whatsapp.people import AT_ONCE, DAY, STATES, Person, message_id
from tests.emulators.whatsapp.platform import Button, Platform
from tests.emulators.whatsapp.receipts import Sent
from tests.emulators.whatsapp.refusals import Refused
from tests.emulators.whatsapp.templates import Template

PAIR_SECONDS = 6  # https://developers.facebook.com/docs/whatsapp/cloud-api/overview#pair-rate-limits
ONLY_MARKETING = frozenset({"capped", "experiment"})
TIER = re.compile(r"TIER_(\d+)(K?)")

Body = dict[str, Any]


class Messages:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._lately: deque[float] = deque()

    def check(self, body: Any) -> Body:
        """What Meta would refuse as wrong is recorded: a send must never be."""
        if problems := send_problems(body):
            self._platform.ledger.write("violation", problems=problems, body=body)
            raise Refused(131009, "; ".join(f"{place} {what}" for place, what in problems))
        checked: Body = body
        return checked

    def seen(self, body: Body) -> Body:
        self._platform.ledger.write("seen", message=body["message_id"])
        return {"success": True}

    def send(self, body: Body, late: int = 0) -> Body:
        """`late` is the error that a fault wants told afterwards."""
        platform = self._platform
        person = platform.people.known(body.get("to", body.get("recipient")))
        if person is None:
            raise Refused(131026, "no such recipient")
        self._hold_back(person)
        template = platform.templates.admit(body["template"]) if body["type"] == "template" else None
        if template is not None:
            self._count(person)
        sent = self._accept(body, person, template)
        platform.follow_up(sent, late or self._fate(person, template))
        contact = {"input": body.get("to", body.get("recipient")), **person.contact}
        contact.pop("profile")
        status = {"message_status": "accepted"} if template else {}
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": sent.id, **status}]}

    def _hold_back(self, person: Person) -> None:
        now = self._platform.clock.now()
        if person.state in AT_ONCE:
            raise Refused(STATES[person.state])
        while self._lately and self._lately[0] <= now - 1:
            self._lately.popleft()
        if len(self._lately) >= self._platform.options.throughput:
            raise Refused(130429)
        person.sent_at = [at for at in person.sent_at if at > now - PAIR_SECONDS]
        if len(person.sent_at) >= self._platform.options.pair:
            raise Refused(131056)
        self._lately.append(now)
        person.sent_at.append(now)

    def _count(self, person: Person) -> None:
        """Only so many people a day may be written to first."""
        platform, now = self._platform, self._platform.clock.now()
        if person.window_until > now:
            return
        lately = [at for who, at in platform.approached.items() if at > now - DAY and who != person.phone]
        tier = TIER.fullmatch(platform.options.tier)
        if tier and len(lately) >= int(tier[1]) * (1000 if tier[2] else 1):
            raise Refused(131064)
        platform.approached[person.phone] = now

    def _accept(self, body: Body, person: Person, template: Template | None) -> Sent:
        platform = self._platform
        name = message_id(person.phone, platform.dice, ours=True)
        open_ = person.window_until > platform.clock.now()
        facts = {"message": name, "chat": person.phone, "user": person.user, "opaque": body.get("biz_opaque_callback_data")}
        platform.ledger.write("accepted", **facts, body=body, window=open_)
        platform.buttons[person.phone] += buttons(body, name, template)
        category = template.category.lower() if template else "service"
        return Sent(name, person, body.get("biz_opaque_callback_data"), category, "regular")

    def _fate(self, person: Person, template: Template | None) -> int:
        """The error its receipt will tell, 0 for none."""
        marketing = template is not None and template.category == "MARKETING"
        if template is None and person.window_until <= self._platform.clock.now():
            return 131047
        if marketing and person.stopped:
            return 131050
        return STATES[person.state] if marketing or person.state not in ONLY_MARKETING else 0


def buttons(body: Body, message: str, template: Template | None) -> list[Button]:
    """What the person sees and can press."""
    action = body.get("interactive", {}).get("action", {})
    replies = [button["reply"] for button in action.get("buttons", [])]
    rows = [row for section in action.get("sections", []) for row in section["rows"]]
    found = [Button("button_reply", one["id"], one["title"], message) for one in replies]
    found += [Button("list_reply", one["id"], one["title"], message) for one in rows]
    if template:
        given = {
            part["index"]: part["parameters"][0]["payload"] for part in body["template"].get("components", []) if part["type"] == "button"
        }
        titles = enumerate(template.quick_replies)
        found += [Button("quick_reply", given.get(str(place), title), title, message) for place, title in titles]
    return found
