"""An evidence file proves one transaction and its outcome; changed in any way it proves nothing."""

import functools
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.certificate import CommitCertificate
from ledger.encoding import Value, encode
from ledger.header import Header
from ledger.merkle import InclusionProof, prove_inclusion
from ledger.receipt import Receipt
from ledger.refusal import Code, Refusal, Refused
from ledger.roots import RECEIPTS_TAG, TRANSACTIONS_TAG, list_root
from ledger.transaction import assemble, transaction_hash
from ledger.vote import VoteKind
from quancheng.evidence import Anchor, Verdict, anchor_from_text, verify
from quancheng.evidence.file import (
    AnchorLink,
    CertifiedBlock,
    EvidenceFile,
    decode_evidence_file,
)
from quancheng.evidence.verification import ANCHORED, UNANCHORED
from tests.unit.lightclient.chain_maker import (
    ChainMaker,
    certify,
    make_genesis,
    member,
    transaction,
)
from tests.unit.quancheng.evidence_source import ChainSource, exported
from tests.vectors.golden import FOLDER

CHANGE_HEIGHT, OTHER_CHANGE_HEIGHT, HEIGHT, TIP = 3, 6, 9, 14
SETS = {
    CHANGE_HEIGHT: [member(number) for number in (1, 2, 3, 4, 5)],
    OTHER_CHANGE_HEIGHT: [member(number) for number in (1, 2, 3, 5)],
}


def made_chain(name: str = "test", *, change_at_block: bool = False) -> ChainMaker:
    """Return a chain of 14 blocks: two set changes, the transactions in block 9."""
    chain = ChainMaker(make_genesis(name=name))
    last_set = {HEIGHT: [member(number) for number in (2, 3, 5, 6)]} if change_at_block else {}
    for height in range(1, TIP + 1):
        items = [transaction(chain.genesis_hash, number) for number in range(3)]
        chain.append(
            items if height == HEIGHT else (),
            sweeps=[Receipt(bytes([9]) * 32, Code.OK)] if height == HEIGHT else (),
            next_validators={**SETS, **last_set}.get(height),
        )
    return chain


CHAIN = made_chain()
GENESIS = CHAIN.genesis.encoded()
SUBJECT = transaction(CHAIN.genesis_hash, 1)


@functools.cache
def good() -> EvidenceFile:
    return decode_evidence_file(exported(ChainSource(CHAIN), SUBJECT.tx_id))


@functools.cache
def anchored() -> EvidenceFile:
    return decode_evidence_file(exported(ChainSource(CHAIN), SUBJECT.tx_id, anchor_height=TIP))


def verdict(file: EvidenceFile, anchor: Anchor | None = None) -> Verdict | Refusal:
    return verify(file.encoded(), GENESIS, anchor)


def refused_part(file: EvidenceFile, anchor: Anchor | None = None) -> str:
    """Return the part of a file that is refused, empty where it holds."""
    result = verdict(file, anchor)
    if isinstance(result, Verdict):
        return ""
    assert result.code is Code.BAD_EVIDENCE_FILE
    return result.field


def test_good_evidence_holds() -> None:
    """The verdict names transaction, outcome, block and validators, and says what is not proven."""
    result = verdict(good())
    assert isinstance(result, Verdict)
    assert (result.transaction.tx_id, result.receipt.code) == (SUBJECT.tx_id, Code.OK)
    assert result.receipt.subject == SUBJECT.tx_id
    header = CHAIN.header(HEIGHT)
    assert (result.height, result.block_hash, result.time_ms) == (
        HEIGHT,
        header.hash(),
        header.time_ms,
    )
    assert result.validators == CHAIN.validators(HEIGHT)
    assert not result.anchored
    assert result.standing == UNANCHORED
    assert result.not_proven
    assert result.offered_anchor is None


def test_every_change_of_validators_is_in_the_file() -> None:
    """The file leads from genesis through both set changes, found by asking for few headers."""
    source = ChainSource(CHAIN)
    file = decode_evidence_file(exported(source, SUBJECT.tx_id))
    assert [change.header.height for change in file.changes] == [
        CHANGE_HEIGHT,
        OTHER_CHANGE_HEIGHT,
    ]
    assert source.fetches < 20


def test_an_anchor_makes_the_difference() -> None:
    """A file tied to a published later block is anchored for the reader who has that hash."""
    published = Anchor(TIP, CHAIN.header(TIP).hash())
    result = verdict(anchored(), published)
    assert isinstance(result, Verdict)
    assert result.anchored
    assert result.standing == ANCHORED
    unread = verdict(anchored())
    assert isinstance(unread, Verdict)
    assert not unread.anchored
    assert unread.offered_anchor == published


