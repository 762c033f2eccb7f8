"""Files in S3: stored, read and deleted by key, through boto3. The desk never gives an address of S3 to anybody."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from typing_extensions import override

from desk.errors import DeskError, NotFoundError, UpstreamError
from desk.settings import Settings
from services.aws.client import AwsClient, AwsPlace
from services.aws.operations import Operation

READ_SECONDS = 20.0
"""20 MB on a slow line."""


class ObjectStore(Protocol):
    """Files by key. Its methods raise ``UpstreamError`` (``file.away``) while it cannot be reached."""

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        """Store a file; again with the same key replaces it."""
        ...

    async def get(self, key: str) -> bytes:
        """Return a file. Raises ``NotFoundError`` (``file.not_found``)."""
        ...

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete files; those that are not there are no error."""
        ...

    async def close(self) -> None:
        """Release threads and connections."""
        ...


class S3(ObjectStore):
    """One bucket."""

    def __init__(self, client: AwsClient, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @override
    async def put(self, key: str, content: bytes, media_type: str) -> None:
        try:
            await self._client.call(
                Operation.PUT_OBJECT,
                Bucket=self._bucket,
                Key=key,
                Body=content,
                ContentType=media_type,
            )
        except DeskError as error:
            raise UpstreamError('file.away') from error

    @override
    async def get(self, key: str) -> bytes:
        try:
            answer = await self._client.call(Operation.GET_OBJECT, Bucket=self._bucket, Key=key)
        except NotFoundError as error:
            raise NotFoundError('file.not_found') from error
        except DeskError as error:
            raise UpstreamError('file.away') from error
        content: bytes = answer['Body']
        return content

    @override
    async def delete(self, keys: Sequence[str]) -> None:
        try:
            await asyncio.gather(
                *(
                    self._client.call(Operation.DELETE_OBJECT, Bucket=self._bucket, Key=key)
                    for key in keys
                )
            )
        except DeskError as error:
            raise UpstreamError('file.away') from error

    @override
    async def close(self) -> None:
        await self._client.close()


def store_for(settings: Settings) -> ObjectStore | None:
    """Return the bucket for files, or ``None`` where none is configured. Opens nothing."""
    if not settings.files_bucket:
        return None
    place = AwsPlace(region=settings.aws_region, endpoints=settings.aws_endpoints)
    return S3(AwsClient('s3', place, read_seconds=READ_SECONDS), settings.files_bucket)
