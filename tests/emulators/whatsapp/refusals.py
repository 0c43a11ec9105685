"""Meta's error codes as it answers and tells them.

https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes: the HTTP status and the words of each.
"""

from __future__ import annotations

from typing import Any

CODES: dict[int, tuple[int, str]] = {
    0: (401, "AuthException"),
    2: (503, "API Service"),
    3: (500, "API Method"),
    4: (400, "API Too Many Calls"),
    10: (403, "Permission Denied"),
    100: (400, "Invalid parameter"),
    190: (401, "Access token has expired"),
    200: (403, "API Permission"),
    368: (403, "Temporarily blocked for policies violations"),
    80007: (400, "Rate limit issues"),
    130429: (429, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country."),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Account has been locked"),
    131042: (400, "Business eligibility payment issue"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "Meta chose not to deliver."),
    131050: (400, "User has stopped receiving marketing messages"),
    131053: (400, "Media upload error"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131062: (400, "Business-scoped User ID (BSUID) recipients are not supported for this message."),
    131063: (400, "Marketing templates are disabled for Cloud API"),
    131064: (400, "Messaging limit reached"),
    132000: (400, "Template Param Count Mismatch"),
    132001: (404, "Template does not exist"),
    132005: (400, "Template Hydrated Text Too Long"),
    132007: (400, "Template Format Character Policy Violated"),
    132012: (400, "Template Parameter Format Mismatch"),
    132015: (400, "Template is Paused"),
    132016: (400, "Template is Disabled"),
    133010: (400, "Phone number not registered"),
}
HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


class Refused(Exception):
    """The Cloud API says no: surely nothing was accepted."""

    def __init__(self, code: int, details: str = "", subcode: int = 0) -> None:
        super().__init__(f"{code} {details}")
        self.code = code
        self.details = details
        self.subcode = subcode

    @property
    def status(self) -> int:
        return CODES[self.code][0]

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {CODES[self.code][1]}",
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details or CODES[self.code][1]},
            "fbtrace_id": "Az8or2yhqkZfEZ-_4Qn_Bam",
        }
        if self.subcode:
            error["error_subcode"] = self.subcode
        return {"error": error}


def told(code: int) -> dict[str, Any]:
    """An error as the receipt of a failed message tells it."""
    title = CODES[code][1]
    return {"code": code, "title": title, "message": title, "error_data": {"details": title}, "href": HREF}