def test_the_next_block_is_its_own_anchor() -> None:
    """A publication of the very next block needs no link in the file."""
    result = verdict(good(), Anchor(HEIGHT + 1, CHAIN.header(HEIGHT + 1).hash()))
    assert isinstance(result, Verdict)
    assert result.anchored


@pytest.mark.parametrize(
    "anchor",
    [
        Anchor(TIP, bytes(32)),
        Anchor(TIP - 1, CHAIN.header(TIP).hash()),
        Anchor(TIP - 1, CHAIN.header(TIP - 1).hash()),
        Anchor(HEIGHT, CHAIN.header(HEIGHT).hash()),
        Anchor(HEIGHT + 1, CHAIN.header(HEIGHT + 1).hash()),
    ],
)
def test_an_anchor_that_the_file_does_not_lead_to_is_refused(anchor: Anchor) -> None:
    """Another hash, another height, or a block that does not pin the receipt: no verdict at all."""
    assert refused_part(anchored(), anchor).startswith("anchor")


def complete_evidence() -> tuple[bytes, bytes]:
    """Return a file with every part there can be, and its genesis.

    Validators are few so that all its bytes can be tried: a set change before the block, another
    at the block itself, a link to an anchor.
    """
    chain = ChainMaker(make_genesis(validators=1))
    changes = {2: [member(2)], 4: [member(1), member(3)]}
    for height in range(1, 8):
        items = [transaction(chain.genesis_hash, number) for number in range(2)]
        chain.append(items if height == 4 else (), next_validators=changes.get(height))
    tx_id = transaction(chain.genesis_hash, 1).tx_id
    return exported(ChainSource(chain), tx_id, anchor_height=7), chain.genesis.encoded()


def test_every_changed_byte_is_refused() -> None:
    """No byte of a file can be flipped, at any position; none can be cut off or added."""
    data, genesis = complete_evidence()
    assert isinstance(verify(data, genesis), Verdict)
    for at in range(len(data)):
        flipped = data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :]
        for other in (flipped, data[:at]):
            result = verify(other, genesis)
            assert isinstance(result, Refusal), at
            assert result.code is Code.BAD_EVIDENCE_FILE
    for other in (data + b"\0", b"\0" + data):
        assert isinstance(verify(other, genesis), Refusal)


@pytest.mark.parametrize("genesis", [b"", GENESIS[:-1], make_genesis(name="other").encoded()])
def test_another_genesis_is_refused(genesis: bytes) -> None:
    """The file holds under the one genesis document that its chain grew from."""
    assert isinstance(verify(good().encoded(), genesis), Refusal)


def forged(
    file: EvidenceFile,
    sign: Callable[[Header], CommitCertificate] | None = None,
    *,
    transaction_bytes: bytes | None = None,
    receipt: bytes | None = None,
) -> EvidenceFile:
    """Return the file with other content and every hash above it recomputed.

    Certificates stay as they were, or are made anew by `sign`.
    """
    data = file.transaction if transaction_bytes is None else transaction_bytes
    outcome = file.receipt if receipt is None else receipt
    header = replace(
        file.block.header,
        transaction_root=list_root(TRANSACTIONS_TAG, [transaction_hash(data)]),
    )
    next_header = replace(
        file.next_block.header,
        parent_hash=header.hash(),
        receipt_root=list_root(RECEIPTS_TAG, [outcome]),
    )
    alone = InclusionProof(0, 1, ())
    certificate, next_certificate = file.block.certificate, file.next_block.certificate
    if sign is not None:
        certificate, next_certificate = sign(header), sign(next_header)
    return replace(
        file,
        block=CertifiedBlock(header, certificate),
        next_block=CertifiedBlock(next_header, next_certificate),
        transaction=data,
        transaction_inclusion=alone,
        receipt=outcome,
        receipt_inclusion=alone,
    )


def test_an_amount_changed_with_every_root_recomputed_is_refused() -> None:
    """Signed anew by its signers and hashed up to the header: the certificate still says no."""
    other = transaction(CHAIN.genesis_hash, 1, amount=10_000)
    receipt = Receipt(other.tx_id, Code.OK).encoded()
    file = forged(good(), transaction_bytes=other.data, receipt=receipt)
    assert refused_part(file).startswith("block: BAD_CERTIFICATE certificate.block_hash")
    bound = CertifiedBlock(
        file.block.header,
        replace(file.block.certificate, block_hash=file.block.header.hash()),
    )
    assert "certificate.signatures" in refused_part(replace(file, block=bound))


