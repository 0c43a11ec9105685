"""The floor's turn, by hand: the same five questions, sealed state, kept words, a queued reply, a claim, a record."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY, INDEX = hashlib.sha256(b"floor").digest(), hashlib.sha256(b"index").digest()
CIPHER = AESGCM(KEY)
DATE = re.compile(r"(\d{1,2}) (januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember) (20\d\d)")
DIGITS = re.compile(r"\d(?:[ .-]?\d){6,}")
PLACES = {"taiwan": "TW", "hongkong": "HK", "malaysia": "MY", "singapura": "SG", "korea": "KR", "jepang": "JP", "arab saudi": "SA"}
PLACES |= {"brunei": "BN", "uea": "AE", "kuwait": "KW"}
MENU = [("Cek status", "coverage"), ("Manfaat", "benefits"), ("Biaya", "contributions"), ("Bantuan", "help"), ("Menu", "menu")]
ASK_NUMBER = "Bisa kita periksa. Apakah Anda punya nomor kartu (KPJ) atau NIK di dekat Anda?"
ASK_PLACE = "Tidak apa-apa, kita hitung dari masa kontrak.\n\nAnda sekarang di mana?"
ASK_END = "Kapan kontrak kerja Anda berakhir? Contoh: 12 Maret 2027"
ASK_CHANGE = "Apakah kontrak itu diperpanjang, atau selesai lebih awal?"
RESULT = (
    "Menurut keterangan Anda: JKK (kecelakaan kerja) dan JKM (kematian) berlaku sampai {day}, bila iuran sudah dibayar.\n\n"
    "Ditambah paling lama 1 bulan untuk pulang.\n\n"
    "Ini hitungan dari aturan (Permenaker 4/2023 Pasal 14-17), belum dicek ke data BPJS Ketenagakerjaan."
)
HELLO = (
    "Saya Sapa, asisten BPJS Ketenagakerjaan. Saya bisa memeriksa kepesertaan, menjelaskan manfaat dan biaya.\n\n"
    'Saya menyimpan obrolan ini dan jawaban Anda. Ketik "privasi" atau "berhenti" kapan saja.\n\nTulis pertanyaan Anda, atau pilih:'
)

decode, encode = msgspec.json.decode, msgspec.json.encode


class Said(NamedTuple):
    """What came in."""

    number: str
    channel: str
    sender: str
    text: str


class Parcel(NamedTuple):
    """What goes out."""

    id: int
    external: str
    text: str
    buttons: list[list[str]]


_last = time.time_ns()


def new_id() -> int:
    global _last
    _last = max(_last + 1, time.time_ns())
    return _last


def address_of(channel: str, sender: str) -> str:
    return hmac.digest(INDEX, f"{channel}:{sender}".encode(), "sha256")[:16].hex()


def seal(value: bytes, place: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + CIPHER.encrypt(nonce, value, place.encode())


def unseal(sealed: bytes, place: str) -> bytes:
    return CIPHER.decrypt(sealed[:12], sealed[12:], place.encode())


def step(memory: dict[str, Any], text: str) -> tuple[str, list[tuple[str, str]]]:
    """What is answered; the memory goes on to the next question."""
    said, at = " ".join(text.casefold().split()), memory["step"]
    if said == "/start":
        memory["step"] = ""
        return HELLO, MENU
    if said in ("cek status", "status", "cek bpjs"):
        memory["step"] = "has_number"
        return ASK_NUMBER, [("Ya, ada", "coverage.has_number=yes"), ("Tidak ada", "coverage.has_number=no")]
    if at == "has_number" and said in ("tidak ada", "ga ada", "tidak", "tdk", "2"):
        memory["step"] = "stage"
        return ASK_PLACE, [("Belum berangkat", "stage=before"), ("Di luar negeri", "stage=during"), ("Sudah pulang / cuti", "stage=after")]
    if at == "stage" and (country := next((code for place, code in PLACES.items() if place in said), None)):
        memory["step"], memory["state"]["country"] = "ends", country
        return ASK_END, [("Tidak tahu", "ends=?")]
    if at == "ends" and (found := DATE.search(said)):
        memory["step"], memory["state"]["ends"] = "changed", found[0]
        return ASK_CHANGE, [("Tidak berubah", "changed=no"), ("Diperpanjang", "changed=extended"), ("Selesai lebih awal", "changed=early")]
    if at == "changed" and said in ("tidak berubah", "tidak", "masih jalan", "belum", "1"):
        day = memory["state"].get("ends", "")
        memory["step"], memory["state"], memory["result"] = "", {}, True
        return RESULT.format(day=day), [("Cek resmi", "official"), ("Cara klaim", "claims"), ("Menu", "menu")]
    return "Silakan pilih salah satu.", MENU


class Turns:
    """What the one thread does: turns, claims, records, statuses; each for all that wait."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.pulled = channel == "webchat"  # nothing is sent: the page hears it when it is written

    def kinds(self) -> dict[str, Any]:
        return {"turn": self.turns, "claim": self.claim, "record": self.record, "status": self.status}

    def turns(self, db: sqlite3.Connection, many: list[Said]) -> list[tuple[str, list[tuple[str, str]]] | None]:
        now = datetime.now(UTC)
        at, window = now.isoformat(), (now + timedelta(hours=24)).isoformat()
        answers: list[tuple[str, list[tuple[str, str]]] | None] = []
        memories, said, deliveries, events, windows = [], [], [], [], []
        for one in many:
            new = db.execute("INSERT OR IGNORE INTO inbound VALUES (?,?,?)", (f"{one.channel}:{one.number}", at, one.number)).rowcount
            if not new:
                answers.append(None)
                continue
            address = address_of(one.channel, one.sender)
            contact, memory = self._load(db, address, one, at)
            text, buttons = step(memory, one.text)
            answers.append((text, buttons))
            if memory.pop("result", False):
                events.append((new_id(), contact, at, "check", "covered"))
            memories.append((seal(encode(memory), f"conversations.{contact}"), at, contact))
            said.append((new_id(), contact, address, at, DIGITS.sub("•", one.text), "text", one.number))
            state, page = ("sent" if self.pulled else "queued"), encode({"text": text, "buttons": buttons}).decode()
            deliveries.append((new_id(), f"r:{one.number}:0", contact, address, one.channel, state, page, at, at))
            if self.channel == "whatsapp":
                windows.append((window, address))
        db.executemany("UPDATE conversations SET memory=?, seen_at=? WHERE contact_id=?", memories)
        db.executemany("INSERT INTO said VALUES (?,?,?,?,?,?,?)", said)
        db.executemany(
            "INSERT INTO deliveries (id,key,contact_id,address,channel,state,page,at,due_at,attempts) VALUES (?,?,?,?,?,?,?,?,?,0)",
            deliveries,
        )
        if events:
            db.executemany("INSERT INTO events VALUES (?,?,?,?,?)", events)
        if windows:
            db.executemany("UPDATE addresses SET window_until=? WHERE id=?", windows)
        return answers

    def _load(self, db: sqlite3.Connection, address: str, one: Said, at: str) -> tuple[int, dict[str, Any]]:
        row = db.execute(
            "SELECT a.contact_id, v.memory, c.language FROM addresses a JOIN contacts c ON c.id=a.contact_id "
            "JOIN conversations v ON v.contact_id=a.contact_id WHERE a.id=?",
            (address,),
        ).fetchone()
        if row:
            return row[0], decode(unseal(row[1], f"conversations.{row[0]}"))
        contact = new_id()
        db.execute("INSERT INTO contacts VALUES (?,?,?,?)", (contact, at, "id", "sidoarjo"))
        external = seal(one.sender.encode(), f"addresses.{address}")
        db.execute("INSERT INTO addresses VALUES (?,?,?,?,NULL)", (address, contact, one.channel, external))
        db.execute("INSERT INTO conversations VALUES (?,NULL,?)", (contact, at))
        return contact, {"step": "", "state": {}}

    def claim(self, db: sqlite3.Connection, many: list[None]) -> list[list[Parcel]]:
        at = datetime.now(UTC).isoformat()
        rows = db.execute(
            "SELECT d.id, d.address, d.page, a.external FROM deliveries d JOIN addresses a ON a.id=d.address "
            "WHERE d.state='queued' ORDER BY d.id LIMIT 100"
        ).fetchall()
        db.executemany("UPDATE deliveries SET state='in_flight', due_at=?, attempts=attempts+1 WHERE id=?", [(at, row[0]) for row in rows])
        parcels = []
        for id_, address, page, external in rows:
            said = decode(page)
            parcels.append(Parcel(id_, unseal(external, f"addresses.{address}").decode(), said["text"], said["buttons"]))
        return [parcels] + [[] for _more in many[1:]]

    def record(self, db: sqlite3.Connection, many: list[tuple[int, str]]) -> list[None]:
        at = datetime.now(UTC).isoformat()
        db.executemany(
            "UPDATE deliveries SET state='sent', provider_id=?, done_at=? WHERE id=? AND state='in_flight'",
            [(provider, at, id_) for id_, provider in many],
        )
        return [None] * len(many)

    def status(self, db: sqlite3.Connection, many: list[tuple[int, str, str]]) -> list[None]:
        """Forward only; what is billed is counted by day."""
        now = datetime.now(UTC)
        at, day = now.isoformat(), now.date().isoformat()
        passed = {"sent": "('in_flight')", "delivered": "('in_flight','sent')", "read": "('in_flight','sent','delivered')"}
        counts: dict[str, int] = {}
        for id_, state, category in many:
            row = db.execute("SELECT category FROM deliveries WHERE id=?", (id_,)).fetchone()
            if row and state != "sent" and row[0] is None:
                counts[category] = counts.get(category, 0) + 1
                db.execute("UPDATE deliveries SET category=? WHERE id=?", (category, id_))
            db.execute(f"UPDATE deliveries SET state=?, done_at=? WHERE id=? AND state IN {passed[state]}", (state, at, id_))
        for category, count in counts.items():
            db.execute("INSERT INTO charges VALUES (?,?,?) ON CONFLICT DO UPDATE SET count=count+excluded.count", (day, category, count))
        return [None] * len(many)


