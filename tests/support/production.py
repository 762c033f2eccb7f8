"""A desk as it is run in production, on the servers of the tests."""

from typing import Any

from desk.settings import Environment, Settings

HOST = 'desk.example.com'


def in_production(settings: Settings, **changes: Any) -> Settings:
    """Return a production desk's settings; it is asked for as ``https://desk.example.com``."""
    production = {'desk_env': Environment.PRODUCTION, 'public_url': f'https://{HOST}'}
    return settings.model_copy(update=production | changes)
