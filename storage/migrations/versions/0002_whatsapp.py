"""WhatsApp: the window in which one may write, receipts, what is billed, templates, the account's limits."""

import sqlalchemy as sa
from alembic import op

revision = "0002_whatsapp"
down_revision = "0001_first"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for moment in ("window_until", "approached_at", "preferred_at"):
        op.add_column("addresses", sa.Column(moment, sa.DateTime(timezone=True), nullable=True))
    op.add_column("addresses", sa.Column("phone_index", sa.String(), nullable=True))
    op.create_index("ix_addresses_approached_at", "addresses", ["approached_at"])
    op.create_index("ix_addresses_phone_index", "addresses", ["phone_index"])
    op.add_column("deliveries", sa.Column("template", sa.String(), nullable=True))
    op.add_column("deliveries", sa.Column("category", sa.String(), nullable=True))

    accounts = op.create_table(
        "accounts",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("daily_limit", sa.Integer(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_because", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("channel"),
    )
    op.bulk_insert(accounts, [{"channel": "whatsapp"}])
    op.create_table(
        "charges",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("billable", sa.Boolean(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "channel", "category", "kind", "country", "billable"),
    )
    op.create_table(
        "orphans",
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("delivery", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", "state"),
    )
    op.create_index("ix_orphans_seen_at", "orphans", ["seen_at"])
    op.create_table(
        "templates",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("quality", sa.String(), nullable=False),
        sa.Column("parts", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "language"),
    )


def downgrade() -> None:
    for table in ("templates", "orphans", "charges", "accounts"):
        op.drop_table(table)
    op.drop_index("ix_addresses_phone_index", "addresses")
    op.drop_index("ix_addresses_approached_at", "addresses")
    for column in ("template", "category"):
        op.drop_column("deliveries", column)
    for column in ("window_until", "approached_at", "preferred_at", "phone_index"):
        op.drop_column("addresses", column)
