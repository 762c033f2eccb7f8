"""Look-ups of numbers and addresses are counted, failed sign-ins by where they come from; accounts can be blocked.

Whom an agent talks with on the telephone is found by an index. The audit log's chain asks no search path.

Revision ID: 0007
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    # As whoever writes an entry would have it, functions and tables of the same names could stand before ours.
    op.execute('ALTER FUNCTION chain_audit_entry() SET search_path = pg_catalog, public, pg_temp')
    op.create_table(
        'lookups',
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('value_hash', sa.String(length=64), nullable=False),
        sa.Column('alike_hash', sa.String(length=64), nullable=False),
        sa.Column(
            'looked_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_lookups_agent_id')),
        sa.PrimaryKeyConstraint('agent_id', 'value_hash', name=op.f('pk_lookups')),
    )
    op.create_index('idx_lookups_agent', 'lookups', ['agent_id', 'looked_at'])
    op.create_index('idx_lookups_alike', 'lookups', ['agent_id', 'alike_hash', 'looked_at'])
    op.create_index('idx_lookups_old', 'lookups', ['looked_at'])
    op.add_column(
        'sign_in_attempts',
        sa.Column('source', sa.String(length=64), server_default='', nullable=False),
    )
    op.add_column('agents', sa.Column('blocked_at', sa.TIMESTAMP(timezone=True), nullable=True))
    op.create_index(
        'idx_calls_open_agent', 'calls', ['agent_id'], postgresql_where=sa.text('end_time IS NULL')
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute('ALTER FUNCTION chain_audit_entry() RESET search_path')
    op.drop_index('idx_calls_open_agent', 'calls')
    op.drop_column('agents', 'blocked_at')
    op.drop_column('sign_in_attempts', 'source')
    op.drop_table('lookups')
