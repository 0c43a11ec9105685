"""The overview counts what is in doubt, and the last day's messages, without a walk through all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0012_overview"
down_revision = "0011_members_by_end"
branch_labels = None
depends_on = None

IN_DOUBT = sa.text("state = 'in_doubt'")


def upgrade() -> None:
    op.create_index("deliveries_in_doubt", "deliveries", ["contact_id"], postgresql_where=IN_DOUBT, sqlite_where=IN_DOUBT)
    op.create_index("deliveries_by_time", "deliveries", ["at"], postgresql_using="brin")


def downgrade() -> None:
    op.drop_index("deliveries_by_time", "deliveries")
    op.drop_index("deliveries_in_doubt", "deliveries")
