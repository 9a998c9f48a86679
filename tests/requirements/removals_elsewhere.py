"""The rules of bytes, envelopes at their ends, wallets and light clients, each taken out."""

import hashlib

import cbor2

from ledger.refusal import Code
from tests.requirements.removal import Removal, Thing, always, nothing, silent, unit

_LEDGER = "tests/unit/ledger/test_"
_SDK = "tests/unit/quancheng/test_"
_OWN = "tests/requirements/test_claims.py::test_"


def _any_encoding(_: Thing) -> Thing:
    def decode(data: bytes, *, size_max: int) -> Thing:
        del size_max
        return cbor2.loads(data)

    return decode


def _unsalted(_: Thing) -> Thing:
    def commitment(salt: bytes, identity: str) -> bytes:
        del salt
        return hashlib.blake2b(identity.encode(), digest_size=32).digest()

    return commitment


def _same_for_every_matter(original: Thing) -> Thing:
    def matter_keys(seed: bytes, index: int) -> Thing:
        del index
        return original(seed, 0)

    return matter_keys


REMOVALS = (
    Removal(
        "every matter has keys of its own",
        "quancheng.wallet_keys:matter_keys",
        _same_for_every_matter,
        f"{_SDK}wallet.py::test_every_matter_has_keys_of_its_own",
    ),
    Removal(
        "matters of one person share nothing of the person",
        "quancheng.wallet_keys:matter_keys",
        _same_for_every_matter,
        _OWN + "a_committed_identity_cannot_be_searched_for",
    ),
    Removal(
        "a meaning has one encoding",
        "ledger.encoding:decode",
        _any_encoding,
        f"{_LEDGER}decoders.py::test_what_is_not_canonical_is_refused",
    ),
    Removal(
        "a public name holds no personal data",
        "chaincode.fields:is_public_name",
        always(True),
        unit("fields.public_names_carry_no_numbers_and_nothing_invisible"),
    ),
    Removal(
        "a header has few recipients",
        "quancheng.envelope_wraps:require_sound_header",
        nothing,
        f"{_SDK}envelope_wraps.py::test_too_many_recipients_cost_no_key_operation",
        "ledger.envelope_header:require_sound_header",
    ),
    Removal(
        "all wraps hold the same key",
        "quancheng.envelope_wraps:require_same_key",
        nothing,
        f"{_SDK}envelope_wraps.py::test_swapped_missing_and_foreign_wraps_are_refused",
    ),
    Removal(
        "a ciphertext opens under one key",
        "quancheng.envelope:require",
        silent(Code.ENVELOPE_MISMATCH, within="opened_chunks"),
        f"{_SDK}envelope.py::test_a_second_content_under_another_key_is_refused",
        "quancheng.envelope:opened_chunks",
    ),
    Removal(
        "an identity is committed to with a salt",
        "quancheng.wallet_keys:identity_commitment",
        _unsalted,
        _OWN + "a_committed_identity_cannot_be_searched_for",
    ),
    Removal(
        "persons have an allowance of their own",
        "chaincode.admission:is_signed_by_person",
        always(False),
        "tests/unit/node/test_door.py::"
        "test_no_organisation_keeps_out_the_persons_it_is_charged_for",
    ),
    Removal(
        "a foreign header has its quorum",
        "lightclient.verification:verify_certificate",
        always(None),
        "tests/unit/lightclient/test_trust.py::"
        "test_fewer_than_a_quorum_or_other_votes_prove_nothing",
        "lightclient.verification:require_certified",
    ),
    Removal(
        "trust in a foreign chain expires",
        "lightclient.verification:require",
        silent(Code.TRUST_EXPIRED, within="require_timely"),
        "tests/unit/lightclient/test_trust.py::test_trust_expires_to_the_millisecond",
        "lightclient.verification:require_timely",
    ),
)
