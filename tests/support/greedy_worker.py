"""A module for a process of its own that wants too much: ``python -m tests.support.greedy_worker WHAT``."""

import sys
import tempfile
import time

from desk.worker_process import bound_work

MEBIBYTE = 1 << 20


def main(what: str) -> None:
    """Want too much of something."""
    bound_work(cpu_seconds=1, memory_bytes=256 * MEBIBYTE, file_bytes=MEBIBYTE)
    print('begun', flush=True)
    match what:
        case 'processor':
            while True:
                pass
        case 'memory':
            print(len(bytes(512 * MEBIBYTE)))
        case 'disk':
            with tempfile.TemporaryFile() as file:
                file.write(bytes(2 * MEBIBYTE))
        case 'time':
            time.sleep(60)


if __name__ == '__main__':
    main(sys.argv[1])
