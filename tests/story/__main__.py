"""`make story`: the whole story with no window, as JSON on standard output."""

import json
import sys
import tempfile
from pathlib import Path

from tests.sandbox.deploy import DeployFailed
from tests.sandbox.processes import ChildFailed
from tests.story.stage import NoBrowser, set_stage
from tests.story.tale import play


def main() -> int:
    """Play the story in a sandbox of its own; return 0, or 1 with the reason on standard error."""
    with tempfile.TemporaryDirectory(prefix="afters-story-") as folder:
        try:
            with set_stage(Path(folder)) as stage:
                print(json.dumps(play(stage), indent=2))
        except (NoBrowser, DeployFailed, ChildFailed) as fault:
            print(fault, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
