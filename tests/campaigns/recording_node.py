"""A node that writes down every frame of consensus it hears, before it looks into it.

The log is `frames.log` in its home: length u32 and bytes, straight to the operating system, so that
it outlives a killed process.
"""

import os
import sys
from pathlib import Path

from node.host import Host
from node.main import run_node
from node.network.link import Link
from node.network.messages import ConsensusMessage

FRAMES = "frames.log"


def record_frames(home: Path) -> None:
    """Have every node of this process write down what it hears."""
    log = os.open(home / FRAMES, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    receive = Host.receive

    def recorded(host: Host, link: Link, message: ConsensusMessage) -> None:
        os.write(log, len(message.data).to_bytes(4, "big") + message.data)
        receive(host, link, message)

    Host.receive = recorded  # type: ignore[assignment, method-assign]


if __name__ == "__main__":
    folder = Path(sys.argv[sys.argv.index("--home") + 1])
    record_frames(folder)
    sys.exit(run_node(folder))
