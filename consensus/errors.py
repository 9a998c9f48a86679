"""What may fail around a replica; a peer can cause none of these.

RecordDamaged       a record of the vote store is not what this code once wrote
SignatureRefused    the signer guard was asked for a vote that contradicts an earlier one: our own
                    bug, or a stale store
"""


class RecordDamaged(Exception):
    """A durable record cannot be read back. The node must not vote with what is left."""

    def __init__(self, position: int, field: str) -> None:
        super().__init__(f"record {position}: {field}")
        self.position = position
        self.field = field


class SignatureRefused(Exception):
    """Signing this would be a double vote, or a vote below one already given."""

    def __init__(self, asked: str, last: str) -> None:
        super().__init__(f"refused to sign {asked} after {last}")
        self.asked = asked
        self.last = last
