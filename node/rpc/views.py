"""From canonical bytes to what people read: headers, certificates, receipts, transaction bodies."""

from dataclasses import fields

from chaincode.catalogue import TYPES
from chaincode.fields import JSON_INTEGER_MAX, Json
from ledger.certificate import CommitCertificate
from ledger.encoding import Value
from ledger.header import Header
from ledger.receipt import Receipt
from ledger.refusal import Code, Refusal, Refused
from ledger.transaction import Transaction
from node.rpc.limits import RETRY_AFTER_MS
from quancheng.api.chain import CertificateResult, CommitView, HeaderResult, HeaderView
from quancheng.api.refusal import RefusalView, refusal_view
from quancheng.api.transactions import EventView, ReceiptView

PASSING = frozenset(
    {Code.OVERLOADED, Code.QUOTA, Code.RATE_LIMIT, Code.UNAVAILABLE, Code.TOO_FAR_AHEAD}
)
"""Refusals of the moment: the same request may pass a little later."""


def door_view(refusal: Refusal) -> RefusalView:
    """Return a refusal of this node, which says when trying again makes sense."""
    return refusal_view(refusal, RETRY_AFTER_MS if refusal.code in PASSING else None)


def header_view(header: Header) -> HeaderView:
    """Return the fields of a header."""
    return HeaderView(**{item.name: getattr(header, item.name) for item in fields(HeaderView)})


def header_result(header: Header) -> HeaderResult:
    """Return a header with hash and bytes."""
    return HeaderResult(header.hash(), header_view(header), header.encoded())


def certificate_result(certificate: CommitCertificate) -> CertificateResult:
    """Return a certificate with its votes."""
    return CertificateResult(
        height=certificate.height,
        view=certificate.view,
        block_hash=certificate.block_hash,
        signatures=tuple(CommitView(*vote) for vote in certificate.signatures),
        data=certificate.encoded(),
    )


def receipt_view(receipt: Receipt) -> ReceiptView:
    """Return a receipt, with the texts of its code where it is a refusal."""
    failed = receipt.code is not Code.OK
    return ReceiptView(
        subject=receipt.subject,
        code=receipt.code.label,
        refusal=refusal_view(Refusal(receipt.code)) if failed else None,
        events=tuple(EventView(item.name, item.ids, item.amounts) for item in receipt.events),
    )


def body_json(transaction: Transaction) -> Json:
    """Return a body's fields by name, or its bare array where this node cannot read it."""
    declaration = TYPES.get(transaction.type)
    if declaration is not None:
        try:
            return declaration.write_json(declaration.read(transaction.unsigned.body))
        except Refused:  # stands in its block as FAILED with E006; shown as it is
            pass
    return value_json(transaction.unsigned.body)


def value_json(value: Value) -> Json:
    """Return any canonical value: bytes as hexadecimal, large integers as decimal strings."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= JSON_INTEGER_MAX else str(value)
    return [value_json(item) for item in value]