def seed(db: sqlite3.Connection, channel: str, senders: list[str]) -> None:
    """People who were asked the first question."""
    at = datetime.now(UTC).isoformat()
    memory = encode({"step": "has_number", "state": {}})
    db.execute("BEGIN")
    for sender in senders:
        address, contact = address_of(channel, sender), new_id()
        db.execute("INSERT INTO contacts VALUES (?,?,?,?)", (contact, at, "id", "sidoarjo"))
        external = seal(sender.encode(), f"addresses.{address}")
        db.execute("INSERT INTO addresses VALUES (?,?,?,?,NULL)", (address, contact, channel, external))
        db.execute("INSERT INTO conversations VALUES (?,?,?)", (contact, seal(memory, f"conversations.{contact}"), at))
    db.execute("COMMIT")


def seed_sent(db: sqlite3.Connection, channel: str, count: int) -> None:
    """Messages that were sent, numbered from 1."""
    at = datetime.now(UTC).isoformat()
    page = encode({"text": HELLO, "buttons": MENU}).decode()
    rows = ((number, f"s:{number}", number % 1000, "", channel, "sent", page, at, at, f"seed{number}") for number in range(1, count + 1))
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO deliveries (id,key,contact_id,address,channel,state,page,at,due_at,attempts,provider_id) VALUES (?,?,?,?,?,?,?,?,?,1,?)",
        rows,
    )
    db.execute("COMMIT")
