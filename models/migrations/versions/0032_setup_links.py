"""Links for the first administrator, and 후처리 whose agent works here no more.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None

TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        'setup_links',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', TIME, server_default=sa.text('now()'), nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('expires_at', TIME, nullable=False),
        sa.Column('used_at', TIME, nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_setup_links')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_setup_links_token_hash')),
    )
    op.add_column('wrap_ups', sa.Column('left_at', TIME, nullable=True))
    op.create_index(
        'idx_wrap_ups_left',
        'wrap_ups',
        ['queue_id'],
        postgresql_where=sa.text('done_at IS NULL AND left_at IS NOT NULL'),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index('idx_wrap_ups_left', table_name='wrap_ups')
    op.drop_column('wrap_ups', 'left_at')
    op.drop_table('setup_links')
