"""Talks with officers: who holds a conversation, notes, canned answers, who is on duty and by which chat they are reached."""

import sqlalchemy as sa
from alembic import op

revision = "0006_talks"
down_revision = "0005_marks"
branch_labels = None
depends_on = None

WAITING = sa.text("state <> 'closed'")
ANSWERED = sa.text("answered_at IS NOT NULL")
RECENT = ["seen_at", "contact_id", "branch", "language", "channel", "officer_id"]


def upgrade() -> None:
    for name in ("branch", "language", "channel"):
        op.add_column("conversations", sa.Column(name, sa.String(), nullable=True))
    op.add_column("conversations", sa.Column("officer_id", sa.BigInteger(), nullable=True))
    op.add_column("conversations", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE conversations SET branch = (SELECT c.branch FROM contacts c WHERE c.id = conversations.contact_id)")
    op.execute("UPDATE conversations SET language = (SELECT c.language FROM contacts c WHERE c.id = conversations.contact_id)")
    op.execute("UPDATE conversations SET channel = (SELECT min(a.channel) FROM addresses a WHERE a.contact_id = conversations.contact_id)")
    op.create_index("conversations_recent", "conversations", RECENT)

    for name in ("read_at", "answered_at"):
        op.add_column("requests", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("requests", sa.Column("officer_id", sa.BigInteger(), nullable=True))
    op.create_index("requests_waiting", "requests", ["branch", "urgent", "at"], postgresql_where=WAITING, sqlite_where=WAITING)
    op.create_index("requests_answered", "requests", ["branch", "answered_at"], postgresql_where=ANSWERED, sqlite_where=ANSWERED)

    op.create_table(
        "notes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("notes_by_contact", "notes", ["contact_id", "id"])
    op.create_table(
        "canned",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("words_id", sa.String(), nullable=False),
        sa.Column("words_en", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_canned_branch", "canned", ["branch"])
    op.create_table(
        "duty",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.String(), nullable=False),
        sa.Column("ends", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "officer_chats",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address"),
    )
    op.create_table(
        "officer_chat_codes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for table in ("duty", "officer_chats", "officer_chat_codes"):
        op.create_index(f"ix_{table}_officer_id", table, ["officer_id"])


def downgrade() -> None:
    for table in ("officer_chat_codes", "officer_chats", "duty", "canned", "notes"):
        op.drop_table(table)
    op.drop_index("requests_answered", "requests")
    op.drop_index("requests_waiting", "requests")
    for name in ("officer_id", "answered_at", "read_at"):
        op.drop_column("requests", name)
    op.drop_index("conversations_recent", "conversations")
    for name in ("held_at", "officer_id", "channel", "language", "branch"):
        op.drop_column("conversations", name)