def test_forging_takes_a_quorum() -> None:
    """The same forgery signed by a quorum would hold, which shows that nothing else stops it."""
    other = transaction(CHAIN.genesis_hash, 1, amount=10_000)
    receipt = Receipt(other.tx_id, Code.OK).encoded()
    validators = CHAIN.validators(HEIGHT)

    def signed_by(count: int) -> EvidenceFile:
        return forged(
            good(),
            lambda header: certify(header, validators, range(count)),
            transaction_bytes=other.data,
            receipt=receipt,
        )

    assert refused_part(signed_by(3)) == ""
    assert "certificate.count" in refused_part(signed_by(2))


def test_a_transaction_that_its_signers_did_not_sign_is_refused() -> None:
    """Even where a quorum put it into a block, a bad signature is no evidence against a signer."""
    first = bytearray(SUBJECT.signatures[0])
    first[-1] ^= 1
    bad = assemble(SUBJECT.unsigned, [bytes(first), SUBJECT.signatures[1]])
    validators = CHAIN.validators(HEIGHT)
    file = forged(
        good(), lambda header: certify(header, validators, range(3)), transaction_bytes=bad.data
    )
    assert refused_part(file) == "transaction: BAD_SIGNATURE signatures"


def test_a_transaction_of_another_chain_is_refused() -> None:
    """A transaction names the chain it is for."""
    foreign = transaction(bytes(32), 1)
    validators = CHAIN.validators(HEIGHT)
    file = forged(
        good(),
        lambda header: certify(header, validators, range(3)),
        transaction_bytes=foreign.data,
        receipt=Receipt(foreign.tx_id, Code.OK).encoded(),
    )
    assert refused_part(file) == "transaction: WRONG_CHAIN genesis_hash"


@pytest.mark.parametrize("height", [HEIGHT, HEIGHT + 1])
def test_certificates_that_prove_nothing_are_refused(height: int) -> None:
    """Quorum less one, a bad surplus signature, prepares, another chain's votes: all refused."""
    header, validators = CHAIN.header(height), CHAIN.validators(height)
    full = certify(header, validators, range(4))
    index, signature = full.signatures[3]
    bad_surplus = (index, signature[:-1] + bytes([signature[-1] ^ 1]))
    foreign = made_chain("other")
    cases = {
        "certificate.count": certify(header, validators, range(2)),
        "certificate.signatures[3]": replace(full, signatures=(*full.signatures[:3], bad_surplus)),
        "certificate.signatures[0]": certify(header, validators, range(4), VoteKind.PREPARE),
        "certificate.block_hash": foreign.certificate(height),
        "certificate.order": replace(full, signatures=(full.signatures[0],) * 3),
    }
    for field, certificate in cases.items():
        part = refused_part(with_certificate(height, certificate))
        assert part.endswith(f"block: BAD_CERTIFICATE {field}")
    assert refused_part(with_certificate(height, full)) == ""


def with_certificate(height: int, certificate: CommitCertificate) -> EvidenceFile:
    block = CertifiedBlock(CHAIN.header(height), certificate)
    if height == HEIGHT:
        return replace(good(), block=block)
    return replace(good(), next_block=block)


def test_another_chains_certificate_is_refused_with_its_header() -> None:
    """A whole certified block of another chain with the same validators proves nothing here."""
    other = made_chain("other")
    block = CertifiedBlock(other.header(HEIGHT), other.certificate(HEIGHT))
    expected = "block: BAD_FOREIGN_CHAIN genesis_hash"
    assert refused_part(replace(good(), block=block)) == expected


def test_changes_cannot_be_left_out_repeated_or_reordered() -> None:
    """Exactly the epochs before the block, in order."""
    first, second = good().changes
    for changes in [(), (first,), (second,), (second, first), (first, first, second)]:
        assert refused_part(replace(good(), changes=changes))


def test_a_receipt_of_another_transaction_is_refused() -> None:
    """A genuine receipt of the same block does not pass as the outcome of this transaction."""
    leaves = [receipt.encoded() for receipt in CHAIN.receipts[HEIGHT - 1]]
    for index, leaf in enumerate(leaves):
        file = replace(good(), receipt=leaf, receipt_inclusion=prove_inclusion(leaves, index))
        is_own = leaf == good().receipt
        assert (refused_part(file) == "") is is_own


def test_blocks_must_be_neighbours() -> None:
    """A later certified block in place of the next one proves no receipt."""
    for height in (HEIGHT, HEIGHT + 2):
        block = CertifiedBlock(CHAIN.header(height), CHAIN.certificate(height))
        expected = "next_block: BAD_FOREIGN_HEADER parent_hash"
        assert refused_part(replace(good(), next_block=block)) == expected


