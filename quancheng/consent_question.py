"""What a consent asks, read from the very transactions whose ids the answer signs.

The id of a consent is the id of its request, and the request names its notice by the id of the
transaction that registered it. So whoever holds both transactions knows every word that an answer
binds, without trusting the node that handed them over, and without a connection: a wallet that is
never online decides on a `QuestionFile`. Only the names beside the ids are the node's word.
"""

from dataclasses import dataclass
from typing import Annotated, TypeVar

from chaincode.authorization.requests import ConsentRequest
from chaincode.registration.notice import NoticeRegister
from ledger.refusal import Code, require
from ledger.transaction import (
    TRANSACTION_SIZE_MAX,
    Transaction,
    decode_transaction,
    has_valid_signatures,
)
from quancheng import strict_json
from quancheng.api.method import Hash
from quancheng.builders import declaration_of
from quancheng.json_form import BytesForm, TextForm
from quancheng.json_object import object_form

NAME_SIZE_MAX = 256
QUESTION_SIZE_MAX = 4 * TRANSACTION_SIZE_MAX + 16 * 1024

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """A request for consent as it travels to a wallet that is not online."""

    genesis_hash: Hash
    request: Annotated[bytes, BytesForm(1, TRANSACTION_SIZE_MAX), "The request, signed."]
    notice: Annotated[bytes, BytesForm(1, TRANSACTION_SIZE_MAX), "The notice's registration."]
    user: Annotated[str, TextForm(NAME_SIZE_MAX), "Name of who asks, by the node's word."]
    product: Annotated[str, TextForm(NAME_SIZE_MAX), "Name of the product, by the node's word."]
    purpose: Annotated[str, TextForm(NAME_SIZE_MAX), "Name of the purpose, by the node's word."]

    def encoded(self) -> bytes:
        """Return the bytes of the file."""
        return strict_json.dumps(object_form(QuestionFile).render(self)).encode()


@dataclass(frozen=True, slots=True)
class ConsentQuestion:
    """What is asked, every word of it bound by the id of the consent."""

    genesis_hash: bytes
    consent: bytes
    user_key: bytes
    """The key with which the user signed the request."""
    asked: ConsentRequest
    notice_text: bytes
    """Hash of the registered text."""


def read_question_file(data: bytes) -> QuestionFile:
    """Return the question of a file, or refuse (E911); nothing is compared yet."""
    require(len(data) <= QUESTION_SIZE_MAX, Code.BAD_REQUEST, "question")
    return object_form(QuestionFile).parse(strict_json.loads(data), "question")


def question_of(genesis_hash: bytes, request: bytes, notice: bytes) -> ConsentQuestion:
    """Return what a request asks.

    Refuses another chain's (E002), a request without its user's signature (E001), another type
    (E006), and a notice that is not the one it names (E207).
    """
    asking, asked = _read(genesis_hash, request, "consent.request", ConsentRequest)
    require(has_valid_signatures(asking), Code.BAD_SIGNATURE, "request")
    registering, registered = _read(genesis_hash, notice, "notice.register", NoticeRegister)
    require(registering.tx_id == asked.notice, Code.NOTICE_MISSING, "notice")
    return ConsentQuestion(genesis_hash, asking.tx_id, asking.signers[0], asked, registered.text)


def _read(genesis_hash: bytes, data: bytes, type_name: str, kind: type[T]) -> tuple[Transaction, T]:
    transaction = decode_transaction(data)
    require(transaction.unsigned.genesis_hash == genesis_hash, Code.WRONG_CHAIN, type_name)
    require(transaction.type == type_name, Code.SCHEMA, type_name)
    body = declaration_of(type_name).read(transaction.unsigned.body)
    assert isinstance(body, kind)
    return transaction, body
