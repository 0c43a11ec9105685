"""Runs migrations on the connection it is handed; storage.database.migrate() is the only way in."""

import sqlmodel
from alembic import context

import storage.effects
import storage.journeys
import storage.missions
import storage.receipts
import storage.reports.orders
import storage.store
import storage.targets
import storage.turns  # noqa: F401 (with those above: every table is declared once these are imported)
from storage import attachments, audit, canned, duty, keys, leases, limits, loading, marks, notes, pauses, sessions, templates  # noqa: F401

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=sqlmodel.SQLModel.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
