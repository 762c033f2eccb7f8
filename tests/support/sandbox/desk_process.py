"""A desk reduced to its sandbox, for tests that kill it: start, tell the addresses, wait for Ctrl-C, stop.

Arguments: the home; the id of the user to be, 0 for no change; ``connect`` for the contact centre instead.
"""

import json
import os
import signal
import socket
import sys
from dataclasses import asdict
from pathlib import Path

from desk.sandbox import Sandbox, SandboxError
from desk.sandbox.contact_centre import ContactCentre


def main(home: Path, uid: int, servers: str) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    if uid:  # here and not in the parent: the other user may not be able to reach the interpreter
        socket.getaddrinfo('127.0.0.1', 1)  # imports now what it could not import later
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    try:
        with ContactCentre(home) if servers == 'connect' else Sandbox(home) as urls:
            sys.stdout.write(json.dumps(asdict(urls)) + '\n')
            sys.stdout.flush()
            signal.pause()
    except KeyboardInterrupt:
        pass
    except SandboxError as error:
        sys.exit(str(error))


main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
