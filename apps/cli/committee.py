"""`quancheng committee`: the supervisors generate their joint key and put it into force."""

from collections.abc import Sequence
from pathlib import Path

import click

from apps.cli.network import node_option, run
from apps.cli.output import console, show_pairs
from apps.cli.say import described, say
from apps.cli.signing import open_keystore, signing_seeds
from chaincode.supervision.records import COMMITTEE_EPOCHS, COMMITTEES, Committee
from genesis.committee import (
    MemberKeys,
    first_committee,
    keep_share,
    make_dealing,
    members_of,
    share_key_name,
    usual_threshold,
)
from ledger.genesis import GENESIS_SIZE_MAX, Genesis, decode_genesis
from quancheng.audit import confirm_share
from quancheng.bounded_files import read_bounded
from quancheng.client import Client
from quancheng.consignments import known
from quancheng.dealing import DEALING_SIZE_MAX, Dealing, decode_dealing
from quancheng.private_files import create_private_file

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)

_genesis = click.option(
    "--genesis", "genesis_path", type=_FILE, required=True, help=say("committee.option.genesis")
)
_signer = click.option("--as", "signer", required=True, help=say("committee.option.as"))
_passphrase = click.option("--passphrase-fd", type=int, help=say("option.passphrase_fd"))
_dealings = click.argument("dealings", nargs=-1, type=_FILE, required=True)


@click.group(help=say("committee.help"))
def committee() -> None:
    """Group of commands."""


@committee.command(
    "deal",
    **described(
        "committee.deal",
        "quancheng committee deal --genesis genesis.qc --as supervision/parties/supervisor"
        " --out supervisor.dealing",
    ),
)
@_genesis
@_signer
@click.option("--threshold", type=click.IntRange(min=1), help=say("committee.option.threshold"))
@click.option("--out", type=_NEW_FILE, required=True, help=say("option.out"))
@_passphrase
def deal(
    genesis_path: Path, signer: str, threshold: int | None, out: Path, passphrase_fd: int | None
) -> None:
    """Deal for the founding supervisors."""
    genesis = _read_genesis(genesis_path)
    chosen = threshold or usual_threshold(len(members_of(genesis)))
    dealing = make_dealing(genesis, chosen, _member_keys(signer, passphrase_fd))
    create_private_file(out, dealing.encoded())
    show_pairs([(say("option.file"), str(out)), (say("column.threshold"), str(chosen))])
    console().print(say("committee.dealt"))


@committee.command(
    "receive",
    **described(
        "committee.receive",
        "quancheng committee receive --genesis genesis.qc --as supervision/parties/supervisor"
        " *.dealing",
    ),
)
@_genesis
@_signer
@_dealings
@_passphrase
def receive(
    genesis_path: Path, signer: str, dealings: Sequence[Path], passphrase_fd: int | None
) -> None:
    """Keep one's own share."""
    genesis, given = _read_genesis(genesis_path), _read_dealings(dealings)
    share = keep_share(genesis, given, _member_keys(signer, passphrase_fd))
    agreed = first_committee(genesis, given)
    show_pairs(
        [
            (say("column.name"), share.name),
            (say("column.joint_key"), agreed.commitments[0].hex()),
            (say("column.threshold"), f"{agreed.threshold} / {len(agreed.members)}"),
        ]
    )
    console().print(say("committee.received"))


@committee.command(
    "propose",
    **described(
        "committee.propose",
        "quancheng committee propose --genesis genesis.qc --as supervisor *.dealing",
    ),
)
@_genesis
@click.option("--as", "signer", required=True, help=say("committee.option.proposer"))
@_dealings
@_passphrase
@node_option
def propose(
    genesis_path: Path,
    signer: str,
    dealings: Sequence[Path],
    passphrase_fd: int | None,
    node: str | None,
) -> None:
    """Propose the committee to the governing organisations."""
    action = first_committee(_read_genesis(genesis_path), _read_dealings(dealings))
    seeds = signing_seeds([signer], passphrase_fd)
    result = run(node, lambda client: client.send("proposal.open", seeds, action=action))
    show_pairs([(say("validators.proposal"), result.tx_id.hex())])
    console().print(say("committee.proposed", proposal=result.tx_id.hex()))


@committee.command(
    "confirm", **described("committee.confirm", "quancheng committee confirm --as supervisor")
)
@_signer
@_passphrase
@node_option
def confirm(signer: str, passphrase_fd: int | None, node: str | None) -> None:
    """Confirm the newest committee with one's share."""
    keystore = open_keystore(signer, passphrase_fd)

    async def confirmed(client: Client) -> Committee:
        epoch = (await client.single(COMMITTEE_EPOCHS)).newest
        pending = await known(client, COMMITTEES, epoch)
        share = keystore.secret(share_key_name(epoch))
        genesis_hash = (await client.status()).genesis_hash
        proof = confirm_share(genesis_hash, epoch, pending.key, share)
        seeds = [keystore.sign_seed()]
        await client.send("committee.confirm", seeds, epoch=epoch, proof=proof)
        return await known(client, COMMITTEES, epoch)

    now = run(node, confirmed)
    text = say("committee.confirmed", confirmed=len(now.confirmed), members=len(now.members))
    console().print(text)


def _member_keys(signer: str, passphrase_fd: int | None) -> MemberKeys:
    keystore = open_keystore(signer, passphrase_fd)
    return MemberKeys(keystore.folder, keystore.passphrase)


def _read_genesis(path: Path) -> Genesis:
    return decode_genesis(read_bounded(path, GENESIS_SIZE_MAX))


def _read_dealings(paths: Sequence[Path]) -> list[Dealing]:
    return [decode_dealing(read_bounded(path, DEALING_SIZE_MAX)) for path in paths]
