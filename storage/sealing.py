"""Keeps secrets: encrypts a value for one place in one row, and finds a value by a keyed index without keeping it readable."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b32encode
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

UNNAMED, NAMED = b"\x01", b"\x02"  # how a sealed value begins: the first releases did not say with which key
NONCE = 12  # bytes, NIST SP 800-38D
NAME = 4  # bytes
MARK = len(NAMED) + NAME  # bytes by which a sealed value tells its key
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # made once: json.dumps would make one each time


class Unsealable(Exception):
    """The value was sealed with another key, for another place, or was changed."""


@dataclass(frozen=True, slots=True)
class _Key:
    name: bytes
    cipher: AESGCM
    index: bytes


class Sealer:
    """AES-256-GCM with a fresh nonce, bound to table, column and row; HMAC-SHA256 for the blind index, with a key of its own.

    Everything is sealed and indexed with the newest key; what older ones sealed is opened, and what they indexed found, while they are given.
    """

    def __init__(self, secret: str, nonce: Any, older: Sequence[str] = ()) -> None:
        """`secret` and each of `older` is any text of 32 or more characters; `nonce(n)` gives n random bytes."""
        if any(len(one) < 32 for one in (secret, *older)):
            raise ValueError("SAPA_SECRET_KEY must have 32 or more characters")
        self._keys = {key.name: key for key in map(_key, (secret, *older))}
        self._newest = next(iter(self._keys.values()))
        self._nonce = nonce
        self.mark = NAMED + self._newest.name  # how what is sealed now begins

    @property
    def name(self) -> str:
        """Of the newest key; it tells nothing about it."""
        return self._newest.name.hex()

    @property
    def older(self) -> list[str]:
        """Names of the other keys."""
        return [name.hex() for name in self._keys if name != self._newest.name]

    def alone(self) -> Sealer:
        """What the newest key can do without the others."""
        alone = copy(self)
        alone._keys = {self._newest.name: self._newest}
        return alone

    def seal(self, value: str, table: str, column: str, row: object) -> bytes:
        nonce = self._nonce(NONCE)
        return bytes(self.mark + nonce + self._newest.cipher.encrypt(nonce, value.encode(), _place(table, column, row)))

    def open(self, sealed: bytes, table: str, column: str, row: object) -> str:
        """The value again; raises Unsealable if it does not belong here."""
        keys, rest = self._keys_of(sealed)
        for key in keys:
            try:
                return key.cipher.decrypt(rest[:NONCE], rest[NONCE:], _place(table, column, row)).decode()
            except InvalidTag:
                continue
        raise Unsealable(f"{table}.{column}: not sealed for this row with a key that is given")

    def _keys_of(self, sealed: bytes) -> tuple[list[_Key], bytes]:
        """Which keys may open it, and what they open."""
        if sealed[:1] == NAMED:
            key = self._keys.get(sealed[1:MARK])
            return [key] if key else [], sealed[MARK:]
        return list(self._keys.values()) if sealed[:1] == UNNAMED else [], sealed[1:]

    def seal_json(self, value: object, table: str, column: str, row: object) -> bytes:
        return self.seal(_compact(value), table, column, row)

    def open_json(self, sealed: bytes, table: str, column: str, row: object) -> Any:
        return json.loads(self.open(sealed, table, column, row))

    def index(self, kind: str, value: str) -> str:
        """128 bits, the same for the same value: finds a NIK or a phone number without keeping it. `kind` separates the fields."""
        return _index(self._newest, kind, value)

    def index_by(self, name: str, kind: str, value: str) -> str:
        """By the key of that name."""
        return _index(self._keys[bytes.fromhex(name)], kind, value)

    def indexes(self, kind: str, value: str) -> list[str]:
        """By every key, the newest first: where it may stand until all rows are under the newest."""
        return [_index(key, kind, value) for key in self._keys.values()]


def _key(secret: str) -> _Key:
    return _Key(_derive(secret, b"name")[:NAME], AESGCM(_derive(secret, b"seal")), _derive(secret, b"index"))


def _index(key: _Key, kind: str, value: str) -> str:
    digest = hmac.digest(key.index, f"{kind}\x00{value}".encode(), hashlib.sha256)
    return b32encode(digest[:16]).decode().rstrip("=").lower()


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"sapa:" + purpose).derive(secret.encode())


def _place(table: str, column: str, row: object) -> bytes:
    return f"{table}.{column}.{row}".encode()
