"""Journeys and their tallies, targets of the yearly plan, what missions ask for, and who gets the monthly report."""

import sqlalchemy as sa
from alembic import op

revision = "0016_evaluation"
down_revision = "0015_keys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _counted()
    _planned()
    _missions()
    _reports()


def _counted() -> None:
    op.create_table(
        "journeys",
        _number("contact_id"),
        *_words("month", "branch", "partner", "country"),
        sa.Column("stages", sa.Integer(), nullable=False),
        *_words("result", "topics"),
        sa.PrimaryKeyConstraint("contact_id", "month"),
    )
    op.create_index("journeys_by_month", "journeys", ["branch", "month", "contact_id"])
    keys = ("period", "branch", "partner", "country", "measure")
    op.create_table("tallies", *_words(*keys), _number("many"), sa.PrimaryKeyConstraint(*keys))
    rollups = op.create_table("rollups", sa.Column("id", sa.Integer(), nullable=False), _number("counted"), sa.PrimaryKeyConstraint("id"))
    op.create_table("recounts", sa.Column("id", sa.Integer(), nullable=False), _number("contact_id"), sa.PrimaryKeyConstraint("id"))
    op.bulk_insert(rollups, [{"id": 1, "counted": 0}])


def _planned() -> None:
    keys = ("branch", "partner", "month", "measure")
    op.create_table("targets", *_words(*keys), _number("many"), _number("officer_id"), _moment("at"), sa.PrimaryKeyConstraint(*keys))


def _missions() -> None:
    op.create_table(
        "mission_findings",
        _number("id"),
        *_words("mission", "required", "required_for", "advice", "hotline", "source"),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=False),
        *_words("state"),
        _moment("at"),
        _number("officer_id"),
        sa.Column("judged_by", sa.BigInteger(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("mission_findings_by_mission", "mission_findings", ["mission", "state"])
    op.create_table(
        "mission_reports",
        _number("id"),
        _moment("at"),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        *_words("branch", "mission"),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("mission_reports_once", "mission_reports", ["contact_id", "mission"], unique=True)
    op.create_index("mission_reports_by_mission", "mission_reports", ["mission", "branch"])


def _reports() -> None:
    op.create_table(
        "report_orders", _number("officer_id"), *_words("branch", "sent_for"), _moment("at"), sa.PrimaryKeyConstraint("officer_id")
    )
    op.create_index("ix_report_orders_branch", "report_orders", ["branch"])
    op.create_table(
        "report_links", *_words("id"), _number("officer_id"), *_words("branch", "period"), _moment("until"), sa.PrimaryKeyConstraint("id")
    )
    op.create_index("ix_report_links_officer_id", "report_links", ["officer_id"])


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def downgrade() -> None:
    for table in (
        "report_links",
        "report_orders",
        "mission_reports",
        "mission_findings",
        "targets",
        "recounts",
        "rollups",
        "tallies",
        "journeys",
    ):
        op.drop_table(table)
