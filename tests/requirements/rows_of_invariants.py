"""I1 to I27: what holds of every state, whatever people try."""

from ledger.refusal import Code
from tests.requirements.removal import unit
from tests.requirements.row import Row
from tests.requirements.rows_of_rights import INTERCHAIN

_SHORT = "tests/requirements/test_claims.py::test_short_histories_keep_every_invariant"
_LONG = unit("histories.every_history_keeps_every_invariant")

ROWS = (
    Row(
        "I1",
        "money is conserved",
        "Free, escrow and dust together are what was minted less what was burned.",
        (
            "a refund is paid once",
            "a booking is minted once",
            "nobody spends what they do not have",
        ),
        (Code.INSUFFICIENT_FUNDS, Code.BANK_REFERENCE_USED),
        places=("chaincode.settlement.accounts:debit",),
        tests=(_SHORT, _LONG),
    ),
    Row(
        "I2",
        "escrow is exact",
        "An order's escrow is the price of its lines that are neither settled nor refunded.",
        ("a price is held in escrow", "a refund is paid once"),
        tests=(_LONG,),
    ),
    Row(
        "I3",
        "uses are counted",
        "Used and reserved are exactly the lines that cite the consent, never above its maximum.",
        ("a use is used once", "a release uses the use up", "a refund frees the use"),
        (Code.CONSENT_EXHAUSTED,),
        tests=(_LONG,),
    ),
    Row(
        "I4",
        "no release without right",
        "A second implementation judges every release on the state just before it.",
        (
            "only a granted, living consent permits",
            "consent, line and envelope agree",
            "selling stands on grants",
        ),
        places=("chaincode.delivery.release_check:require_release",),
        tests=(_SHORT, _LONG),
    ),
    Row(
        "I5",
        "one release a line",
        "A line is released from ACKNOWLEDGED alone, which it leaves for good.",
        ("no key before the acknowledgement, and one key a line",),
        (Code.ALREADY_RELEASED,),
        tests=(_LONG,),
    ),
    Row(
        "I6",
        "consent, line and envelope agree",
        "The chain rebuilds the header from its state; the release compares all three.",
        ("consent, line and envelope agree", "a key binds the acknowledged header"),
        (Code.WRONG_USER, Code.WRONG_PRODUCT, Code.WRONG_SUBJECT, Code.ENVELOPE_MISMATCH),
        tests=(_LONG,),
    ),
    Row(
        "I7",
        "no release at or after the end of a right",
        "Every right is compared with block time itself, whether or not a sweep has run.",
        (
            "a grant ends",
            "a registration ends",
            "a revocation ends the consent",
            "no release after the deadline",
        ),
        (
            Code.GRANT_ENDED,
            Code.RESOURCE_NOT_ACTIVE,
            Code.CONSENT_REVOKED,
            Code.DEADLINE_PASSED,
        ),
    ),
    Row(
        "I8",
        "classes never mix",
        "A line about a person has one consent and pseudonym; any other has neither.",
        ("data about nobody carries no consent", "no delivery about a person without consent"),
        (Code.WRONG_CLASS, Code.CONSENT_NOT_GRANTED),
        tests=(_LONG,),
    ),
    Row(
        "I9",
        "groups are safe",
        "k, ε of user and resource, overlap and one answer a question are checked on chain.",
        (
            "no figure about a small group",
            "a user's privacy budget ends",
            "the same question has the same answer",
            "queries do not nearly overlap",
        ),
        (
            Code.GROUP_TOO_SMALL,
            Code.PRIVACY_BUDGET,
            Code.ANSWER_DIFFERS,
            Code.QUERY_OVERLAP,
        ),
        tests=(_LONG,),
        limit="What needs the sizes of cells only the holder checks; it attests that it did.",
    ),
    Row(
        "I10",
        "raw data is never on chain",
        "Canaries in the source rows appear nowhere on any node, plain, encoded or hashed.",
        ("a public name holds no personal data",),
        tests=(
            "tests/e2e/test_loan.py::test_the_loan_ends_well_and_its_parties_stay_apart",
            "tests/e2e/test_insurance.py::test_claims_are_paid_and_a_dispute_is_decided_by_opening",
            "tests/e2e/test_statistics.py::test_figures_are_sold_and_the_attacks_are_refused",
            "tests/canaries/test_scanner.py::test_a_leak_is_found_in_every_sink",
        ),
    ),
    Row(
        "I11",
        "every field is typed and bounded",
        "Ids, choices, numbers, times, commitments, keys, wraps and public names; no other kind.",
        ("choices are closed", "a public name holds no personal data"),
        (Code.SCHEMA,),
        tests=(
            "tests/requirements/test_fields.py::test_no_type_has_room_for_raw_data",
            "tests/unit/ledger/test_transaction.py::test_the_largest_transaction",
        ),
    ),
    Row(
        "I12",
        "distribution is exact",
        "Each payee of a policy version has the floor of its share; dust is allotted once.",
        ("rounding favours nobody", "an order keeps its policy"),
        tests=(_LONG, unit("settlement.dust_waits_for_the_close")),
    ),
    Row(
        "I13",
        "what must not matter does not matter",
        "Order of independent transactions, cutting of blocks and orders, other ids.",
        (
            "the order of independent orders does not matter",
            "splitting an order moves no fen",
        ),
        places=("chaincode.execution:execute_block",),
        tests=(
            "tests/requirements/test_independence.py::test_blocks_of_one_time_can_be_cut_anywhere",
            "tests/requirements/test_independence.py::test_other_ids_give_the_same_balances",
        ),
        limit="Within one class of a block and one block time: protection goes first.",
    ),
    Row(
        "I14",
        "supervision always traces",
        "From any place of a delivery to all its steps; from a source or person to all assets.",
        ("a trace shows the whole delivery", "a trace leads back to every source"),
        tests=(
            unit("trace.every_place_of_a_delivery_leads_to_the_same_steps"),
            unit("trace.sources_and_persons_lead_forwards_to_all_their_assets"),
        ),
    ),
    Row(
        "I15",
        "supervision is no power over data or money",
        "No act of a supervisor touches accounts, escrow or consents but a ruling in one escrow.",
        (
            "supervision has no power over money",
            "a ruling divides the escrow and no more",
            "a share is proven",
        ),
        (Code.SPLIT_SUM, Code.BAD_SHARE),
    ),
    Row(
        "I16",
        "a freeze stops business, never protection",
        "No release, listing or order while frozen; always revoke, refund, erase, evidence.",
        (
            "nothing frozen is sold",
            "nothing frozen is released",
            "a freeze never stops protection",
        ),
        (Code.FROZEN,),
        tests=(_LONG,),
    ),
    Row(
        "I17",
        "rights hold at the time",
        "Every signer is asked for its right in this block; the matrix is kept on every change.",
        ("whoever acts holds the right now", "duties are separate", "whoever acts is active"),
        (Code.NO_RIGHT, Code.ROLE_CONFLICT, Code.PARTY_NOT_ACTIVE),
    ),
    Row(
        "I18",
        "nothing is applied twice",
        "An id is refused within its window; a consent's id binds request and chain.",
        ("a transaction is applied once", "a transaction is for one chain"),
        (Code.DUPLICATE, Code.WRONG_CHAIN),
    ),
    Row(
        "I19",
        "a listing stands on what is registered and granted",
        "With a source, product or grant its listings end, and open lines are refunded.",
        ("with a right its listings end", "a registration ends", "a grant ends"),
        (Code.RESOURCE_NOT_ACTIVE, Code.GRANT_ENDED),
    ),
    Row(
        "I20",
        "prices keep their ceilings",
        "No price above the ceiling; public good is free and metered.",
        (
            "no price above the ceiling",
            "public good is free",
            "every use is metered, free ones too",
        ),
        (Code.PRICE_ABOVE_CAP, Code.FEE_CLASS),
        tests=(_LONG,),
    ),
    Row(
        "I21",
        "the duty to erase is kept or flagged",
        "After retention or the person's demand: erased, or overdue for everyone to see.",
        (
            "a consent ends the right to keep",
            "an overdue erasure is flagged",
            "the person shortens the right to keep",
        ),
    ),
    Row(
        "I22",
        "matters of one person cannot be linked",
        "Each matter has its own pseudonym, envelope key and salt; a pseudonym serves one matter.",
        (
            "a pseudonym serves one matter",
            "every matter has keys of its own",
            "matters of one person share nothing of the person",
        ),
        (Code.BAD_BINDING,),
        tests=("tests/e2e/test_loan.py::test_the_loan_ends_well_and_its_parties_stay_apart",),
        limit="Block times and the user stay visible; see X25.",
    ),
    Row(
        "I23",
        "the same everywhere",
        "Replay from genesis with other hash seeds gives every root of every height.",
        ("the block alone decides",),
        tests=(
            unit("execution.execution_does_not_depend_on_the_seed_of_hashes"),
            "tests/unit/node/test_golden_chain.py::test_the_chain_replays_to_the_same_roots",
            "tests/unit/node/test_golden_chain.py::"
            "test_nodes_of_other_hash_seeds_have_the_same_roots_at_every_height",
        ),
    ),
    Row(
        "I24",
        "refusals are the same everywhere",
        "The same transaction on the same state has the same code and changes nothing else.",
        ("a refusal changes nothing", "refused attempts are found again"),
        tests=(_LONG,),
    ),
    Row(
        "I25",
        "packets end once",
        "Each packet between chains is acknowledged or timed out, its effect at most once.",
        elsewhere=INTERCHAIN,
    ),
    Row(
        "I26",
        "a consent is the subject's",
        "Only the person's key, a recorded guardian or a marked custodian grants.",
        (
            "only the person or their delegate answers",
            "a custodian's answer is marked",
            "every signer signed every byte",
        ),
        (Code.WRONG_SUBJECT, Code.GUARDIAN_NEEDED, Code.BAD_SIGNATURE),
    ),
    Row(
        "I27",
        "every line ends",
        "Deadlines bring each line to a final or disputed state through sweeps alone.",
        ("time ends what waits", "silence accepts"),
        tests=(_LONG, unit("execution.sweeps_are_bounded_and_in_the_order_of_time")),
    ),
)
