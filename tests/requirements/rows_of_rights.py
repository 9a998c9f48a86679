"""Q27 to Q49: rights, systems and the whole, as the founding document wants them."""

from ledger.refusal import Code
from tests.requirements.removal import unit
from tests.requirements.row import Row

INTERCHAIN = "links and packets between chains: the issue on the interconnection of chains"
_E2E = "tests/e2e/test_loan.py::test_the_loan_ends_well_and_its_parties_stay_apart"

ROWS = (
    Row(
        "Q27",
        "三权分置: three rights on three objects",
        "Holding comes from registration, use from the release of a key, operating from grants.",
        (
            "only a registered resource is granted",
            "no key before the acknowledgement, and one key a line",
            "selling stands on grants",
        ),
        (Code.RESOURCE_NOT_ACTIVE, Code.NOT_ACKNOWLEDGED, Code.GRANT_MISSING),
    ),
    Row(
        "Q28",
        "八项权利: eight rights",
        "The eight rights and four public functions are one closed choice; acts ask for theirs.",
        ("whoever acts holds the right now",),
        (Code.NO_RIGHT,),
        places=("chaincode.rights:Right",),
        tests=(unit("rights.each_kind_holds_what_its_row_allows"),),
    ),
    Row(
        "Q29",
        "数据资源持有方…数据流通监管方: eight parties",
        "A party has one kind; the matrix says what its kind may hold.",
        ("duties are separate",),
        (Code.ROLE_CONFLICT,),
        tests=(unit("rights.every_kind_has_a_row_and_nobody_else_watches"),),
    ),
    Row(
        "Q30",
        "一项或多项数权: a party has one or several rights",
        "Rights are held one by one, each until its time; none excludes another it is held with.",
        ("duties are separate", "whoever acts holds the right now"),
        (Code.ROLE_CONFLICT, Code.NO_RIGHT),
        tests=(unit("membership_proposal.a_right_is_assigned_until_a_time_and_withdrawn"),),
    ),
    Row(
        "Q31",
        "制度与技术相结合: rights by rule and by cryptography",
        "Grants and registrations say who may; only a released key lets anybody read.",
        ("a grant ends", "a key binds the acknowledged header", "all wraps hold the same key"),
        (Code.GRANT_ENDED, Code.ENVELOPE_MISMATCH, Code.BAD_WRAP),
    ),
    Row(
        "Q32",
        "数据资源登记和数据产品登记: two registries",
        "Resources and products are reviewed by a registration body, never in its own cause.",
        (
            "nobody registers in their own cause",
            "an open objection stops a registration",
            "what is sensitive is assessed first",
            "group figures have their guards",
        ),
        (Code.ROLE_CONFLICT, Code.OBJECTION_OPEN, Code.IMPACT_ASSESSMENT_MISSING),
    ),
    Row(
        "Q33",
        "数据资产…在交付过程中动态产生: an asset is created by delivery",
        "An asset exists from the preparation of its envelope; no type registers one.",
        ("a delivery stands on a confirmed order line",),
        (Code.BAD_STATE,),
    ),
    Row(
        "Q34",
        "多方加密实现数据资产的一数多权: one datum, several rights, by encryption",
        "One content key has a wrap for each right holder; whoever opens one checks all others.",
        ("all wraps hold the same key", "the supervisors have their wrap"),
        (Code.BAD_WRAP, Code.SUPERVISOR_WRAP_MISSING),
        tests=(
            "tests/unit/quancheng/test_envelope_wraps.py::test_a_stock_sealed_box_opens_a_wrap",
        ),
    ),
    Row(
        "Q35",
        "制度式授权: institutional authorization to develop and to run the market",
        "Developing and running the venue need grants of an authorizing body or the holder.",
        ("developing needs a grant", "only what one holds is granted", "a venue is designated"),
        (Code.GRANT_MISSING, Code.OUT_OF_SCOPE, Code.VENUE_NOT_DESIGNATED),
    ),
    Row(
        "Q36",
        "通过产权交易实现…授权运营: the authorization is itself bought",
        "An offer has a consideration, which moves when the grantee accepts.",
        ("an authorization is paid for when it is accepted", "only the grantee accepts"),
        (Code.INSUFFICIENT_FUNDS, Code.NO_RIGHT),
    ),
    Row(
        "Q37",
        "数字信封技术实现数据资产使用权的赋予: the use right is conferred by the envelope key",
        "The wrap for the user comes into the state by the release alone.",
        (
            "no key before the acknowledgement, and one key a line",
            "a release uses the use up",
            "carrying serves the user whom the person named",
        ),
        (Code.NOT_ACKNOWLEDGED, Code.CONSENT_ALTERED),
    ),
    Row(
        "Q38",
        "依托区块链、隐私计算: a chain and privacy-preserving computation",
        "Jobs run where the data lies, by registered algorithms within privacy budgets.",
        ("only registered algorithms run", "a user's privacy budget ends"),
        (Code.ALGORITHM_NOT_REGISTERED, Code.PRIVACY_BUDGET),
    ),
    Row(
        "Q39",
        "可信主体、可信客体和可信交易: trusted subjects, objects and transactions",
        "Bound keys sign, registered objects are dealt in, and a quorum makes blocks final.",
        ("every signer signed every byte", "a revoked key signs nothing", "a binding must hold"),
        (Code.BAD_SIGNATURE, Code.KEY_REVOKED, Code.BINDING_EXPIRED),
        tests=("tests/simulation/test_simulation.py::test_seeds_hold_all_invariants_and_recover",),
    ),
    Row(
        "Q40",
        "交易系统、交付系统、运营系统和监管系统: four systems",
        "Trading, delivery, settlement and supervision are areas of one catalogue.",
        (
            "nothing frozen is sold",
            "nothing frozen is released",
            "revenue above what is permitted is flagged",
        ),
        (Code.FROZEN,),
        places=("chaincode.catalogue:active_type",),
        tests=(unit("catalogue.every_type_explains_itself"),),
    ),
    Row(
        "Q41",
        "撮合数据产品供需双方…形成交易订单: matching yields an order",
        "The market operator matches by price, time, id; an order is placed on the match.",
        (
            "the best offer comes first",
            "who pays most is served first",
            "a match has the supply's price",
        ),
        (Code.PRIORITY_BROKEN, Code.PRICE_MISMATCH),
        tests=(unit("matching.a_demand_is_matched_and_ordered_at_the_price_of_the_supply"),),
    ),
    Row(
        "Q42",
        "通过交易订单触发交付流程: delivery only from an order",
        "An envelope is prepared for a confirmed line and nothing else.",
        (
            "a delivery stands on a confirmed order line",
            "only the line's deliverer seals and releases",
        ),
        (Code.NOT_FOUND, Code.BAD_STATE, Code.NO_RIGHT),
    ),
    Row(
        "Q43",
        "加工…打包上链,授权后交付: process, package, put on chain, deliver after authorization",
        "Preparation, acknowledgement and release follow each other; the release asks for consent.",
        (
            "no key before the acknowledgement, and one key a line",
            "a revocation ends the consent",
        ),
        (Code.NOT_ACKNOWLEDGED, Code.CONSENT_REVOKED),
    ),
    Row(
        "Q44",
        "根据交易订单和交付订单…进行收益分配: distribution needs order and delivery",
        "Only what was released, accepted and past its dispute window is shared.",
        ("money is shared after the dispute window", "a price is held in escrow"),
        (Code.NOT_ACCEPTED, Code.DISPUTE_WINDOW),
    ),
    Row(
        "Q45",
        "各环节信息在泉城链可信记录: every step is recorded",
        "Applied steps leave events, refused attempts their code, found by whom they name.",
        ("refused attempts are found again", "a trace shows the whole delivery"),
        tests=(unit("execution.receipts_stand_in_the_order_of_the_block_with_sweeps_first"),),
    ),
    Row(
        "Q46",
        "可视化监管、控制与计量: visualise, control, meter",
        "Every use is metered, free ones too; a freeze stops business; the explorer shows both.",
        ("every use is metered, free ones too", "nothing frozen is sold"),
        (Code.FROZEN,),
    ),
    Row(
        "Q47",
        "供需对接-交易流通-追溯监管-平台运营: a closed loop",
        "One loan goes from request to settlement and statement, each step from the one before.",
        (
            "a trace shows the whole delivery",
            "money is shared after the dispute window",
            "revenue above what is permitted is flagged",
        ),
        tests=(unit("loan.a_loan_goes_from_request_to_settlement"), _E2E),
    ),
    Row(
        "Q48",
        "多方协作、权责分明、利益共赢: duties attributable to one party each",
        "Each type has exactly its signers; nobody leaves while they owe something.",
        ("each duty has exactly its signers", "nobody leaves with open duties"),
        (Code.MISSING_COSIGNER, Code.SCHEMA, Code.OPEN_DUTIES),
    ),
    Row(
        "Q49",
        "互联全省其他城市链、行业链: interconnect with other chains",
        "A light client follows another chain's headers by its own validator sets.",
        ("a foreign header has its quorum", "trust in a foreign chain expires"),
        (Code.BAD_CERTIFICATE, Code.TRUST_EXPIRED),
        elsewhere=INTERCHAIN,
    ),
)
