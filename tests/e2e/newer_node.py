"""A node of newer software: it knows protocol version 2, which brings the type `test.note`."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from chaincode import catalogue
from chaincode.context import Context
from chaincode.declaration import declare, transaction_type
from chaincode.fields import Commitment
from node.main import run_node
from node.node import Run

VERSION = 2


@transaction_type("test.note", since=VERSION, signed_by="any party")
@dataclass(frozen=True, slots=True)
class TestNote:
    """Leave an event behind."""

    __test__ = False

    content: Annotated[Commitment, "Anything."]


def leave_note(context: Context, body: TestNote) -> None:
    """Emit the event."""
    context.emit("test.noted", body.content)


def know_the_next_version() -> None:
    """Add what the next version brings to the types of this process."""
    declaration = declare(TestNote, leave_note)
    catalogue.TYPES = {**catalogue.TYPES, declaration.name: declaration}


if __name__ == "__main__":
    know_the_next_version()
    sys.exit(run_node(Path(sys.argv[sys.argv.index("--home") + 1]), Run(version_known=VERSION)))
