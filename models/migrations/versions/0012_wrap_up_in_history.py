"""Contacts are found by what was written down after them.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index('idx_wrap_ups_category', table_name='wrap_ups')
    op.create_index('idx_wrap_ups_category', 'wrap_ups', ['category_id', 'contact_id'])
    op.create_index(
        'idx_wrap_ups_follow_up',
        'wrap_ups',
        ['contact_id'],
        postgresql_where=sa.text('needs_follow_up'),
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index('idx_wrap_ups_follow_up', table_name='wrap_ups')
    op.drop_index('idx_wrap_ups_category', table_name='wrap_ups')
    op.create_index('idx_wrap_ups_category', 'wrap_ups', ['category_id'])
