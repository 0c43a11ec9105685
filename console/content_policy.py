"""What a browser may do with a page of ours, the chat's and the desk's alike: nothing inline, nothing from elsewhere, nobody may frame us."""

from __future__ import annotations

RULES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
)


def content_policy(trusted: str) -> str:
    """The header's value. `trusted` names the script whose text may become markup, `'none'` for none."""
    return "; ".join((*RULES, f"trusted-types {trusted}"))
