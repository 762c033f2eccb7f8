"""Retention of contacts: when texts and people were taken out of them.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

COLUMNS = (
    ('chat_sessions', 'texts_removed_at'),
    ('chat_sessions', 'person_removed_at'),
    ('calls', 'person_removed_at'),
)


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, sa.TIMESTAMP(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, column in COLUMNS:
        op.drop_column(table, column)
