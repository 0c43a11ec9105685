"""What an officer proves themselves with: passwords (argon2id), codes of an authenticator app (RFC 6238), recovery codes."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import quote

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from locales import Text, _
from storage.codes import LETTERS

COMMON = Path(__file__).parent / "data" / "common_passwords.txt"
SHORTEST, LONGEST = 12, 256  # characters; with a second factor always asked for
DIFFERENT = 5  # characters a password must have that are not the same
STEP = 30  # seconds, RFC 6238
AROUND = (0, -1, 1)  # steps beside now that are taken too, for clocks that differ
SECRET = 20  # bytes, RFC 4226 4
RECOVERY_CODES, RECOVERY_LETTERS = 10, 12  # 60 random bits each, and kept by keyed hash

_hasher = PasswordHasher()  # RFC 9106's second choice: 64 MiB, 3 passes
_at_once = asyncio.Semaphore(2)  # 64 MiB each: more at the same time would let strangers fill the memory


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))


async def hash_password(password: str) -> str:
    async with _at_once:
        return await asyncio.to_thread(_hasher.hash, password)


async def is_password(kept: str | None, typed: str) -> bool:
    """Takes as long where there is no such officer, or none with a password."""
    async with _at_once:
        return await asyncio.to_thread(_verify, kept or _nobody(), typed[:LONGEST]) and kept is not None


def _verify(kept: str, typed: str) -> bool:
    try:
        return _hasher.verify(kept, typed)
    except (VerificationError, InvalidHashError):
        return False


def wrong_with(password: str, *personal: str) -> Text | None:
    """Why this password will not do; None if it will. `personal` are words that anybody would try: the name, the office."""
    if len(password) < SHORTEST:
        return _(
            "This password is too short: take at least {shortest} characters, best a sentence of four or more words.", shortest=SHORTEST
        )
    if len(password) > LONGEST:
        return _("This password is too long: at most {longest} characters.", longest=LONGEST)
    plain = password.casefold()
    once = re.sub(r"^(.+?)\1+$", r"\1", plain)  # what is said twice is guessed as soon
    core = re.sub(r"[\W\d_]+$|^[\W\d_]+", "", once)
    known = {word.casefold() for text in personal for word in re.split(r"\W+", text) if len(word) > 3} | {"sapa", "bpjs", "jamsostek"}
    if {plain, once, core} & (_common() | known) or not core or len(set(plain)) < DIFFERENT:
        return _("Many people would guess this password. Take a sentence of four or more words that have nothing to do with you.")
    return None


@cache
def _common() -> frozenset[str]:
    return frozenset(COMMON.read_text(encoding="utf-8").split())


def new_secret() -> str:
    """What an authenticator app and we share, as people type it."""
    return base64.b32encode(secrets.token_bytes(SECRET)).decode()


def code_at(secret: str, step: int) -> str:
    """RFC 6238 with SHA-1 and six digits, which is what every app knows."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The step whose code this is; None for a wrong one. Whoever takes it must see to it that no step is taken twice."""
    code, step = re.sub(r"\s", "", typed), int(now.timestamp()) // STEP
    fitting = [step + beside for beside in AROUND if hmac.compare_digest(code_at(secret, step + beside).encode(), code.encode())]
    return fitting[0] if fitting else None


def uri(secret: str, login: str, issuer: str) -> str:
    """What the QR code says to an authenticator app: https://github.com/google/google-authenticator/wiki/Key-Uri-Format."""
    return f"otpauth://totp/{quote(issuer)}:{quote(login)}?secret={secret}&issuer={quote(issuer)}"


def new_recovery_codes() -> list[str]:
    codes = ["".join(secrets.choice(LETTERS) for _letter in range(RECOVERY_LETTERS)) for _code in range(RECOVERY_CODES)]
    return ["-".join(code[at : at + 4] for at in range(0, RECOVERY_LETTERS, 4)) for code in codes]
