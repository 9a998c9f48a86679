"""What the gateway remembers: the one answer to each question, and which queries it admitted.

Both are on disk before anything about them goes to the chain. A holder that forgot an answer would
have to add noise anew, and the chain would refuse it.
"""

from dataclasses import dataclass
from pathlib import Path

from chaincode.codec import record_codec
from chaincode.delivery.job_records import QUERIES_MAX, Suppressed
from chaincode.delivery.queries import GroupQuery
from ledger import shape
from ledger.encoding import Value, decode, encode
from ledger.refusal import Code, require
from quancheng.bounded_files import read_bounded
from quancheng.private_files import make_private_folder, replace_private_file

_RECORD_SIZE_MAX = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A result as it was given the first time, salt included, and what it cost then."""

    content: bytes
    suppressed: Suppressed
    group_size_min: int
    epsilon: int
    attestation: bytes


class AnswerStore:
    """Answers by the id of their question and snapshots; admitted queries by their job."""

    def __init__(self, folder: Path) -> None:
        self._answers = folder / "answers"
        self._admitted = folder / "admitted"
        for path in (folder, self._answers, self._admitted):
            make_private_folder(path)

    def find(self, answer_id: bytes) -> Answer | None:
        """Return the answer that was given, or None."""
        path = self._answers / answer_id.hex()
        if not path.exists():
            return None
        value = decode(read_bounded(path, _RECORD_SIZE_MAX), size_max=_RECORD_SIZE_MAX)
        content, suppressed, size, epsilon, attestation = shape.array(value, 5, "answer")
        return Answer(
            shape.byte_string_up_to(content, "answer.content", _RECORD_SIZE_MAX),
            Suppressed(shape.unsigned(suppressed, "answer.suppressed", max(Suppressed))),
            shape.unsigned(size, "answer.group_size_min"),
            shape.unsigned(epsilon, "answer.epsilon"),
            shape.hash32(attestation, "answer.attestation"),
        )

    def keep(self, answer_id: bytes, answer: Answer) -> None:
        """Remember an answer for good."""
        value: list[Value] = [
            answer.content,
            int(answer.suppressed),
            answer.group_size_min,
            answer.epsilon,
            answer.attestation,
        ]
        replace_private_file(self._answers / answer_id.hex(), encode(value))

    def admitted(self) -> list[GroupQuery]:
        """Return the queries that were admitted so far."""
        codec = record_codec(GroupQuery)
        paths = sorted(self._admitted.iterdir())
        data = (read_bounded(path, _RECORD_SIZE_MAX) for path in paths)
        return [codec.read(decode(item, size_max=_RECORD_SIZE_MAX)) for item in data]

    def note_admitted(self, job: bytes, query: GroupQuery) -> None:
        """Remember that a query was admitted; refuse (E012) more than the chain compares."""
        require(sum(1 for _ in self._admitted.iterdir()) < QUERIES_MAX, Code.RATE_LIMIT, "queries")
        data = encode(record_codec(GroupQuery).write(query))
        replace_private_file(self._admitted / job.hex(), data)
