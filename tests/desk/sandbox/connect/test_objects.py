"""The sandbox's S3 answers unmodified boto3, and its objects survive a restart."""

from pathlib import Path

import pytest

from desk.errors import NotFoundError
from tests.support import objects


async def test_objects_are_there_after_a_restart_and_gone_when_deleted(tmp_path: Path) -> None:
    content = bytes(range(256)) * 1_000
    with objects.running(tmp_path) as address:
        bucket = objects.bucket_at(address)
        await bucket.put('a/random key', content, 'image/png')
        await bucket.close()

    with objects.running(tmp_path) as address:
        bucket = objects.bucket_at(address)
        assert await bucket.get('a/random key') == content
        await bucket.delete(['a/random key', 'never there'])
        with pytest.raises(NotFoundError):
            await bucket.get('a/random key')
        await bucket.close()