def test_the_set_after_the_block_is_given_only_where_it_changes() -> None:
    """A superfluous set is refused, and so is a missing one."""
    superfluous = replace(good(), next_validators=CHAIN.validators(HEIGHT))
    assert refused_part(superfluous).startswith("block")
    chain = made_chain(change_at_block=True)
    data = exported(ChainSource(chain), SUBJECT.tx_id)
    file = decode_evidence_file(data)
    assert file.next_validators == chain.validators(HEIGHT + 1)
    assert isinstance(verify(data, GENESIS), Verdict)
    assert refused_part(replace(file, next_validators=None)).startswith("block")


def test_a_link_to_an_anchor_is_checked_even_unasked() -> None:
    """A broken link is refused also where the reader has no anchor."""
    link = anchored().anchor
    assert link is not None
    broken = [
        replace(link, block_hash=bytes(32)),
        replace(link, path=link.path[:-1]),
        replace(link, path=(bytes(32), *link.path[1:])),
        AnchorLink(CHAIN.header(HEIGHT).hash(), CHAIN.header(HEIGHT), link.path),
        AnchorLink(CHAIN.header(TIP - 1).hash(), CHAIN.header(TIP - 1), link.path),
        relinked(replace(link.header, genesis_hash=bytes([7]) * 32), link.path),
        relinked(replace(link.header, time_ms=CHAIN.header(HEIGHT + 1).time_ms), link.path),
        relinked(replace(link.header, height=HEIGHT + 1), ()),
        relinked(replace(link.header, height=TIP + 1), link.path),
    ]
    for item in broken:
        assert refused_part(replace(good(), anchor=item)).startswith("anchor")


def relinked(header: Header, path: tuple[bytes, ...]) -> AnchorLink:
    return AnchorLink(header.hash(), header, path)


def test_a_block_before_the_next_is_no_anchor_to_export() -> None:
    """Only a block above the next one can be linked to; the next one needs no link."""
    with pytest.raises(Refused) as caught:
        exported(ChainSource(CHAIN), SUBJECT.tx_id, anchor_height=HEIGHT)
    assert caught.value.refusal == Refusal(Code.NOT_FOUND, "anchor.height")
    data = exported(ChainSource(CHAIN), SUBJECT.tx_id, anchor_height=HEIGHT + 1)
    assert data == good().encoded()


def test_oversized_files_are_refused_unread() -> None:
    """A file beyond the bound is refused by its size."""
    result = verify(bytes(16 * 1024 * 1024 + 1), GENESIS)
    assert result == Refusal(Code.BAD_EVIDENCE_FILE, "file: SCHEMA size")


def test_values_of_another_shape_are_refused() -> None:
    """Canonical values that are no evidence file are refused with a code."""
    values: list[Value] = [None, [], [1] * 10, [True, *[None] * 9], [2, *[[]] * 9]]
    for value in values:
        result = verify(encode(value), GENESIS)
        assert isinstance(result, Refusal)
        assert result.code is Code.BAD_EVIDENCE_FILE


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "1",
        "1:",
        ":" + "0" * 64,
        "-1:" + "0" * 64,
        "1:" + "0" * 63,
        "1:" + "g" * 64,
        "１:" + "0" * 64,
    ],
)
def test_a_malformed_anchor_is_refused(text: str) -> None:
    """An anchor is a decimal height, a colon and 64 hexadecimal digits."""
    with pytest.raises(Refused) as caught:
        anchor_from_text(text)
    assert caught.value.refusal == Refusal(Code.BAD_REQUEST, "anchor")


def test_an_anchor_is_read_as_it_is_published() -> None:
    """HEIGHT:HASH reads as height and hash."""
    assert anchor_from_text("12:" + "ab" * 32) == Anchor(12, b"\xab" * 32)


@pytest.mark.parametrize("kind", ["plain", "anchored"])
def test_golden_evidence_holds(kind: str) -> None:
    """The files that other implementations test their verifiers with hold here."""
    golden = json.loads((FOLDER / "evidence.json").read_text(encoding="utf-8"))[kind]
    file, genesis = bytes.fromhex(golden["file"]), bytes.fromhex(golden["genesis"])
    anchor = Anchor(3, bytes.fromhex(golden["anchor"])) if kind == "anchored" else None
    result = verify(file, genesis, anchor)
    assert isinstance(result, Verdict)
    assert result.anchored is (kind == "anchored")
