"""Which machines the chain lets in: those of its organisations, but not the banned ones."""

from collections.abc import Sequence

from chaincode.membership.records import ORGANISATIONS
from node.chain import Chain


class ChainRegistry:
    """Implements `node.network.admission.Registry` over the committed state."""

    def __init__(self, chain: Chain, banned_nodes: Sequence[bytes]) -> None:
        self._chain = chain
        self._banned = frozenset(banned_nodes)

    def admits(self, organisation: bytes, node_id: bytes) -> bool:
        """Say whether the organisation is registered on the chain and the machine not banned."""
        if node_id in self._banned:
            return False
        return ORGANISATIONS.get(self._chain.state, organisation) is not None

    def votes(self, validator_key: bytes) -> bool:
        """Say whether a key votes on the height that is being decided, or on the next.

        Only its machines share the consensus channel. Whoever else an organisation's certificate
        lets in follows by block sync: observers, joiners before their height, removed validators.
        """
        facts = self._chain.facts
        sets = (facts.validators, facts.next_validators)
        return any(members.index_of(validator_key) is not None for members in sets)

    def may_claim(self, organisation: bytes, validator_key: bytes) -> bool:
        """Say whether a key may be a validator's of the organisation.

        A key that is in neither set is believed: it has nothing to be mistaken for.
        """
        facts = self._chain.facts
        for member in (*facts.validators.members, *facts.next_validators.members):
            if member.public_key == validator_key:
                return member.organisation == organisation
        return True
