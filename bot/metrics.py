"""Figures for operators, on a private port: what came in, what went out, what waits, what is in doubt."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from storage import Database, Unavailable
from storage.figures import Figures, figures

if TYPE_CHECKING:
    from aiohttp import web

REGISTRY = CollectorRegistry()
RECEIVED = Counter("sapa_received_total", "Messages that arrived, by channel.", ["channel"], registry=REGISTRY)
HANDLED = Counter(
    "sapa_handled_total", "Messages by how their turn ended: done (once; a repeated one too), quarantined.", ["end"], registry=REGISTRY
)
SENT = Counter("sapa_sends_total", "Calls that send, by channel and what became of them.", ["channel", "state"], registry=REGISTRY)
TURN = Histogram(
    "sapa_receive_seconds", "From arrival to durable.", buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5), registry=REGISTRY
)
SEND = Histogram("sapa_send_seconds", "One API call that sends.", ["channel"], registry=REGISTRY)
WAITING = Gauge("sapa_queue_depth", "Deliveries that wait, by channel and lane.", ["channel", "lane"], registry=REGISTRY)
OLDEST = Gauge("sapa_queue_age_seconds", "Age of the oldest delivery that waits and is due, by channel.", ["channel"], registry=REGISTRY)
DOUBT = Gauge("sapa_in_doubt", "Deliveries of which nobody knows whether they arrived.", registry=REGISTRY)
QUARANTINED = Gauge("sapa_quarantined", "Messages put aside because they could not be handled.", registry=REGISTRY)
GAPS = Gauge("sapa_updates_dropped", "Updates of the last day that Telegram gave up on: numbers that never came.", registry=REGISTRY)
RESTING = Gauge("sapa_resting", "What rests or is wrong until a person looks at it.", ["name", "reason"], registry=REGISTRY)
TAKEN = Counter("sapa_telegram_address_changed_total", "Times somebody else turned our Telegram bot to another address.", registry=REGISTRY)
HELD_UP = Counter("sapa_held_up_total", "Times this process did nothing for seconds.", registry=REGISTRY)
TASKS = Gauge("sapa_tasks", "Tasks under way in this process.", registry=REGISTRY)
FILES = Gauge("sapa_spare_files", "File descriptors this process may still open.", registry=REGISTRY)


@cache
def sent(channel: str, state: str) -> Counter:
    """Where a call that sends is counted: finding it by its names takes as long as ten countings."""
    return SENT.labels(channel, state)


@cache
def sending(channel: str) -> Histogram:
    """Where the time of a call that sends is counted."""
    return SEND.labels(channel)


@contextmanager
def timed(histogram: Histogram) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        histogram.observe(time.perf_counter() - started)


async def serve(database: Database, host: str, port: int, now: Callable[[], datetime]) -> web.AppRunner:
    """The private port. It shows counts only, never who."""
    from aiohttp import web  # commands that serve nobody start a tenth sooner without it

    async def metrics(_request: web.Request) -> web.Response:
        try:
            show(await database.writer.read(lambda db: figures(db, now())))
        except Unavailable:
            return web.Response(status=503, text="the database is away\n")
        TASKS.set(len(asyncio.all_tasks()))
        return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    app = web.Application()
    app.add_routes([web.get("/metrics", metrics)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner


def show(counts: Figures) -> None:
    WAITING.clear()
    OLDEST.clear()
    for (channel, lane), count in counts.waiting.items():
        WAITING.labels(channel, str(lane)).set(count)
    for channel, age in counts.oldest.items():
        OLDEST.labels(channel).set(age)
    DOUBT.set(counts.in_doubt)
    QUARANTINED.set(counts.quarantined)
    GAPS.set(counts.dropped)
    RESTING.clear()
    for name, reason in counts.resting.items():
        RESTING.labels(name, reason).set(1)
