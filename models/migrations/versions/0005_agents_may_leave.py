"""Agents may leave: who is not active cannot sign in, and stays as the name under what they did.

A process of the version before goes on beside this: it knows nothing of the column, and the default fills it.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        'agents', sa.Column('is_active', sa.Boolean(), server_default=sa.true(), nullable=False)
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column('agents', 'is_active')
