"""Reads the tables as they stand, by plain SQL, and keeps a history of every delivery's states beside them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

Row = dict[str, Any]

INBOUND = "SELECT id, state, reason, number FROM inbound"
DELIVERIES = "SELECT id, key, contact_id, address, lane, state, reason, page, attempts, resent, provider_id, follows FROM deliveries"
SAID = "SELECT id, address, at, client FROM said ORDER BY id"
HISTORY = "SELECT delivery, was, became, resent FROM states_seen ORDER BY number"
WAITING = "SELECT count(*) AS count FROM deliveries WHERE state IN ('queued', 'in_flight')"

SQLITE_HISTORY = """
CREATE TABLE states_seen (number INTEGER PRIMARY KEY, delivery INTEGER, was TEXT, became TEXT, resent INTEGER);
CREATE TRIGGER see_state AFTER UPDATE OF state ON deliveries BEGIN
  INSERT INTO states_seen (delivery, was, became, resent) VALUES (NEW.id, OLD.state, NEW.state, NEW.resent);
END;
"""
POSTGRESQL_HISTORY = """
CREATE TABLE states_seen (number bigserial PRIMARY KEY, delivery bigint, was text, became text, resent boolean);
CREATE FUNCTION see_state() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO states_seen (delivery, was, became, resent) VALUES (NEW.id, OLD.state, NEW.state, NEW.resent); RETURN NULL;
END $$;
CREATE TRIGGER see_state AFTER UPDATE OF state ON deliveries FOR EACH ROW EXECUTE FUNCTION see_state();
"""


@dataclass(frozen=True)
class Tables:
    """What the database holds at the end."""

    inbound: list[Row]
    deliveries: list[Row]
    said: list[Row]
    history: list[Row]


async def keep_history(url: str) -> None:
    """From now on every change of a delivery's state is written down, in the transaction that makes it."""
    if file := sqlite_file(url):
        db = sqlite3.connect(file)
        try:
            db.executescript(SQLITE_HISTORY)
        finally:
            db.close()
        return
    connection = await asyncpg.connect(plain(url))
    try:
        await connection.execute(POSTGRESQL_HISTORY)
    finally:
        await connection.close()


async def read_tables(url: str) -> Tables:
    inbound, deliveries, said, history = [await rows(url, query) for query in (INBOUND, DELIVERIES, SAID, HISTORY)]
    return Tables(inbound, deliveries, said, history)


async def waiting(url: str) -> int:
    """Deliveries that are not at an end."""
    return int((await rows(url, WAITING))[0]["count"])


async def rows(url: str, query: str) -> list[Row]:
    if file := sqlite_file(url):
        db = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)
        db.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in db.execute(query)]
        finally:
            db.close()
    connection = await asyncpg.connect(plain(url))
    try:
        return [dict(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


def sqlite_file(url: str) -> str:
    address = make_url(url)
    return (address.database or "") if address.get_backend_name() == "sqlite" else ""


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def text_of(delivery: Row) -> str:
    return str(json.loads(delivery["page"])["text"]).strip()
