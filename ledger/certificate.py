"""The commit certificate: the one proof of finality, for sync, light clients and evidence alike.

Form: [height, view, block_hash, [[validator index, signature] …]], indices strictly ascending,
quorum ≤ count ≤ n, one view, every signature checked. Stopping at the quorum would let a bad
surplus signature blame an innocent validator.
"""

from dataclasses import dataclass
from itertools import pairwise

from ledger import shape, suites
from ledger.encoding import Value, decode, encode
from ledger.refusal import Code, Refusal
from ledger.validators import VALIDATORS_MAX, ValidatorSet
from ledger.vote import VIEW_MAX, VoteKind, block_vote_bytes

CERTIFICATE_SIZE_MAX = 64 + VALIDATORS_MAX * 72

_TAG = b"qc/certificate/v1"


@dataclass(frozen=True, slots=True)
class CommitCertificate:
    """Commit votes of one view for one block.

    `signatures` holds (validator index, signature) in ascending order.
    """

    height: int
    view: int
    block_hash: bytes
    signatures: tuple[tuple[int, bytes], ...]

    def to_value(self) -> Value:
        """Return the certificate as a canonical value."""
        return [
            self.height,
            self.view,
            self.block_hash,
            [[index, signature] for index, signature in self.signatures],
        ]

    def encoded(self) -> bytes:
        """Return the canonical bytes."""
        return encode(self.to_value())


def certificate_from_value(value: Value) -> CommitCertificate:
    """Return the certificate of a decoded canonical value, or refuse its shape with E006.

    Order and number of signatures are left to `verify_certificate`.
    """
    height, view, block_hash, rows = shape.array(value, 4, "certificate")
    return CommitCertificate(
        shape.unsigned(height, "certificate.height"),
        shape.unsigned(view, "certificate.view", VIEW_MAX),
        shape.hash32(block_hash, "certificate.block_hash"),
        signatures_from_value(rows),
    )


def signatures_from_value(rows: Value) -> tuple[tuple[int, bytes], ...]:
    """Return the pairs of validator index and signature of a decoded list, or refuse with E006."""
    signatures = []
    for row in shape.array_up_to(rows, VALIDATORS_MAX, "certificate.signatures"):
        index, signature = shape.array(row, 2, "certificate.signatures")
        signatures.append(
            (
                shape.unsigned(index, "certificate.index", VALIDATORS_MAX - 1),
                shape.byte_string(signature, "certificate.signature", suites.SIGNATURE_SIZE),
            )
        )
    return tuple(signatures)


def decode_certificate(data: bytes) -> CommitCertificate:
    """Return the certificate of strict canonical bytes, or refuse with E006."""
    return certificate_from_value(decode(data, size_max=CERTIFICATE_SIZE_MAX))


def last_certificate_hash(certificate: CommitCertificate | None) -> bytes:
    """Return the hash a header carries of its parent's certificate.

    Block 1 has none and hashes the empty list.
    """
    return suites.tagged_hash(_TAG, encode([]) if certificate is None else certificate.encoded())


def verify_certificate(
    certificate: CommitCertificate, validators: ValidatorSet, genesis_hash: bytes
) -> Refusal | None:
    """Say why a certificate does not prove its block final under the set of its height, or None.

    The caller compares height and block hash with what it wants proven. One signature check for
    each entry.
    """
    indices = [index for index, _ in certificate.signatures]
    if not validators.quorum <= len(indices) <= validators.size:
        return Refusal(Code.BAD_CERTIFICATE, "certificate.count")
    if any(later <= earlier for earlier, later in pairwise(indices)):
        return Refusal(Code.BAD_CERTIFICATE, "certificate.order")
    if not 0 <= indices[0] <= indices[-1] < validators.size:
        return Refusal(Code.BAD_CERTIFICATE, "certificate.index")
    message = block_vote_bytes(
        VoteKind.COMMIT, genesis_hash, certificate.height, certificate.view, certificate.block_hash
    )
    for index, signature in certificate.signatures:
        if not suites.verify(validators.members[index].public_key, message, signature):
            return Refusal(Code.BAD_CERTIFICATE, f"certificate.signatures[{index}]")
    return None
