"""The templates of the account: their states, and whether what fills them fits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.whatsapp.refusals import Refused

BLANK = re.compile(r"\{\{\s*(\w+)\s*\}\}")
UNUSABLE = {"PAUSED": 132015, "DISABLED": 132016}


@dataclass(slots=True)
class Template:
    id: str
    name: str
    language: str
    category: str = "MARKETING"
    status: str = "APPROVED"
    body: str = "Halo"
    quick_replies: list[str] = field(default_factory=list)
    rejected_reason: str = "NONE"
    quality: str = "UNKNOWN"

    def listed(self) -> dict[str, Any]:
        components: list[dict[str, Any]] = [{"type": "BODY", "text": self.body}]
        if self.quick_replies:
            components.append({"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": text} for text in self.quick_replies]})
        return {
            "id": self.id,
            "name": self.name,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "rejected_reason": self.rejected_reason,
            "quality_score": {"score": self.quality},
            "components": components,
        }


class Templates:
    def __init__(self) -> None:
        self._templates: dict[tuple[str, str], Template] = {}

    def put(self, order: dict[str, Any]) -> Template:
        """A new one, or a known one changed."""
        key = order["name"], order["language"]
        if key not in self._templates:
            self._templates[key] = Template(str(10**14 + len(self._templates)), *key)
        for name, value in order.items():
            setattr(self._templates[key], name, value)
        return self._templates[key]

    def create(self, body: Any) -> Template:
        """As Meta takes one: every blank with an example, none at either end, no second one of that name and language."""
        if not isinstance(body, dict) or not re.fullmatch(r"[a-z0-9_]{1,512}", str(body.get("name"))):
            raise Refused(100, "Invalid parameter: name")
        if body.get("category") not in ("UTILITY", "MARKETING", "AUTHENTICATION") or not body.get("language"):
            raise Refused(100, "Invalid parameter: category or language")
        parts = {part["type"]: part for part in body["components"]}
        text = parts["BODY"]["text"]
        examples = {one["param_name"] for one in parts["BODY"].get("example", {}).get("body_text_named_params", [])}
        if set(BLANK.findall(text)) != examples or text.startswith("{{") or text.rstrip(".").endswith("}}"):
            raise Refused(100, "Invalid parameter: examples or variables at an end", 2388299)
        if (body["name"], body["language"]) in self._templates:
            raise Refused(100, "Content in this language already exists", 2388024)
        replies = [button["text"] for button in parts.get("BUTTONS", {}).get("buttons", [])]
        order = {"name": body["name"], "language": body["language"], "category": body["category"], "status": "PENDING"}
        return self.put(order | {"body": text, "quick_replies": replies})

    def remove(self, name: str, language: str) -> None:
        del self._templates[name, language]

    def page(self, after: str, limit: int) -> dict[str, Any]:
        every = list(self._templates.values())
        start = int(after or 0)
        shown = every[start : start + limit]
        answer: dict[str, Any] = {
            "data": [template.listed() for template in shown],
            "paging": {"cursors": {"after": str(start + len(shown))}},
        }
        if start + len(shown) < len(every):
            answer["paging"]["next"] = "https://graph.facebook.com/next"
        return answer

    def admit(self, sent: dict[str, Any]) -> Template:
        """The template a message names, if it may be sent and every blank is filled."""
        template = self._templates.get((sent["name"], sent["language"]["code"]))
        if template is None:
            raise Refused(132001, f"template name ({sent['name']}) does not exist in {sent['language']['code']}")
        if template.status != "APPROVED":
            raise Refused(UNUSABLE.get(template.status, 132001))
        body = [one for part in sent.get("components", []) if part["type"] == "body" for one in part["parameters"]]
        blanks = list(dict.fromkeys(BLANK.findall(template.body)))
        if len(body) != len(blanks):
            raise Refused(132000, f"body: number of localizable_params ({len(body)}) does not match the expected {len(blanks)}")
        named = [one["parameter_name"] for one in body if "parameter_name" in one]
        if (named or any(not blank.isdecimal() for blank in blanks)) and set(named) != set(blanks):
            raise Refused(132012, "parameter names do not match")
        buttons = [part for part in sent.get("components", []) if part["type"] == "button"]
        if len(buttons) > len(template.quick_replies):
            raise Refused(132000, "buttons: more than there are")
        return template
