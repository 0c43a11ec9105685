"""Campaigns, their recipients, and when each person was last written to by one."""

import sqlalchemy as sa
from alembic import op

revision = "0010_campaigns"
down_revision = "0009_interests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("approver", sa.String(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("paused_because", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_campaigns_branch", "campaigns", ["branch"])
    op.create_table(
        "recipients",
        sa.Column("campaign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("delivery", sa.BigInteger(), nullable=True),
        sa.Column("pressed", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("campaign", "contact_id"),
        sqlite_with_rowid=False,
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "recipients_waiting", "recipients", ["campaign", "channel", "due", "contact_id"], postgresql_where=waiting, sqlite_where=waiting
    )
    op.create_table(
        "approaches",
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("second", sa.BigInteger(), nullable=False),
        sa.Column("third", sa.BigInteger(), nullable=False),
        sa.Column("fourth", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("contact_id"),
    )


def downgrade() -> None:
    op.drop_table("approaches")
    op.drop_table("recipients")
    op.drop_table("campaigns")
