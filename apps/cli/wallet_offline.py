"""`quancheng wallet`: answering on a machine that is never online.

    online   quancheng wallet question CONSENT --out question.json
    offline  quancheng wallet answer question.json --grant --notice notice.txt --out answer.qc
    online   quancheng wallet send answer.qc

What the question says is checked against the ids that the answer signs, so it may travel by any
way. The answer must be sent within the minutes for which a transaction is valid.
"""

import time
from pathlib import Path

import click

from apps.cli.names import Names
from apps.cli.network import identifier, node_option, run
from apps.cli.output import show_pairs
from apps.cli.say import described, say
from apps.cli.wallet_consents import (
    agreed,
    copy_option,
    notice_option,
    read_notice,
    show_done,
    shown,
    yes_option,
)
from apps.cli.wallet_group import offline_wallet, person_command
from apps.cli.wallet_view import term_lines, user_name
from chaincode.authorization.records import CONSENTS
from chaincode.membership.records import PURPOSES
from ledger.transaction import TRANSACTION_SIZE_MAX, Transaction, decode_transaction
from quancheng.bounded_files import read_bounded
from quancheng.builders import VALIDITY_MS, Terms, build
from quancheng.client import Client
from quancheng.consent_question import (
    QUESTION_SIZE_MAX,
    QuestionFile,
    question_of,
    read_question_file,
)
from quancheng.consignments import known
from quancheng.notice import ConsentTerms
from quancheng.private_files import create_private_file
from quancheng.wallet import Wallet

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)
_out = click.option("--out", type=_NEW_FILE, required=True, help=say("option.out"))


@person_command(
    "question",
    described("wallet.question", "quancheng wallet question CONSENT --out question.json"),
)
@click.argument("consent", metavar="CONSENT")
@_out
@node_option
def question(consent: str, out: Path, node: str | None) -> None:
    """Write a request into a file for a wallet that is not online."""
    wanted = identifier(consent)
    found = run(node, lambda client: _question_file(client, wanted))
    create_private_file(out, found.encoded())
    show_pairs([(say("option.file"), str(out))])


@person_command(
    "answer",
    described(
        "wallet.answer",
        "quancheng wallet answer question.json --notice notice.txt --out answer.qc",
    ),
)
@click.argument("path", metavar="QUESTION", type=_FILE)
@notice_option
@copy_option
@yes_option
@_out
@offline_wallet
def answer(path: Path, notice: Path, out: Path, wallet: Wallet, **choice: bool) -> None:
    """Show what a question file asks with the registered notice, agree, and sign; no connection."""
    given = read_question_file(read_bounded(path, QUESTION_SIZE_MAX))
    found = question_of(given.genesis_hash, given.request, given.notice)
    lines = term_lines(found.asked, given.user, given.product, given.purpose)
    unsigned = build(
        "consent.grant",
        Terms(given.genesis_hash, time.time_ns() // 1_000_000 + VALIDITY_MS, [found.asked.sid]),
        consent=found.consent,
        notice=found.asked.notice,
        copy_key=wallet.keys_of(found.asked.sid).kem_key if choice["copy"] else None,
    )
    terms = ConsentTerms(lines, read_notice(notice))
    ask = shown if choice["yes"] else agreed
    signed = wallet.answer(unsigned, terms, found.notice_text, ask)
    if signed is None:
        raise click.Abort
    create_private_file(out, signed.data)
    show_pairs([(say("column.tx_id"), signed.tx_id.hex()), (say("option.file"), str(out))])


@person_command("send", described("wallet.send", "quancheng wallet send answer.qc"))
@click.argument("path", metavar="ANSWER", type=_FILE)
@node_option
def send(path: Path, node: str | None) -> None:
    """Send what was signed offline, and wait until it is final."""
    signed: Transaction = decode_transaction(read_bounded(path, TRANSACTION_SIZE_MAX))
    show_done(run(node, lambda client: client.submit_and_wait(signed)))


COMMANDS = (question, answer, send)


async def _question_file(client: Client, consent_id: bytes) -> QuestionFile:
    consent = await known(client, CONSENTS, consent_id)
    request = (await client.transaction(consent_id)).data
    notice = (await client.transaction(consent.notice)).data
    genesis_hash = (await client.status()).genesis_hash
    names = Names(client)
    return QuestionFile(
        genesis_hash=genesis_hash,
        request=request,
        notice=notice,
        user=await user_name(client, question_of(genesis_hash, request, notice)),
        product=await names.of("product", consent.product),
        purpose=await names.of("purpose", PURPOSES.raw_key(consent.purpose)[1:]),
    )
