"""The supervisors' committee: set by governance as the supervisors dealt, confirmed by each."""

from pathlib import Path

from apps.stage.desk import Desk
from apps.stage.founding import published_dealings
from chaincode.supervision.committees import CommitteeSet
from chaincode.supervision.records import COMMITTEES, Committee, CommitteeStatus
from genesis.committee import FIRST_EPOCH, first_committee, members_of, share_key_name
from genesis.node_home import GENESIS_FILE
from genesis.testnet import PASSPHRASE_FILE
from ledger.genesis import decode_genesis
from quancheng.audit import confirm_share
from quancheng.keystore import Keystore


def agreed_committee(desk: Desk) -> CommitteeSet:
    """Return the committee that follows from what the supervisors published."""
    public = Path(desk.directory.public)
    genesis = decode_genesis((public / GENESIS_FILE).read_bytes())
    return first_committee(genesis, published_dealings(public, len(members_of(genesis))))


async def confirm_own_share(desk: Desk) -> None:
    """Prove to the chain, once governance has set the committee, that one holds one's share."""
    committee = await desk.state_of(COMMITTEES, FIRST_EPOCH, lambda _: True)
    proof = confirm_share(desk.genesis_hash, FIRST_EPOCH, committee.key, own_share(desk))
    await desk.send("committee.confirm", epoch=FIRST_EPOCH, proof=proof)


def own_share(desk: Desk) -> bytes:
    """Return this supervisor's share of the committee's key."""
    passphrase = (desk.folder / PASSPHRASE_FILE).read_text(encoding="utf-8").strip()
    return Keystore(desk.folder).secret(share_key_name(FIRST_EPOCH), passphrase)


async def committee_in_force(desk: Desk) -> Committee:
    """Wait until envelopes can be sealed to the supervisors."""
    return await desk.state_of(
        COMMITTEES, FIRST_EPOCH, lambda item: item.status is CommitteeStatus.ACTIVE
    )
