"""The floor's memory: one thread, one sqlite3 connection with synchronous=FULL, plain SQL, everything that waits in one commit."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

MOST = 64
SCHEMA = """
CREATE TABLE IF NOT EXISTS inbound (id TEXT PRIMARY KEY, at TEXT NOT NULL, number INTEGER);
CREATE TABLE IF NOT EXISTS contacts (id INTEGER PRIMARY KEY, created_at TEXT, language TEXT, branch TEXT);
CREATE TABLE IF NOT EXISTS addresses (id TEXT PRIMARY KEY, contact_id INTEGER, channel TEXT, external BLOB, window_until TEXT);
CREATE TABLE IF NOT EXISTS conversations (contact_id INTEGER PRIMARY KEY, memory BLOB, seen_at TEXT);
CREATE TABLE IF NOT EXISTS said (id INTEGER PRIMARY KEY, contact_id INTEGER, address TEXT, at TEXT, text TEXT, kind TEXT, client TEXT);
CREATE INDEX IF NOT EXISTS said_by_contact ON said (contact_id, id);
CREATE TABLE IF NOT EXISTS deliveries (id INTEGER PRIMARY KEY, key TEXT UNIQUE, contact_id INTEGER, address TEXT, channel TEXT, state TEXT,
  page TEXT, at TEXT, due_at TEXT, done_at TEXT, attempts INTEGER, provider_id TEXT, category TEXT);
CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (id) WHERE state = 'queued';
CREATE INDEX IF NOT EXISTS deliveries_by_contact ON deliveries (contact_id, id);
CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, contact_id INTEGER, at TEXT, kind TEXT, subject TEXT);
CREATE TABLE IF NOT EXISTS charges (day TEXT, category TEXT, count INTEGER, PRIMARY KEY (day, category));
"""

Work = Callable[[sqlite3.Connection], Any]


class Store:
    """`run(kind, item)`: the item's kind handles all items that wait, in one transaction; the result comes once it is on the disk."""

    def __init__(self, path: str, kinds: dict[str, Callable[[sqlite3.Connection, list[Any]], list[Any]]]) -> None:
        self._kinds = kinds
        self._waiting: queue.SimpleQueue[tuple[str, Any, asyncio.Future[Any]]] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, cached_statements=256)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "temp_store=MEMORY"):
            self.db.execute(f"PRAGMA {pragma}")
        self.db.executescript(SCHEMA)

    def start(self) -> None:
        threading.Thread(target=self._serve, daemon=True).start()

    def run(self, kind: str, item: Any) -> asyncio.Future[Any]:
        done = self._loop.create_future()
        self._waiting.put((kind, item, done))
        return done

    def _serve(self) -> None:
        while True:
            jobs = [self._waiting.get()]
            while len(jobs) < MOST and not self._waiting.empty():
                jobs.append(self._waiting.get())
            kinds: dict[str, list[tuple[Any, asyncio.Future[Any]]]] = {}
            for kind, item, done in jobs:
                kinds.setdefault(kind, []).append((item, done))
            self.db.execute("BEGIN IMMEDIATE")
            results = [(many, self._kinds[kind](self.db, [item for item, _done in many])) for kind, many in kinds.items()]
            self.db.execute("COMMIT")
            self._loop.call_soon_threadsafe(self._tell, results)

    @staticmethod
    def _tell(results: list[tuple[list[tuple[Any, asyncio.Future[Any]]], list[Any]]]) -> None:
        for many, values in results:
            for (_item, done), value in zip(many, values, strict=True):
                if not done.done():
                    done.set_result(value)
