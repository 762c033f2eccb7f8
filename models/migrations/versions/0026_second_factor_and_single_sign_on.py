"""Second factors, links for a new password, single sign-on, and what is known of a session's device.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

TIME = sa.TIMESTAMP(timezone=True)
SESSION_COLUMNS = ('user_agent', 'address', 'seen_at', 'sso_session', 'sso_token', 'sso_checked_at')


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        'second_factors',
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('created_at', TIME, server_default=sa.text('now()'), nullable=False),
        sa.Column('secret', sa.String(length=400), nullable=False),
        sa.Column('last_step', sa.BigInteger(), server_default='0', nullable=False),
        sa.Column('recovery_marks', postgresql.ARRAY(sa.String()), server_default='{}', nullable=False),
        sa.Column('failures', sa.Integer(), server_default='0', nullable=False),
        sa.Column('failed_at', TIME, nullable=True),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_second_factors_agent_id')),
        sa.PrimaryKeyConstraint('agent_id', name=op.f('pk_second_factors')),
    )  # fmt: skip
    op.create_table(
        'second_factor_rules',
        sa.Column('role', postgresql.ENUM(name='agent_role', create_type=False), nullable=False),
        sa.Column('is_required', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column('updated_at', TIME, server_default=sa.text('now()'), nullable=False),
        sa.PrimaryKeyConstraint('role', name=op.f('pk_second_factor_rules')),
    )
    op.create_table(
        'password_resets',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', TIME, server_default=sa.text('now()'), nullable=False),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('made_by_id', sa.Uuid(), nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('expires_at', TIME, nullable=False),
        sa.Column('used_at', TIME, nullable=True),
        sa.Column('ended_at', TIME, nullable=True),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_password_resets_agent_id')),
        sa.ForeignKeyConstraint(['made_by_id'], ['agents.id'], name=op.f('fk_password_resets_made_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_password_resets')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_password_resets_token_hash')),
    )  # fmt: skip
    op.create_index('idx_password_resets_agent', 'password_resets', ['agent_id'])
    op.add_column(
        'sessions',
        sa.Column('user_agent', sa.String(length=300), server_default='', nullable=False),
    )
    op.add_column(
        'sessions', sa.Column('address', sa.String(length=45), server_default='', nullable=False)
    )
    op.add_column('sessions', sa.Column('seen_at', TIME, nullable=True))
    op.add_column('sessions', sa.Column('sso_session', sa.String(length=64), nullable=True))
    op.add_column('sessions', sa.Column('sso_token', sa.Text(), nullable=True))
    op.add_column('sessions', sa.Column('sso_checked_at', TIME, nullable=True))
    op.add_column('agents', sa.Column('sso_subject', sa.String(length=64), nullable=True))
    op.create_unique_constraint(op.f('uq_agents_sso_subject'), 'agents', ['sso_subject'])


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(op.f('uq_agents_sso_subject'), 'agents', type_='unique')
    op.drop_column('agents', 'sso_subject')
    for name in reversed(SESSION_COLUMNS):
        op.drop_column('sessions', name)
    op.drop_table('password_resets')
    op.drop_table('second_factor_rules')
    op.drop_table('second_factors')
