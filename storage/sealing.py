"""Keeps secrets: encrypts a value for one place in one row, and finds a value by a keyed index without keeping it readable."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b32encode
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
NONCE = 12  # bytes, NIST SP 800-38D


class Unsealable(Exception):
    """The value was sealed with another key, for another place, or was changed."""


class Sealer:
    """AES-256-GCM with a fresh nonce, bound to table, column and row; HMAC-SHA256 for the blind index, with a key of its own."""

    def __init__(self, secret: str, nonce: Any) -> None:
        """`secret` is any text of 32 or more characters; `nonce(n)` gives n random bytes."""
        if len(secret) < 32:
            raise ValueError("SAPA_SECRET_KEY must have 32 or more characters")
        self._cipher = AESGCM(_derive(secret, b"seal"))
        self._index_key = _derive(secret, b"index")
        self._nonce = nonce

    def seal(self, value: str, table: str, column: str, row: object) -> bytes:
        nonce = self._nonce(NONCE)
        return bytes(VERSION + nonce + self._cipher.encrypt(nonce, value.encode(), _place(table, column, row)))

    def open(self, sealed: bytes, table: str, column: str, row: object) -> str:
        """The value again; raises Unsealable if it does not belong here."""
        if sealed[:1] != VERSION:
            raise Unsealable(f"{table}.{column}: unknown version")
        try:
            return self._cipher.decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], _place(table, column, row)).decode()
        except InvalidTag:
            raise Unsealable(f"{table}.{column}: not sealed with this key for this row") from None

    def seal_json(self, value: object, table: str, column: str, row: object) -> bytes:
        return self.seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")), table, column, row)

    def open_json(self, sealed: bytes, table: str, column: str, row: object) -> Any:
        return json.loads(self.open(sealed, table, column, row))

    def index(self, kind: str, value: str) -> str:
        """128 bits, the same for the same value: finds a NIK or a phone number without keeping it. `kind` separates the fields."""
        digest = hmac.digest(self._index_key, f"{kind}\x00{value}".encode(), hashlib.sha256)
        return b32encode(digest[:16]).decode().rstrip("=").lower()


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"sapa:" + purpose).derive(secret.encode())


def _place(table: str, column: str, row: object) -> bytes:
    return f"{table}.{column}.{row}".encode()
