"""The preamble of a line's envelope: what the state says of it, and the little its sealer chooses.

One function for the validators, who rebuild it to compare, and for the sealer and the user, who
read the same records from a node.
"""

from dataclasses import dataclass

from chaincode.delivery.consignment import Consignment
from chaincode.rights import Right
from ledger.envelope_header import EnvelopePreamble, Recipient


@dataclass(frozen=True, slots=True)
class SealedTo:
    """The supervisors' epoch and joint key; epoch 0 has no key."""

    epoch: int
    key: bytes | None


NO_SUPERVISORS = SealedTo(0, None)


@dataclass(frozen=True, slots=True)
class SealerChoice:
    """What only the sealer decides before it seals; `source` is given in carry mode alone."""

    channel: bytes
    fields: int
    chunk_size: int
    source: bytes | None
    key_commitment: bytes


def other_recipients(goods: Consignment, committee: SealedTo) -> tuple[Recipient, ...]:
    """Return who can open the envelope besides the user, in the header's order.

    The person where they asked for a copy; the supervisors where the chain demands it.
    """
    others: list[Recipient] = []
    if goods.consent is not None and goods.consent.copy_key is not None:
        others.append(Recipient(Right.CARRY, goods.consent.copy_key))
    if committee.key is not None:
        others.append(Recipient(Right.WATCH, committee.key))
    return tuple(others)


def preamble_of(
    genesis_hash: bytes, goods: Consignment, choice: SealerChoice, committee: SealedTo
) -> EnvelopePreamble:
    """Return the preamble of the envelope of a line."""
    line, consent = goods.line, goods.consent
    user = Recipient(Right.USE, goods.order.receiving_key)
    recipients = sorted(
        (user, *other_recipients(goods, committee)), key=lambda item: (item.right, item.key)
    )
    return EnvelopePreamble(
        genesis_hash=genesis_hash,
        line=goods.line_id,
        product=line.product,
        product_version=line.product_version,
        purpose=line.purpose,
        fields=choice.fields,
        consent=line.consent,
        matter=line.matter,
        sid=line.sid,
        retention_until_ms=0 if consent is None else consent.retention_until_ms,
        user=goods.order.user,
        receiving_key=goods.order.receiving_key,
        channel=choice.channel,
        chunk_size=choice.chunk_size,
        recipients=tuple(recipients),
        committee=committee.epoch,
        source=choice.source,
        key_commitment=choice.key_commitment,
    )
