"""Members are read in the order in which their cover ends, also where thousands end on one day."""

from alembic import op

revision = "0011_members_by_end"
down_revision = "0010_campaigns"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("members_by_end", "members", ["ends_on", "id"])
    op.drop_index("ix_members_ends_on", table_name="members")


def downgrade() -> None:
    op.create_index("ix_members_ends_on", "members", ["ends_on"])
    op.drop_index("members_by_end", table_name="members")
