"""Payloads that a certificate or a lock names but that this node never received."""

from consensus import normal_case, view_change
from consensus.effects import Broadcast, Send
from consensus.messages import PayloadRequest, PayloadResponse
from consensus.state import HeightState
from ledger.refusal import Code, Refusal


def missing_hashes(state: HeightState) -> tuple[bytes, ...]:
    """Return the block that is waited for: the certified one, or the one that R9 must propose."""
    if state.decided is not None:
        return ()
    proof = state.certificate
    if proof is None and state.view > 0 and state.is_primary and state.proposal is None:
        claims = view_change.view_changes_here(state)
        lock = view_change.highest_lock(claims) if len(claims) >= state.quorum else None
        return () if lock is None or lock.block_hash in state.payloads else (lock.block_hash,)
    return () if proof is None or proof.block_hash in state.payloads else (proof.block_hash,)


def ask(state: HeightState, peer: bytes | None) -> None:
    """Ask once, the peer whose message made the block known: a committer holds what it commits."""
    for block_hash in missing_hashes(state):
        if block_hash not in state.asked:
            state.asked[block_hash] = None
            request = PayloadRequest(state.height, block_hash)
            state.emit(Broadcast(request) if peer is None else Send(peer, request))


def ask_again(state: HeightState) -> None:
    """Ask everybody; called by the resend timer."""
    for block_hash in missing_hashes(state):
        state.emit(Broadcast(PayloadRequest(state.height, block_hash)))


def on_response(state: HeightState, message: PayloadResponse) -> Refusal | None:
    """Take a payload that is waited for; an unwanted one is dropped without blame."""
    missing = missing_hashes(state)
    if not missing:
        return None
    block_hash = state.surroundings.hash_payload(message.payload)
    if block_hash is None:
        return Refusal(Code.BAD_BODY, "payload_response.payload")
    if block_hash in missing:
        state.note_payload(block_hash, message.payload)
        normal_case.advance(state)
        view_change.propose_new_view(state)
    return None
