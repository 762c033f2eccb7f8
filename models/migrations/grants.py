"""What the desk's own role may do in the database: everything with rows, nothing with tables, and only add to the audit log.

The tables belong to the role that migrates (``DATABASE_OWNER_URL``, decision 0021). Whoever holds the desk's password can
neither drop the audit log nor switch off what guards it. An owner that may make roles, as on a server of AWS, makes the desk's
when it is missing; its password goes there as a hash only.
"""

from typing import cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

_GRANTS = (
    'GRANT USAGE ON SCHEMA public TO {role}',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}',
    'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}',
    'REVOKE UPDATE, DELETE ON audit_log FROM {role}',
    'REVOKE UPDATE, DELETE ON access_reviews FROM {role}',
    'REVOKE UPDATE ON protection_steps, protection_evidence FROM {role}',
    'REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}',
)


def grant(owner_url: str, url: str) -> None:
    """Let the role of ``url`` work with the tables that the role of ``owner_url`` owns; again changes nothing.

    The role is made when it is missing. One that is there keeps its password.
    """
    engine, used_by = create_engine(owner_url), make_url(url)
    try:
        with engine.begin() as connection:
            _make_role(connection, used_by.username or '', used_by.password or '')
            _grant(connection, used_by.username or '')
    finally:
        engine.dispose()


def _make_role(connection: Connection, role: str, password: str) -> None:
    known = text('SELECT 1 FROM pg_roles WHERE rolname = :role')
    if connection.execute(known, {'role': role}).first():
        return
    driver = cast('psycopg.Connection', connection.connection.driver_connection)
    sealed = driver.pgconn.encrypt_password(password.encode(), role.encode(), b'scram-sha-256')
    driver.execute(
        sql.SQL('CREATE ROLE {} LOGIN PASSWORD {}').format(sql.Identifier(role), sealed.decode())
    )


def _grant(connection: Connection, role: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    for statement in _GRANTS:
        connection.execute(text(statement.format(role=quoted)))
