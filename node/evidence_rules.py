"""What evidence a block may hold: proven, of a lower and recent height, and not recorded yet.

Block building, block validation and the pool of waiting evidence ask the same object.
"""

from chaincode.evidence import is_recent, is_recorded
from chaincode.state import StateReader
from chaincode.validators import set_of_height
from consensus.evidence import decode_evidence, offence_of
from ledger import suites
from ledger.block import EVIDENCE_MAX
from ledger.offence import Offence
from ledger.refusal import Code, Refusal, Refused, require
from node.height_facts import HeightFacts


class EvidenceRules:
    """The rules at one height, over the state after the block before it."""

    def __init__(self, facts: HeightFacts, state: StateReader) -> None:
        self._facts = facts
        self._state = state

    def proven(self, data: bytes) -> Offence | Refusal:
        """Return the offence that bytes prove; refuse (E006, E905) anything else.

        Heights above the one that is being decided are refused: nobody here can judge them. About
        0.1 ms.
        """
        try:
            evidence = decode_evidence(data)
        except Refused as refused:
            return refused.refusal
        if not 0 < evidence.height <= self._facts.height:
            return Refusal(Code.BAD_EVIDENCE, "height")
        voters = set_of_height(self._state, evidence.height)
        return offence_of(evidence, voters, self._facts.genesis_hash, suites.verify)

    def is_settled(self, offence: Offence) -> bool:
        """Say whether no block from this height on may hold the offence."""
        too_old = offence.height < self._facts.height - self._facts.evidence_age_blocks
        return too_old or is_recorded(self._state, offence)

    def may_stand(self, offence: Offence) -> bool:
        """Say whether the block of this height may hold evidence of an offence."""
        facts = self._facts
        recent = is_recent(offence.height, facts.height, facts.evidence_age_blocks)
        return recent and not is_recorded(self._state, offence)

    def require_valid(self, evidence: tuple[bytes, ...]) -> tuple[Offence, ...]:
        """Return the offences of a block's evidence; refuse (E903) a block with any other."""
        require(len(evidence) <= EVIDENCE_MAX, Code.BAD_BODY, "evidence.count")
        offences: dict[tuple[int, bytes, int], Offence] = {}
        for position, data in enumerate(evidence):
            where = f"evidence[{position}]"
            offence = self.proven(data)
            if isinstance(offence, Refusal):
                raise Refused(Code.BAD_BODY, f"{where}.{offence.field}")
            require(self.may_stand(offence), Code.BAD_BODY, f"{where}.height")
            key = (offence.height, offence.public_key, offence.kind)
            require(key not in offences, Code.BAD_BODY, f"{where}.repeated")
            offences[key] = offence
        return tuple(offences.values())
