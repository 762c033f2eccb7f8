"""A local desk's backing services, started where no address is set: PostgreSQL, Valkey, Connect.

The desk also runs without the simulator; the reason is then printed.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from desk.sandbox.contact_centre import ContactCentre
from desk.sandbox.errors import SandboxError
from desk.sandbox.sandbox import Sandbox
from desk.settings import Settings

FILES_BUCKET = 'desk-files'


@contextmanager
def backed(settings: Settings, *, with_connect: bool) -> Iterator[Settings]:
    """Yield settings that have all addresses; the services run for the length of the block.

    Args:
        settings: the settings of a local desk.
        with_connect: whether to start the Connect simulator too, which takes seconds.

    Raises:
        SandboxError: PostgreSQL or Valkey cannot start.
    """
    with ExitStack() as stack:
        if not (settings.database_url and settings.redis_url):
            settings = _with_stores(settings, stack)
        if with_connect and settings.wants_sandbox:
            settings = _with_connect(settings, stack)
        yield settings


def _with_stores(settings: Settings, stack: ExitStack) -> Settings:
    urls = stack.enter_context(Sandbox(settings.desk_home))
    owner_url = (
        settings.database_owner_url if settings.database_url else urls.database_owner_url
    )  # of the same database
    return settings.model_copy(
        update={
            'database_url': settings.database_url or urls.database_url,
            'database_owner_url': settings.database_owner_url or owner_url,
            'redis_url': settings.redis_url or urls.redis_url,
        }
    )


def _with_connect(settings: Settings, stack: ExitStack) -> Settings:
    try:
        centre = stack.enter_context(ContactCentre(settings.desk_home))
    except SandboxError as error:
        _say(f'Connect in a box does not start: {error}')
        return settings
    softphone = {}
    if centre.softphone_trouble:
        _say(centre.softphone_trouble)
    else:
        softphone = {
            'connect_ccp_url': centre.ccp_url,
            'connect_login_url': f'{centre.login_url}?agent={{username}}',
        }
        sys.stdout.write(f'\n  Connect in a box: customers call at {centre.control_url}\n')
    return settings.model_copy(
        update={
            'aws_region': centre.region,
            'aws_endpoint_url': centre.events_url,
            'aws_endpoint_url_connect': centre.aws_url,
            'connect_instance_id': centre.instance_id,
            'aws_endpoint_url_comprehend': centre.aws_url,
            'aws_endpoint_url_s3': settings.aws_endpoint_url_s3 or centre.objects_url,
            'files_bucket': settings.files_bucket or FILES_BUCKET,
            'contact_events_queue': centre.contact_queue,
            'contact_flow_id': centre.contact_flow_id,
            'source_phone_number': centre.source_phone_number,
            **softphone,
        }
    )


def _say(why: str) -> None:
    sys.stderr.write(f'{why}\nThe desk runs without a softphone.\n')
