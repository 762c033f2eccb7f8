"""Plays the time to come in a process of its own: ``python -m services.forecast.worker``, a question in, an answer out."""

import gc
import sys

from desk.worker_process import bound_work
from services.forecast.answers import Question
from services.forecast.futures import answered

if __name__ == '__main__':
    bound_work(cpu_seconds=20, memory_bytes=1 << 30, file_bytes=1 << 20)
    gc.disable()  # the process lives for a moment, and leaves no cycles that matter
    sys.stdout.write(answered(Question.model_validate_json(sys.stdin.read())).model_dump_json())
