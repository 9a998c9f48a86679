"""Every record exactly once, in order, also across a restart: `follow_events.py [COUNT]`.

Ends after COUNT records; without it, never. Kill it and start it again: it goes on where it was.
"""

import os
import sys
from itertools import islice
from pathlib import Path

from quancheng.api.events import START, Place
from quancheng.sync_client import SyncClient

REMEMBERED = Path("place.txt")


def remembered() -> Place:
    """Return the place of the last record that was dealt with."""
    if not REMEMBERED.exists():
        return START
    height, index = REMEMBERED.read_text(encoding="ascii").split()
    return Place(int(height), int(index))


count = int(sys.argv[1]) if len(sys.argv) > 1 else None
with SyncClient(os.environ.get("QUANCHENG_NODE", "http://127.0.0.1:26680")) as client:
    for record in islice(client.events(after=remembered()), count):
        place = record.place
        print(f"{place.height}/{place.index}", record.type, record.receipt.code, flush=True)
        # A service does its work and this in one transaction of its database.
        REMEMBERED.write_text(f"{place.height} {place.index}", encoding="ascii")
