"""What a wallet shows is what its answer binds, whoever carried the question to it."""

import pytest

from chaincode.authorization.records import ConsentKind
from chaincode.rights import PartyKind
from ledger.refusal import Code, Refused
from ledger.suites import public_key_of
from ledger.transaction import Transaction, assemble
from quancheng.builders import Terms, build, sign
from quancheng.consent_question import QuestionFile, question_of, read_question_file
from quancheng.notice import notice_hash

GENESIS_HASH = b"\x01" * 32
USER, OPERATOR, REGISTRAR, PERSON = (bytes([number]) * 32 for number in range(2, 6))


def signed(type_name: str, *seeds: bytes, **body: object) -> Transaction:
    """Return a transaction for the chain."""
    terms = Terms(GENESIS_HASH, 1_000, [public_key_of(seed) for seed in seeds])
    return sign(build(type_name, terms, **body), *seeds)


NOTICE = signed(
    "notice.register",
    OPERATOR,
    REGISTRAR,
    text=notice_hash("告知书"),
    purpose=11,
    user_kind=PartyKind.USER,
)


def request(notice: bytes = NOTICE.tx_id) -> Transaction:
    """Return a request for consent under a notice."""
    return signed(
        "consent.request",
        USER,
        matter=bytes(32),
        sid=public_key_of(PERSON),
        product=bytes(32),
        product_version=1,
        purpose=11,
        fields=0b11,
        kind=ConsentKind.USE,
        max_uses=1,
        answer_until_ms=1,
        until_ms=2,
        retention_until_ms=3,
        notice=notice,
        receiving_key=None,
    )


def refusal_code(genesis_hash: bytes, asking: bytes, notice: bytes) -> Code:
    """Read a question that must be refused and return the code."""
    with pytest.raises(Refused) as caught:
        question_of(genesis_hash, asking, notice)
    return caught.value.refusal.code


def test_a_question_is_what_its_user_signed() -> None:
    asking = request()
    question = question_of(GENESIS_HASH, asking.data, NOTICE.data)
    assert question.consent == asking.tx_id
    assert question.user_key == public_key_of(USER)
    assert question.asked.fields == 0b11
    assert question.notice_text == notice_hash("告知书")


def test_no_byte_of_a_question_can_change_under_its_id() -> None:
    """A flipped bit is refused, or gives a consent of another id, which the chain does not have."""
    asking = request()
    for position in range(len(asking.data)):
        altered = bytearray(asking.data)
        altered[position] ^= 1
        with pytest.raises(Refused):
            question_of(GENESIS_HASH, bytes(altered), NOTICE.data)


def test_another_notice_chain_or_type_is_refused() -> None:
    other = signed(
        "notice.register",
        OPERATOR,
        REGISTRAR,
        text=notice_hash("另一告知书"),
        purpose=11,
        user_kind=PartyKind.USER,
    )
    asking = request().data
    assert refusal_code(GENESIS_HASH, asking, other.data) is Code.NOTICE_MISSING
    assert refusal_code(bytes(32), asking, NOTICE.data) is Code.WRONG_CHAIN
    assert refusal_code(GENESIS_HASH, NOTICE.data, NOTICE.data) is Code.SCHEMA
    signature = request().signatures[0]
    forged = assemble(request().unsigned, [signature[:-1] + bytes([signature[-1] ^ 1])])
    assert refusal_code(GENESIS_HASH, forged.data, NOTICE.data) is Code.BAD_SIGNATURE


def test_a_question_file_comes_back() -> None:
    file = QuestionFile(GENESIS_HASH, request().data, NOTICE.data, "银行", "画像", "授信")
    assert read_question_file(file.encoded()) == file
    with pytest.raises(Refused):
        read_question_file(file.encoded()[:-2])
    with pytest.raises(Refused):
        read_question_file(b" " * 2**22)
