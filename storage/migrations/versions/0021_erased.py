"""Find the few who were erased among all contacts."""

import sqlalchemy as sa
from alembic import op

revision = "0021_erased"
down_revision = "0020_effects"
branch_labels = None
depends_on = None


def upgrade() -> None:
    few = sa.text("erased_at IS NOT NULL")
    op.create_index("contacts_erased", "contacts", ["erased_at"], postgresql_where=few, sqlite_where=few)


def downgrade() -> None:
    op.drop_index("contacts_erased", "contacts")
