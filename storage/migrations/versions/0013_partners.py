"""Links are labelled, expire and may belong to a campaign or an occasion; arrivals by them; a partner's own page; socialisation days."""

import sqlalchemy as sa
from alembic import op

revision = "0013_partners"
down_revision = "0012_overview"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("partners", sa.Column("hosts", sa.String(), nullable=False, server_default=""))
    op.add_column("partners", sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("links", sa.Column("label", sa.String(), nullable=False, server_default=""))
    op.add_column("links", sa.Column("created_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("links", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("links", sa.Column("campaign", sa.BigInteger(), nullable=True))
    op.add_column("links", sa.Column("occasion", sa.BigInteger(), nullable=True))
    op.create_index("ix_links_occasion", "links", ["occasion"])
    op.create_table(
        "touches",
        _number("id"),
        _moment("at"),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        *_words("branch", "channel", "outcome", "code"),
        sa.Column("partner", sa.String(), nullable=True),
        sa.Column("campaign", sa.BigInteger(), nullable=True),
        sa.Column("occasion", sa.BigInteger(), nullable=True),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("touches_by_partner", "touches", ["partner", "outcome", "at"])
    op.create_index("touches_by_contact", "touches", ["contact_id"])
    op.create_index("touches_by_occasion", "touches", ["occasion", "at"])
    op.create_index("touches_by_branch", "touches", ["branch", "at"])
    _of_occasions()
    op.create_table("doors", *_words("name", "value"), sa.PrimaryKeyConstraint("name"))
    op.create_table("partner_keys", *_words("id"), _number("officer_id"), _moment("until"), sa.PrimaryKeyConstraint("id"))
    op.create_index("ix_partner_keys_officer_id", "partner_keys", ["officer_id"])
    op.create_table(
        "shares", _number("contact_id"), *_words("partner", "notice"), _moment("at"), sa.PrimaryKeyConstraint("contact_id", "partner")
    )


def _of_occasions() -> None:
    op.create_table(
        "occasions",
        _number("id"),
        *_words("branch", "partner", "name", "place"),
        _moment("starts_at"),
        _moment("ends_at"),
        sa.Column("asked_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_occasions_branch", "occasions", ["branch"])
    op.create_table(
        "comprehension",
        _number("id"),
        _moment("at"),
        _number("occasion"),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        *_words("phase", "question"),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("comprehension_by_occasion", "comprehension", ["occasion", "phase"])
    op.create_index("comprehension_by_contact", "comprehension", ["contact_id"])


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def downgrade() -> None:
    for table in ("shares", "partner_keys", "doors", "comprehension", "occasions", "touches"):
        op.drop_table(table)
    op.drop_index("ix_links_occasion", table_name="links")
    for column in ("label", "created_at", "expires_at", "campaign", "occasion"):
        op.drop_column("links", column)
    for column in ("hosts", "version"):
        op.drop_column("partners", column)
