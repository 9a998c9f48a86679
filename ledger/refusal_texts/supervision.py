"""Refusals of settlement and supervision."""

from collections.abc import Mapping

from ledger.refusal import Code
from ledger.refusal_texts.text import RefusalText

TEXTS: Mapping[Code, tuple[RefusalText, RefusalText]] = {
    Code.POLICY_SUM: (
        RefusalText(
            "shares do not add up",
            "Shares add up to 10,000 hundredths of a percent.",
            "Correct the shares so that their sum is 10,000.",
        ),
        RefusalText(
            "份额合计有误",
            "各份额合计须为 10,000 个基点。",
            "修正份额，使合计为 10,000。",
        ),
    ),
    Code.NOT_ACCEPTED: (
        RefusalText(
            "not accepted yet",
            "A line is settled after it is accepted and its time for disputes is over.",
            "Wait for the receipt and the end of the dispute term, then settle.",
        ),
        RefusalText(
            "尚未验收",
            "订单行验收且争议期满后方可结算。",
            "等待回执和争议期结束后再结算。",
        ),
    ),
    Code.NOT_REFUNDABLE: (
        RefusalText(
            "not refundable",
            (
                "A line is refunded only before release, when something it stands on has ended, "
                "or by a ruling."
            ),
            "Cancel it if you may; after release, open a dispute.",
        ),
        RefusalText(
            "不可退款",
            "仅在释放前其依据终止，或经裁决，方可退款。",
            "可撤单的先撤单；已释放的请提出争议。",
        ),
    ),
    Code.DISPUTE_WINDOW: (
        RefusalText(
            "outside the dispute term",
            "A dispute is opened between release and the end of its term.",
            "After the term turn to the supervisor outside the chain.",
        ),
        RefusalText(
            "不在争议期内",
            "争议须在释放后、争议期结束前提出。",
            "期满后请在链外联系监管方。",
        ),
    ),
    Code.DISPUTE_OPEN: (
        RefusalText(
            "dispute open",
            "Nothing is paid out while a dispute is open.",
            "Wait for the ruling.",
        ),
        RefusalText(
            "争议未决",
            "争议未决期间不予支付。",
            "等待裁决。",
        ),
    ),
    Code.BANK_REFERENCE_USED: (
        RefusalText(
            "bank reference used",
            "A transfer at the bank is mirrored once.",
            "Check the transfer; it is already credited, or the reference is wrong.",
        ),
        RefusalText(
            "银行凭证已使用",
            "每笔银行转账只入账一次。",
            "核对转账；或已入账，或凭证有误。",
        ),
    ),
    Code.SPLIT_SUM: (
        RefusalText(
            "split does not add up",
            "A ruling divides exactly the money of the line.",
            "Correct the parts so that they add up to the escrow.",
        ),
        RefusalText(
            "分配合计有误",
            "裁决须恰好分配该订单行的托管款。",
            "修正各部分，使合计等于托管款。",
        ),
    ),
    Code.REVENUE_CAP: (
        RefusalText(
            "revenue above its ceiling",
            "A product earns no more in a period than its permitted maximum.",
            "The excess is carried over and deducted; review the price.",
        ),
        RefusalText(
            "收益超限",
            "产品在一个周期内的收益不得超过准许上限。",
            "超出部分结转扣减；请复核价格。",
        ),
    ),
    Code.POLICY_MISSING: (
        RefusalText(
            "distribution policy missing",
            "Income is shared by a policy that all payees signed before the sale.",
            "Set the policy of the product, then list or order again.",
        ),
        RefusalText(
            "缺少分配政策",
            "收益按出售前各受益方签署的政策分配。",
            "先设定产品的分配政策，再挂牌或下单。",
        ),
    ),
    Code.CASE_NEEDED: (
        RefusalText(
            "case needed",
            "Supervision acts within an open case.",
            "Open a case first and name it.",
        ),
        RefusalText(
            "须有案件",
            "监管行为须在已立案件之内。",
            "先立案并引用该案件。",
        ),
    ),
    Code.SHARE_REPEATED: (
        RefusalText(
            "share repeated",
            "A supervisor gives one share to a case and asset.",
            "Nothing is to be done; another supervisor's share is needed.",
        ),
        RefusalText(
            "份额重复",
            "每位监管人对同一案件和资产只提交一份。",
            "无需处理；还需其他监管人的份额。",
        ),
    ),
    Code.BAD_SHARE: (
        RefusalText(
            "bad share",
            "A share proves that it comes from the supervisor's registered key share.",
            "Compute the share again from the right key share for this case's inspector.",
        ),
        RefusalText(
            "份额无效",
            "份额须证明出自监管人登记的密钥份额。",
            "用正确的密钥份额针对本案检查员重新计算。",
        ),
    ),
    Code.FREEZE_TARGET: (
        RefusalText(
            "not a target for this freeze",
            (
                "A freeze names something that exists and can be frozen, and is lifted by its own "
                "case."
            ),
            "Check target, kind and case of the freeze.",
        ),
        RefusalText(
            "冻结对象有误",
            "冻结须指向存在且可冻结的对象，并由本案件解除。",
            "核对冻结的对象、种类与案件。",
        ),
    ),
    Code.VALIDATOR_CHANGE: (
        RefusalText(
            "change of validators not allowed now",
            (
                "One validator is added, removed or replaced in an epoch, and an epoch has its "
                "least length."
            ),
            "Wait until the set decided last has voted for a whole epoch, then propose one change.",
        ),
        RefusalText(
            "此时不允许变更验证者",
            "每个周期只增、减或替换一个验证者，且周期须达到最短长度。",
            "等最近决定的验证者集合满一个周期后，再提议一项变更。",
        ),
    ),
    Code.TOO_FEW_VALIDATORS: (
        RefusalText(
            "too few validators",
            "Four validators are the least that survive a traitor.",
            "Add another validator first, or replace this one instead of removing it.",
        ),
        RefusalText(
            "验证者过少",
            "能承受一个叛徒的验证者至少为四个。",
            "先增加其他验证者，或改为替换而不是移除。",
        ),
    ),
    Code.ORGANISATION_TOO_HEAVY: (
        RefusalText(
            "organisation too heavy",
            "An organisation holds less than a third of the validators.",
            (
                "Add validators of other organisations first; before a removal, remove one of the "
                "organisation that would become too heavy."
            ),
        ),
        RefusalText(
            "单一机构占比过高",
            "任一机构所占验证者须少于三分之一。",
            "先增加其他机构的验证者；移除前，先移除将占比过高的机构的一个验证者。",
        ),
    ),
    Code.ALREADY_APPROVED: (
        RefusalText(
            "already approved",
            "Each governing organisation has one vote on a proposal.",
            "Nothing is to be done; another organisation's vote is needed.",
        ),
        RefusalText(
            "已表决",
            "每个治理机构对一项提案只有一票。",
            "无需处理；还需其他机构表决。",
        ),
    ),
}
"""English and Chinese by code."""
