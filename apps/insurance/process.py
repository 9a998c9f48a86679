"""One party's process: `python -m apps.insurance.process ROLE FOLDER NETWORK`."""

import sys

from apps.insurance.roles import PLAYS
from apps.insurance.story import SCENARIO
from apps.stage.process import play_part

if __name__ == "__main__":
    sys.exit(play_part(SCENARIO, PLAYS, sys.argv[1:]))
