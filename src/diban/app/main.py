"""The command ``diban``."""

from __future__ import annotations

import sys

from diban.app.commands import application
from diban.app.commands.terminal import explain, require_text
from diban.ground import Fault


def main() -> None:
    """Run the command line; a `Fault` becomes its explanation and its exit code."""
    try:
        require_text(sys.argv[1:])
        application()
    except Fault as fault:
        sys.exit(explain(fault))


if __name__ == "__main__":
    main()
