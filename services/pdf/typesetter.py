"""Sets one document: reads it as JSON from standard input, writes a PDF to standard output (``services.pdf.document``).

It uses the fonts beside it and no others, so that a document looks the same on every machine.
"""

import os
import sys
from pathlib import Path

from desk.worker_process import bound_work

HERE = Path(__file__).parent
TEMPLATES = HERE / 'templates'
FONTS = HERE / 'fonts'
MAX_CPU_SECONDS = 240
MAX_MEMORY_BYTES = 3 << 30
MAX_FILE_BYTES = 1 << 30


def main() -> None:
    """Set the document on standard input."""
    bound_work(
        cpu_seconds=MAX_CPU_SECONDS, memory_bytes=MAX_MEMORY_BYTES, file_bytes=MAX_FILE_BYTES
    )
    os.environ['RAYON_NUM_THREADS'] = '1'  # Typst would take every core
    import typst  # noqa: PLC0415 - reads the environment when it is loaded

    compiler = typst.Compiler(
        str(TEMPLATES / 'document.typ'),
        root=str(TEMPLATES),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={'document': sys.stdin.buffer.read().decode()},
    )
    content = compiler.compile(format='pdf', pdf_tags=False)
    assert isinstance(content, bytes)  # noqa: S101 - nothing else for a PDF that is returned
    sys.stdout.buffer.write(content)


if __name__ == '__main__':
    main()
