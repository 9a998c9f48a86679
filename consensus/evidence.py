"""Evidence that a validator contradicted itself: the two signed messages, and nothing else.

Nothing in it is derived by whoever found it, so that all correct nodes find the same or refuse the
same (CVE-2021-21271 came from the opposite). Form: [first, second] of

    [kind, height, view, block hash, signer, signature]                      a block vote
    [1, height, view, null or [view, block hash], signer, signature]         a view-change

in one order: by content where both are of one kind, otherwise the commit first. Every function here
is total: any bytes give evidence or a refusal, any evidence an offence or a refusal.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from consensus.messages import SignedVote, ViewChangeVote, Vote
from consensus.verification import Verify
from ledger import shape, suites
from ledger.encoding import Value, decode, encode
from ledger.offence import Offence, OffenceKind
from ledger.refusal import Code, Refusal, Refused, require
from ledger.validators import VALIDATORS_MAX, ValidatorSet
from ledger.vote import VIEW_MAX, Prepared, VoteKind

EVIDENCE_ITEM_SIZE_MAX = 512
"""Two signed votes have less than 400 bytes."""

_TAG = b"qc/evidence/v1"
_BLOCK_VOTES = {kind.value: kind for kind in VoteKind if kind is not VoteKind.VIEW_CHANGE}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two votes of one signer in their order; `evidence_of` makes it, `decode_evidence` reads it.

    It proves nothing before `offence_of` has checked the signatures.
    """

    first: SignedVote
    second: SignedVote
    kind: OffenceKind

    @property
    def height(self) -> int:
        """The height of both votes."""
        return self.first.height

    def encoded(self) -> bytes:
        """Return the canonical bytes."""
        return encode([_value_of(self.first), _value_of(self.second)])

    def id(self) -> bytes:
        """Return H(qc/evidence/v1, bytes), by which its record is found."""
        return suites.tagged_hash(_TAG, self.encoded())


def evidence_of(one: SignedVote, other: SignedVote) -> Evidence | None:
    """Return the evidence that two votes are, in whichever order, or None where they agree."""
    for first, second in ((one, other), (other, one)):
        kind = _contradiction(first, second)
        if kind is not None:
            return Evidence(first, second, kind)
    return None


def decode_evidence(data: bytes) -> Evidence:
    """Return the evidence of strict canonical bytes; refuse what is none (E006, E905)."""
    first, second = shape.array(decode(data, size_max=EVIDENCE_ITEM_SIZE_MAX), 2, "evidence")
    one, other = _vote_from(first), _vote_from(second)
    kind = _contradiction(one, other)
    if kind is None:
        raise Refused(Code.BAD_EVIDENCE, "contradiction")
    return Evidence(one, other, kind)


def offence_of(
    evidence: Evidence, validators: ValidatorSet, genesis_hash: bytes, verify: Verify
) -> Offence | Refusal:
    """Return what evidence proves under the set of its height; refuse (E905) what proves nothing.

    1. The signer is one of the set.
    2. Both signatures are its own.
    """
    index = evidence.first.signer
    if index >= validators.size:  # 1
        return Refusal(Code.BAD_EVIDENCE, "signer")
    member = validators.members[index]
    for vote in (evidence.first, evidence.second):  # 2
        if not verify(member.public_key, vote.signed_bytes(genesis_hash), vote.signature):
            return Refusal(Code.BAD_EVIDENCE, "signature")
    return Offence(
        evidence.height, member.public_key, member.organisation, evidence.kind, evidence.id()
    )


def _contradiction(first: SignedVote, second: SignedVote) -> OffenceKind | None:
    """Say how two votes in this order contradict each other.

    1. They are of one signer and height.
    2. Of one kind: in one view, with different content, the lesser one first.
    3. A commit and a view-change for a higher view: the lock of the commit is not claimed, nor one
       of a view between.
    """
    if (first.signer, first.height) != (second.signer, second.height):  # 1
        return None
    if isinstance(first, Vote) and isinstance(second, Vote):  # 2
        same_slot = (first.kind, first.view) == (second.kind, second.view)
        if same_slot and first.block_hash < second.block_hash:
            return OffenceKind(first.kind.value)
        return None
    if isinstance(first, ViewChangeVote) and isinstance(second, ViewChangeVote):
        if first.view == second.view and _lock_key(first) < _lock_key(second):
            return OffenceKind.VIEW_CHANGE
        return None
    if not isinstance(first, Vote) or not isinstance(second, ViewChangeVote):
        return None
    later = first.kind is VoteKind.COMMIT and second.view > first.view
    kept = second.prepared is not None and second.prepared.view >= first.view
    return OffenceKind.LOST_LOCK if later and not kept else None  # 3


def _lock_key(vote: ViewChangeVote) -> tuple[int, bytes]:
    """Return what orders claims: none before every lock."""
    return (-1, b"") if vote.prepared is None else (vote.prepared.view, vote.prepared.block_hash)


def _value_of(vote: SignedVote) -> Value:
    match vote:
        case Vote():
            content: Value = vote.block_hash
            kind = vote.kind
        case ViewChangeVote(prepared=prepared):
            content = None if prepared is None else [prepared.view, prepared.block_hash]
            kind = VoteKind.VIEW_CHANGE
    return [kind.value, vote.height, vote.view, content, vote.signer, vote.signature]


def _vote_from(value: Value) -> SignedVote:
    number, height, view, content, signer, signature = shape.array(value, 6, "vote")
    kind = shape.unsigned(number, "vote.kind", max(VoteKind))
    slot = (shape.unsigned(height, "vote.height"), shape.unsigned(view, "vote.view", VIEW_MAX))
    signed = (
        shape.unsigned(signer, "vote.signer", VALIDATORS_MAX - 1),
        shape.byte_string(signature, "vote.signature", suites.SIGNATURE_SIZE),
    )
    if kind == VoteKind.VIEW_CHANGE:
        lock = None if content is None else _lock_from(shape.array(content, 2, "vote.lock"))
        return ViewChangeVote(*slot, lock, *signed)
    require(kind in _BLOCK_VOTES, Code.SCHEMA, "vote.kind")
    return Vote(_BLOCK_VOTES[kind], *slot, shape.hash32(content, "vote.block_hash"), *signed)


def _lock_from(fields: Sequence[Value]) -> Prepared:
    view, block_hash = fields
    return Prepared(
        shape.unsigned(view, "vote.lock.view", VIEW_MAX),
        shape.hash32(block_hash, "vote.lock.block_hash"),
    )
