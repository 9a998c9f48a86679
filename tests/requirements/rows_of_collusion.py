"""X27 to X42: attacks of several together, on money, keys, other chains and encodings."""

from ledger.refusal import Code
from tests.requirements.removal import unit
from tests.requirements.row import Row
from tests.requirements.rows_of_rights import INTERCHAIN

ROWS = (
    Row(
        "X27",
        "deliverer and user pass data on without an order",
        "Every release is metered: the holder's reads must add up to its deliveries.",
        ("deliveries are counted against the holder's log",),
        limit="A chain cannot prevent it. What remains is the difference between the holder's log "
        "of reads and the released lines, and canary records in the source.",
    ),
    Row(
        "X28",
        "operator and user pay elsewhere, the order costs nothing",
        "Use is metered by deliveries, not by prices; statements put uses beside income.",
        ("free use is counted against income", "revenue above what is permitted is flagged"),
        limit="A chain cannot see other payments. What remains is a product with uses and without "
        "income, in the meter and the statement of the same period.",
    ),
    Row(
        "X29",
        "tiny orders, whose remainders the operator takes",
        "Floors of the running total: nobody gains a fen by splitting.",
        ("rounding favours nobody", "splitting an order moves no fen"),
    ),
    Row(
        "X30",
        "the policy changes just before settlement",
        "A line keeps the version under which it was placed.",
        ("an order keeps its policy",),
    ),
    Row(
        "X31",
        "wash trading",
        "Who sells or is paid does not buy; shares come from the agreement, not from volume.",
        ("nobody buys what they are paid for",),
        (Code.SELF_DEALING,),
    ),
    Row(
        "X32",
        "one supervisor opens envelopes",
        "t members each give a proven share under a case that names envelope and inspector.",
        (
            "a share is proven",
            "each supervisor gives one share",
            "an opening rests on a case about the envelope",
            "great freezes take two supervisors",
        ),
        (Code.BAD_SHARE, Code.SHARE_REPEATED, Code.FREEZE_TARGET, Code.MISSING_COSIGNER),
        tests=(unit("audits.every_pair_opens_and_no_single_share_does"),),
    ),
    Row(
        "X33",
        "a consent for somebody else's data",
        "The binding's commitment is on chain; the deliverer compares it before sealing.",
        ("only the person or their delegate answers", "a binding must hold"),
        (Code.WRONG_SUBJECT, Code.BINDING_EXPIRED),
        limit="Whether the identity authority bound the right person the chain cannot know.",
    ),
    Row(
        "X34",
        "a custodian signs without the person",
        "Its answer is marked, it is never the user, and the person's own key revokes.",
        (
            "a custodian's answer is marked",
            "a custodian is never the user",
            "a person's own key always protects them",
        ),
        (Code.BAD_DELEGATION,),
    ),
    Row(
        "X35",
        "a minor without a guardian",
        "A minor grants through the recorded guardian's own pseudonym.",
        ("a minor acts through a guardian",),
        (Code.GUARDIAN_NEEDED,),
    ),
    Row(
        "X36",
        "asking again after a denial",
        "Requests for one product in one matter are limited.",
        ("asking again is limited",),
        (Code.RATE_LIMIT,),
    ),
    Row(
        "X37",
        "a header with thousands of wraps",
        "At most eight recipients, checked before any key operation.",
        ("a header has few recipients",),
        (Code.SCHEMA,),
    ),
    Row(
        "X38",
        "a forged header of another chain",
        "A quorum of the set that is trusted; epochs are not skipped.",
        ("a foreign header has its quorum",),
        (Code.BAD_CERTIFICATE, Code.BAD_FOREIGN_HEADER),
        elsewhere=INTERCHAIN,
    ),
    Row(
        "X39",
        "a delivery and a refund race across chains",
        "A refund needs proof of non-receipt; the receiver refuses what is late.",
        elsewhere=INTERCHAIN,
    ),
    Row(
        "X40",
        "a header signed by a retired set",
        "Trust expires after a period and follows every change of validators.",
        ("trust in a foreign chain expires",),
        (Code.TRUST_EXPIRED,),
        tests=("tests/unit/lightclient/test_trust.py::test_a_retired_set_has_no_say",),
    ),
    Row(
        "X41",
        "the bank keeps what the person took back",
        "The duty to erase has a date; without the user's word a flag stands for good.",
        ("what is kept too long is flagged", "the person shortens the right to keep"),
        limit="A chain cannot delete. What remains is the duty, its date, the user's word or the "
        "flag, and a supervisor's case.",
    ),
    Row(
        "X42",
        "other bytes with the same meaning",
        "Bytes are decoded, typed, encoded again and compared.",
        ("a meaning has one encoding",),
        (Code.SCHEMA,),
    ),
)
