"""Promises: one for each line, found by queue while nobody owns them; lines that promise nothing.

A promise has its customer from its contact, so its own ``customer_id``, which nothing ever wrote or read, goes: it would have
to follow every link and merge.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index('idx_promises_customer', table_name='promises')
    op.drop_column('promises', 'customer_id')
    op.create_index(
        'idx_promises_unowned',
        'promises',
        ['queue_id', 'due_at'],
        postgresql_where=sa.text("owner_id IS NULL AND status = 'open'"),
    )
    op.create_index(
        'uq_promises_message_id',
        'promises',
        ['message_id'],
        unique=True,
        postgresql_where=sa.text('message_id IS NOT NULL'),
    )
    op.create_table(
        'dismissed_promises',
        sa.Column('message_id', sa.Uuid(), nullable=False),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ['agent_id'], ['agents.id'], name=op.f('fk_dismissed_promises_agent_id')
        ),
        sa.PrimaryKeyConstraint('message_id', name=op.f('pk_dismissed_promises')),
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('dismissed_promises')
    op.drop_index('uq_promises_message_id', table_name='promises')
    op.drop_index('idx_promises_unowned', table_name='promises')
    op.add_column('promises', sa.Column('customer_id', sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f('fk_promises_customer_id'), 'promises', 'customers', ['customer_id'], ['id']
    )
    op.create_index(
        'idx_promises_customer', 'promises', ['customer_id', 'created_at'], unique=False
    )
