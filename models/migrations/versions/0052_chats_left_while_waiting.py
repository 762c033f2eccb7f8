"""Chats whose customers waited in a crowded queue and left a message instead.

Revision ID: 0052
Revises: 0051
"""

import sqlalchemy as sa
from alembic import op

revision = '0052'
down_revision = '0051'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column('chat_sessions', sa.Column('left_at', sa.TIMESTAMP(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back; who left a message counts as somebody who waits at a screen again."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column('chat_sessions', 'left_at')
