"""The sizes of a centre in ``deploy/sizes``: parameters of the templates, one a line."""

from tests.support.templates import ROOT

FOLDER = ROOT / 'deploy' / 'sizes'
SIZES = ('50', '500', '5000')


def size(name: str) -> dict[str, str]:
    """Return the parameters of a size."""
    lines = (FOLDER / f'{name}.env').read_text().splitlines()
    return dict(line.split('=', 1) for line in lines if line and not line.startswith('#'))
