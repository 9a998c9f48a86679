"""`quancheng evidence`: one file that proves one transaction to anyone, offline."""

from pathlib import Path

import click

from apps.cli.exits import ExitCode, Failure
from apps.cli.network import identifier, node_option, run
from apps.cli.output import console, local_time, outcome, show_pairs
from apps.cli.say import described, say
from ledger.genesis import GENESIS_SIZE_MAX
from ledger.refusal import Refusal
from quancheng.bounded_files import read_bounded
from quancheng.evidence import Verdict, anchor_from_text, export, verify
from quancheng.evidence.file import EVIDENCE_FILE_SIZE_MAX

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(help=say("evidence.help"))
def evidence() -> None:
    """Group of commands."""


@evidence.command(
    "export", **described("evidence.export", "quancheng evidence export TX_ID --out loan.qce")
)
@click.argument("tx_id")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help=say("option.out")
)
@click.option("--anchor-height", type=click.IntRange(min=1), help=say("evidence.option.height"))
@node_option
def export_file(tx_id: str, out: Path, anchor_height: int | None, node: str | None) -> None:
    """Write the evidence file of a transaction."""
    wanted = identifier(tx_id)
    data = run(
        node,
        lambda client: export(client, wanted, anchor_height=anchor_height),
    )
    out.write_bytes(data)
    console().print(say("evidence.written", path=out, size=len(data)))


@evidence.command(
    "verify",
    **described("evidence.verify", "quancheng evidence verify loan.qce --genesis genesis.qc"),
)
@click.argument("path", type=_FILE)
@click.option("--genesis", "genesis_path", type=_FILE, required=True, help=say("evidence.genesis"))
@click.option("--anchor", "anchor_text", metavar="HEIGHT:HASH", help=say("evidence.option.anchor"))
def verify_file(path: Path, genesis_path: Path, anchor_text: str | None) -> None:
    """Verify an evidence file with nothing but the founding document; no network is used."""
    anchor = None if anchor_text is None else anchor_from_text(anchor_text)
    data = read_bounded(path, EVIDENCE_FILE_SIZE_MAX)
    result = verify(data, read_bounded(genesis_path, GENESIS_SIZE_MAX), anchor)
    if isinstance(result, Refusal):
        text = say("evidence.refused", code=result.code.label, field=result.field)
        raise Failure(text, ExitCode.REFUSED)
    _show_verdict(result)


def _show_verdict(verdict: Verdict) -> None:
    standing = "evidence.anchored" if verdict.anchored else "evidence.unanchored"
    show_pairs(
        [
            (say("column.tx_id"), verdict.transaction.tx_id.hex()),
            (say("column.type"), verdict.transaction.type),
            (say("column.signers"), "\n".join(key.hex() for key in verdict.transaction.signers)),
            (say("column.outcome"), outcome(verdict.receipt.code.label)),
            (say("column.height"), str(verdict.height)),
            (say("column.block"), verdict.block_hash.hex()),
            (say("column.time"), local_time(verdict.time_ms)),
            (say("evidence.standing"), say(standing)),
        ]
    )
    console().print(say("evidence.not_proven"))
