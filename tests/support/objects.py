"""The sandbox's S3 in a thread of its own, and a bucket in it that real boto3 speaks to."""

import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from desk.sandbox.connect.objects import METHODS, PREFIX, Objects
from services.aws.client import AwsClient, AwsPlace
from services.aws.object_store import S3

BUCKET = 'desk-files'


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Serve a folder's objects while the block runs; the address."""
    route = Route(f'{PREFIX}/{{bucket}}/{{key:path}}', Objects(folder).serve, methods=METHODS)
    begun = threading.Event()

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncIterator[None]:
        begun.set()
        yield

    app = Starlette(routes=[route], lifespan=living)
    listener = socket.create_server(('127.0.0.1', 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    thread = threading.Thread(target=server.run, kwargs={'sockets': [listener]})
    thread.start()
    try:
        assert begun.wait(30)
        yield f'http://127.0.0.1:{listener.getsockname()[1]}{PREFIX}'
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def bucket_at(address: str) -> S3:
    """Return the bucket at an address."""
    place = AwsPlace(region='ap-northeast-2', endpoints={'s3': address})
    return S3(AwsClient('s3', place), BUCKET)


def kept(folder: Path) -> int:
    """Return the number of objects in a folder."""
    return sum(one.suffix == '' for one in folder.glob('*')) if folder.exists() else 0
