"""X1 to X26: attacks on consents, deliveries and figures, and what becomes of them."""

from ledger.refusal import Code
from tests.requirements.removal import unit
from tests.requirements.row import Row

_LIMITS = "tests/requirements/test_limits.py::test_"
_SDK = "tests/unit/quancheng/test_"

ROWS = (
    Row(
        "X1",
        "a signed consent is replayed under a new order or on another chain",
        "The signature covers chain, request and key; an id is applied once.",
        (
            "a transaction is applied once",
            "a transaction is for one chain",
            "a consent that names a key serves that key",
        ),
        (Code.DUPLICATE, Code.WRONG_CHAIN, Code.CONSENT_ALTERED),
    ),
    Row(
        "X2",
        "two orders in one block on one use",
        "The first reserves the use, the second finds none.",
        ("a use is used once",),
        (Code.CONSENT_EXHAUSTED,),
    ),
    Row(
        "X3",
        "cancel after the release and use again",
        "A release has used the use up; what is sealed is cancelled no more.",
        ("what is released is not cancelled", "a release uses the use up"),
        (Code.BAD_STATE,),
    ),
    Row(
        "X4",
        "consent for one purpose, order for another",
        "Refused and on record.",
        ("an order keeps to the consent's purpose", "refused attempts are found again"),
        (Code.WRONG_PURPOSE,),
    ),
    Row(
        "X5",
        "the tree of purposes is redefined",
        "A code is defined once and never moves.",
        ("a purpose never moves",),
        (Code.TAKEN,),
    ),
    Row(
        "X6",
        "a new product version with more fields",
        "A consent names version and fields.",
        (
            "a consent serves one product version",
            "no more fields leave than were consented to",
            "a request asks for no more fields than the purpose needs",
        ),
        (Code.WRONG_PRODUCT, Code.WRONG_FIELDS),
    ),
    Row(
        "X7",
        "a blanket or bundled consent",
        "Limits are required; a bundle cannot be written down.",
        ("no request without limits", "a consent is not bundled"),
        (Code.BLANKET_CONSENT, Code.SCHEMA),
    ),
    Row(
        "X8",
        "a grant, registration or consent ends between sealing and release",
        "The release asks again; the line is refunded.",
        ("a grant ends", "a registration ends", "with a right its listings end"),
        (Code.GRANT_ENDED, Code.RESOURCE_NOT_ACTIVE, Code.CONSENT_EXPIRED),
    ),
    Row(
        "X9",
        "revocation and release in one block",
        "The revocation is executed first, whatever order they came in.",
        ("a revocation ends the consent", "a revocation undoes what is not released"),
        (Code.CONSENT_REVOKED,),
    ),
    Row(
        "X10",
        "a proposer puts the release before the revocation",
        "A block in which a protective transaction stands behind another is invalid.",
        ("protective transactions stand first",),
        (Code.BAD_BODY,),
    ),
    Row(
        "X11",
        "a validator leaves a revocation out",
        "Any node relays, primaries rotate, and persons have an allowance nobody else fills.",
        ("persons have an allowance of their own",),
        (Code.QUOTA,),
        tests=(
            "tests/unit/node/test_node.py::test_gossip_reaches_those_who_come_later",
            "tests/unit/consensus/test_primary.py::test_without_misses_the_primary_goes_round",
        ),
        limit="One primary can leave it out of its own block; the next one takes it.",
    ),
    Row(
        "X12",
        "a forged receipt",
        "Only the line's user gives one, with its own signature.",
        ("only the receiver gives a receipt", "every signer signed every byte"),
        (Code.NOT_RECEIVER, Code.BAD_SIGNATURE),
    ),
    Row(
        "X13",
        "the user withholds its receipt",
        "Silence accepts; a bad verdict does not, and leaves room for a dispute.",
        ("silence accepts",),
        tests=(unit("disputes.a_dispute_holds_the_price"),),
    ),
    Row(
        "X14",
        "garbage, or another key for the supervisors than for the user",
        "The user recomputes every wrap before its receipt; a ruling refunds.",
        ("all wraps hold the same key", "a ruling divides the escrow and no more"),
        (Code.BAD_WRAP, Code.SPLIT_SUM),
        tests=(f"{_SDK}envelope_supervision.py::test_a_user_checks_the_supervisors_wrap_too",),
    ),
    Row(
        "X15",
        "the ciphertext is swapped after the acknowledgement",
        "The header binds its root; acknowledgement and release name the header.",
        (
            "a key binds the acknowledged header",
            "an acknowledgement names the ciphertext that was sealed",
        ),
        (Code.ENVELOPE_MISMATCH,),
    ),
    Row(
        "X16",
        "one ciphertext that opens to two contents",
        "The header commits to the key, and to the content under it.",
        ("a ciphertext opens under one key",),
        (Code.ENVELOPE_MISMATCH,),
        tests=(f"{_SDK}envelope.py::test_a_second_content_under_the_same_key_is_refused",),
    ),
    Row(
        "X17",
        "a key before the acknowledgement, or outside the chain",
        "Refused on chain. Outside: an acknowledged envelope without release stays in the trace.",
        (
            "no key before the acknowledgement, and one key a line",
            "what was sealed stays on record",
        ),
        (Code.NOT_ACKNOWLEDGED,),
        limit="A key handed over outside the chain cannot be seen. What remains is who sealed what "
        "for whom and that it was never released; channel audits and contracts bound it.",
    ),
    Row(
        "X18",
        "ordering or delivering what is frozen",
        "Refused while the freeze lasts; what is not released can be cancelled.",
        ("nothing frozen is sold", "nothing frozen is released"),
        (Code.FROZEN,),
        tests=(unit("rates_and_holds.what_is_frozen_after_sealing_can_be_cancelled"),),
    ),
    Row(
        "X19",
        "differencing: a group, then the group without one person",
        "Two queries differ by no cell or by several; budgets bound the rest.",
        ("queries do not nearly overlap", "a user's privacy budget ends"),
        (Code.QUERY_OVERLAP, Code.PRIVACY_BUDGET),
    ),
    Row(
        "X20",
        "averaging: the same query often, in other words",
        "A query has one form and its answer is given once.",
        ("one question has one form", "the same question has the same answer"),
        (Code.SCHEMA, Code.ANSWER_DIFFERS),
    ),
    Row(
        "X21",
        "users pool their budgets",
        "A resource has a budget for all users together.",
        ("the privacy budget of a resource is shared by all users",),
        (Code.PRIVACY_BUDGET,),
    ),
    Row(
        "X22",
        "a tiny group, a rare category",
        "Groups below k are left out; how many is told in buckets.",
        ("no figure about a small group", "choices are closed"),
        (Code.GROUP_TOO_SMALL,),
        places=("chaincode.delivery.job_records:Suppressed",),
    ),
    Row(
        "X23",
        "an algorithm that copies its input",
        "Only registered code runs, and its output has a size.",
        ("only registered algorithms run", "a result is no larger than announced"),
        (Code.ALGORITHM_NOT_REGISTERED, Code.OUTPUT_TOO_LARGE),
    ),
    Row(
        "X24",
        "a register rebuilt from many single queries",
        "Each has its own consent; lines of a user and a product are limited, the last one flags.",
        ("individual lines are limited in number", "no delivery about a person without consent"),
        (Code.RATE_LIMIT,),
    ),
    Row(
        "X25",
        "persons found again from metadata",
        "A pseudonym for each matter, buckets for amounts, no text.",
        ("a pseudonym serves one matter", "every matter has keys of its own"),
        (Code.BAD_BINDING,),
        tests=(_LIMITS + "metadata_still_tells_user_product_and_times",),
        limit="User, product and block times are public: whoever knows that somebody was at the "
        "bank at a minute finds the matter of that minute.",
    ),
    Row(
        "X26",
        "brute force of a committed identity or answer",
        "Commitments are keyed with a salt that stays off chain.",
        ("an identity is committed to with a salt",),
        limit="Destroying the salt at erasure is the holder's duty.",
    ),
)
