"""What a validator finds of its own votes when it starts, and what it may sign because of it."""

import logging
import secrets
from dataclasses import dataclass

from chaincode.validators import set_of_epoch
from consensus.errors import RecordDamaged
from consensus.recovery import Recovered, recover
from ledger.suites import PUBLIC_KEY_SIZE
from node.chain import Chain
from node.chain_view import ChainView
from node.errors import VotesDamaged, VotesNotWritten
from node.files import SystemDirectory
from node.identity import Identity
from node.vote_format import STORE_ID_SIZE, StoreHead
from node.vote_store import FoundVotes, VoteStore, forget_votes, open_votes
from node.voting_past import Past, VotingPast

OWN_COMMITS_SOUGHT = 64
"""How many blocks below the tip are searched for this validator's own commits."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class VotingStart:
    """The vote store, what is known of the past (None for a node without a key), what to replay."""

    store: VoteStore
    past: VotingPast | None
    recovered: Recovered | None


def open_voting(identity: Identity, chain: Chain, *, forget: bool) -> VotingStart:
    """Read the vote store whole, before anything is signed or heard.

    Raises VotesDamaged, and VotesNotWritten where the disk does not even let it be opened. `forget`
    is the operator's word to give up a store that cannot be trusted.
    """
    try:
        return _opened_voting(identity, chain, forget=forget)
    except OSError as error:
        raise VotesNotWritten(error) from error


def _opened_voting(identity: Identity, chain: Chain, *, forget: bool) -> VotingStart:
    directory = SystemDirectory(identity.home.votes)
    store_id = secrets.token_bytes(STORE_ID_SIZE)
    if identity.validator is None:
        head = StoreHead(chain.genesis_hash, bytes(PUBLIC_KEY_SIZE), store_id)
        return VotingStart(VoteStore(directory, head), None, None)
    if forget:
        forget_votes(directory)
    head = StoreHead(chain.genesis_hash, identity.validator.public_key, store_id)
    store, found = open_votes(directory, head)
    height = chain.tip.height
    own_key = identity.validator.public_key
    past = VotingPast(judged_past(found, chain, own_key), own_key)
    past.trust_operator(identity.config.consensus.vote_from_height)
    past.settle([member.public_key for member in chain.facts.validators.members])
    fields = {
        "past": past.past.name,
        "highest": found.highest,
        "records": len(found.entries),
        "truncated_bytes": found.truncated_bytes,
        "tip": height,
    }
    level = logging.WARNING if past.past is Past.LOST else logging.INFO
    _log.log(level, "vote store opened", extra=fields)
    if past.past is not Past.KNOWN:
        return VotingStart(store, past, None)
    return VotingStart(store, past, _recovered(found, height + 1))


def judged_past(found: FoundVotes, chain: ChainView, own_key: bytes) -> Past:
    """Judge what a vote store says beside the chain that it belongs to.

    Its votes cannot end below a block that carries a commit of this key: a vote is durable before
    it is sent, so such a store is an old copy. Nor can they go far above the tip: then the chain
    is one.
    """
    tip_height = chain.tip.height
    if found.nothing:
        return Past.LOST if tip_height else Past.FOUNDING
    if found.highest > tip_height + 1 or found.highest < _newest_own_commit(chain, own_key):
        return Past.LOST
    return Past.KNOWN


def _newest_own_commit(chain: ChainView, own_key: bytes) -> int:
    """Return the highest height whose certificate holds a commit of this key, 0 for none near."""
    tip_height = chain.tip.height
    for height in range(tip_height, max(0, tip_height - OWN_COMMITS_SOUGHT), -1):
        epoch = chain.header(height).validator_epoch
        own_index = set_of_epoch(chain.state, epoch).index_of(own_key)
        if any(index == own_index for index, _ in chain.certificate(height).signatures):
            return height
    return 0


def _recovered(found: FoundVotes, height: int) -> Recovered | None:
    records = found.of_height(height)
    if not records:
        return None
    try:
        return recover(height, records)
    except RecordDamaged as error:
        problem = f"record {error.position} of height {height}: {error.field}"
        raise VotesDamaged("records", 0, problem) from error
