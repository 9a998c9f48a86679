"""Who is how far: tells peers this node's tip with its proof, and learns theirs.

A height that a peer claims is a hint for catching up. Its certificate counts only where this node
must find out what its own validator key may have signed before (`node.voting_past`), and is checked
only then.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from chaincode.validators import set_of_epoch
from ledger.block import Block
from ledger.certificate import decode_certificate, verify_certificate
from ledger.refusal import Refused
from ledger.validators import ValidatorSet
from node.chain import Chain, Committed
from node.network.lanes import Lane
from node.network.link import Link
from node.network.messages import Status
from node.network.peers import Peers
from node.sync import BlockSync
from node.voting_past import Past, VotingPast

REPEAT_INTERVAL_S = 5.0
CLAIMS_MAX = 1_024
"""Latest statuses that are kept, of connected peers and of validators not judged yet."""

_log = logging.getLogger(__name__)


def status_of(chain: Chain) -> Status:
    """Return where this node stands, with the proof."""
    height = chain.tip.height
    return Status(height, chain.certificate_bytes(height) if height else b"")


@dataclass(slots=True)
class _Shown:
    """What a peer showed last, and what this node makes of it once it has the height itself."""

    status: Status
    agrees: bool | None = None
    is_unproven: bool = False


class TipExchange:
    """Sends and takes statuses. `silence` is told up to which height not to sign."""

    def __init__(
        self,
        chain: Chain,
        peers: Peers,
        sync: BlockSync,
        past: VotingPast | None,
        silence: Callable[[int], None],
    ) -> None:
        self._chain = chain
        self._peers = peers
        self._sync = sync
        self._past = past
        self._silence = silence
        self._claims: dict[bytes, Status] = {}
        self._shown: dict[bytes, _Shown] = {}
        """The latest status of each connected peer."""

    async def run(self) -> None:
        """Repeat this node's status now and then, until cancelled."""
        while True:
            await asyncio.sleep(REPEAT_INTERVAL_S)
            self._peers.broadcast(status_of(self._chain), Lane.URGENT)

    def greet(self, link: Link) -> None:
        """Tell a new peer where this node stands."""
        link.send(status_of(self._chain), Lane.URGENT)

    def receive(self, link: Link, status: Status) -> None:
        """Take the status of a peer."""
        self._sync.hint(link.peer.node_id, status.height)
        if len(self._shown) < CLAIMS_MAX or link.peer.node_id in self._shown:
            self._shown[link.peer.node_id] = _Shown(status)
        key = link.peer.hello.validator_key
        if key and self._past is not None and not self._past.is_settled:
            if len(self._claims) < CLAIMS_MAX:
                self._claims[key] = status
            self._judge_claims(self._past)

    def forget(self, node_id: bytes) -> None:
        """Forget a peer that is gone."""
        self._shown.pop(node_id, None)

    def agrees(self, node_id: bytes) -> bool | None:
        """Say whether the block that a peer showed last is this node's too; None where unknown.

        Only a block that a quorum certified can disagree: an unproven claim says nothing.
        """
        shown = self._shown.get(node_id)
        if shown is None or not 0 < shown.status.height <= self._chain.tip.height:
            return None
        if shown.agrees is None and not shown.is_unproven:
            shown.agrees = self._agreement(shown.status)
            shown.is_unproven = shown.agrees is None
        return shown.agrees

    def _agreement(self, status: Status) -> bool | None:
        try:
            certificate = decode_certificate(status.certificate)
        except Refused:
            return None
        if certificate.block_hash == self._chain.header(status.height).hash():
            return True
        return None if self._proven_height(status) is None else False

    def committed(self, _block: Block, committed: Committed) -> None:
        """Announce a new tip."""
        self._peers.broadcast(status_of(self._chain), Lane.URGENT)
        if self._past is not None and not self._past.is_settled:
            # A founding validator is silent, so a block that came now was made by others before.
            self._past.see_block()
            self._judge_claims(self._past)
        assert committed.is_new

    def _judge_claims(self, past: VotingPast) -> None:
        before = past.silent_up_to
        members = self._chain.facts.validators.members
        validators = [member.public_key for member in members]
        for key, status in list(self._claims.items()):
            proven = self._proven_height(status)
            if proven is not None:
                past.show(key, proven, validators)
        if past.silent_up_to != before:
            fields = {"silent_up_to": past.silent_up_to, "past": past.past.name}
            level = logging.INFO if past.past is Past.KNOWN else logging.WARNING
            _log.log(level, "from which height on this validator signs is settled", extra=fields)
            self._silence(past.silent_up_to)

    def _proven_height(self, status: Status) -> int | None:
        """Return the height that a status proves; None where wrong or not to be judged yet."""
        if status.height == 0:
            return 0
        validators = self._validators_at(status.height)
        if validators is None:
            return None
        try:
            certificate = decode_certificate(status.certificate)
        except Refused:
            return None
        if certificate.height != status.height:
            return None
        if verify_certificate(certificate, validators, self._chain.genesis_hash) is not None:
            return None
        return status.height

    def _validators_at(self, height: int) -> ValidatorSet | None:
        """Return the set of a height, None for one that this node must still catch up to."""
        facts = self._chain.facts
        if height <= self._chain.tip.height:
            return set_of_epoch(self._chain.state, self._chain.header(height).validator_epoch)
        if height == facts.height:
            return facts.validators
        return None
