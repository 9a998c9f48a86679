"""Why a primary may propose this block in a view above 0 (R10), and which view-changes count (R11).

Safety rests on these two functions. A quorum of view-changes shares a correct validator with every
quorum that committed in a lower view; that validator reports its lock, and the highest lock
reported, proven by its certificate, is the only block that may be proposed [QBFT, arXiv 2002.03613
§4; PBFT, OSDI'99 §4.4].
"""

from consensus.messages import PrePrepare, ViewChange
from consensus.verification import Verifier
from ledger.refusal import Code, Refusal


def justification_refusal(proposal: PrePrepare, verifier: Verifier) -> Refusal | None:
    """Check the justification of a pre-prepare (R10); return the refusal, or None where it holds.

    1. In view 0 there is none; in a higher view there is one.
    2. It has at least a quorum of view-changes, of distinct signers in ascending order.
    3. Each of them is for exactly this height and view.
    4. Each claimed lock is of a view strictly lower than this one.
    5. Each signature is valid.
    6. Where no lock is claimed, there is no certificate (and the block must be fresh).
    7. Where locks are claimed, there is a certificate of the highest claimed view, a view-change of
       that view names the proposed block, and
    8. the certificate is a valid one for this height, that view and the proposed block.
    """
    vote, justification = proposal.vote, proposal.justification
    if (justification is None) != (vote.view == 0):  # 1
        return Refusal(Code.BAD_CERTIFICATE, "justification")
    if justification is None:
        return None
    claims = justification.view_changes
    signers = [claim.signer for claim in claims]
    if len(claims) < verifier.validators.quorum or signers != sorted(set(signers)):  # 2
        return Refusal(Code.BAD_CERTIFICATE, "justification.quorum")
    for claim in claims:
        if (claim.height, claim.view) != (vote.height, vote.view):  # 3
            return Refusal(Code.BAD_CERTIFICATE, "justification.view")
        if claim.prepared is not None and claim.prepared.view >= vote.view:  # 4
            return Refusal(Code.BAD_CERTIFICATE, "justification.prepared")
        if not verifier.is_signed(claim):  # 5
            return Refusal(Code.BAD_SIGNATURE, "justification.signature")
    locks = [claim.prepared for claim in claims if claim.prepared is not None]
    certificate = justification.certificate
    if not locks or certificate is None:  # 6, and first part of 7
        matching = not locks and certificate is None
        return None if matching else Refusal(Code.BAD_CERTIFICATE, "justification.certificate")
    highest = max(lock.view for lock in locks)
    named = any(lock.view == highest and lock.block_hash == vote.block_hash for lock in locks)
    if not named or certificate.view != highest:  # 7
        return Refusal(Code.BAD_CERTIFICATE, "justification.highest")
    if (certificate.height, certificate.block_hash) != (vote.height, vote.block_hash):  # 8
        return Refusal(Code.BAD_CERTIFICATE, "justification.block")
    return verifier.certificate_refusal(certificate)


def view_change_refusal(message: ViewChange, verifier: Verifier) -> Refusal | None:
    """Check a view-change of this height (R11); return the refusal, or None where it counts.

    1. It is for a view above 0.
    2. A certificate is attached exactly where a lock is claimed.
    3. The lock is of a lower view, and the certificate is for this height and the claimed lock.
    4. The signature is valid.
    5. The certificate is valid.
    """
    vote, certificate = message.vote, message.certificate
    if vote.view == 0:  # 1
        return Refusal(Code.SCHEMA, "view_change.view")
    if (vote.prepared is None) != (certificate is None):  # 2
        return Refusal(Code.BAD_CERTIFICATE, "view_change.certificate")
    if vote.prepared is not None and certificate is not None:
        claimed = (vote.height, vote.prepared.view, vote.prepared.block_hash)
        proven = (certificate.height, certificate.view, certificate.block_hash)
        if vote.prepared.view >= vote.view or claimed != proven:  # 3
            return Refusal(Code.BAD_CERTIFICATE, "view_change.prepared")
    if not verifier.is_signed(vote):  # 4
        return Refusal(Code.BAD_SIGNATURE, "view_change.signature")
    return None if certificate is None else verifier.certificate_refusal(certificate)  # 5
