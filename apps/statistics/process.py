"""One party's process: `python -m apps.statistics.process ROLE FOLDER NETWORK`."""

import sys

from apps.stage.process import play_part
from apps.statistics.roles import PLAYS
from apps.statistics.story import SCENARIO

if __name__ == "__main__":
    sys.exit(play_part(SCENARIO, PLAYS, sys.argv[1:]))
