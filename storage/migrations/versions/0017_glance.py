"""The overview counts people, checks and what was put aside from indexes alone."""

import sqlalchemy as sa
from alembic import op

revision = "0017_glance"
down_revision = "0016_evaluation"
branch_labels = None
depends_on = None

ASIDE = sa.text("state = 'quarantined'")


def upgrade() -> None:
    op.create_index("contacts_by_branch", "contacts", ["branch", "created_at", "erased_at"])
    op.drop_index("ix_contacts_branch", table_name="contacts")
    op.drop_index("events_by_kind", table_name="events")
    op.create_index("events_by_kind", "events", ["kind", "at", "branch", "subject"])
    op.create_index("inbound_aside", "inbound", ["at"], postgresql_where=ASIDE, sqlite_where=ASIDE)


def downgrade() -> None:
    op.drop_index("inbound_aside", table_name="inbound")
    op.drop_index("events_by_kind", table_name="events")
    op.create_index("events_by_kind", "events", ["kind", "at"])
    op.create_index("ix_contacts_branch", "contacts", ["branch"])
    op.drop_index("contacts_by_branch", table_name="contacts")
