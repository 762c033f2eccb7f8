"""How many call-backs an hour of a queue takes, and what callers are told of the recording.

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column('queues', sa.Column('callbacks_per_hour', sa.Integer(), nullable=True))
    op.add_column(
        'calls',
        sa.Column('recording_notice', sa.String(length=500), server_default='', nullable=False),
    )


def downgrade() -> None:
    """Go back."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column('calls', 'recording_notice')
    op.drop_column('queues', 'callbacks_per_hour')
