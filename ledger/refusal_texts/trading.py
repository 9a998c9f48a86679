"""Refusals of trading and delivery."""

from collections.abc import Mapping

from ledger.refusal import Code
from ledger.refusal_texts.text import RefusalText

TEXTS: Mapping[Code, tuple[RefusalText, RefusalText]] = {
    Code.PRICE_ABOVE_CAP: (
        RefusalText(
            "price above its ceiling",
            (
                "An industry product has a ceiling set by the authorizing body, and its price "
                "stays below."
            ),
            "Lower the price, or have the authorizing body set a ceiling.",
        ),
        RefusalText(
            "价格超限",
            "产业用途产品须在实施机构设定的最高价以内。",
            "降低价格，或请实施机构设定上限。",
        ),
    ),
    Code.INSUFFICIENT_FUNDS: (
        RefusalText(
            "insufficient funds",
            "An account never goes below zero.",
            "Pay in at the settlement bank and wait for credit.mint, then try again.",
        ),
        RefusalText(
            "余额不足",
            "账户余额不得为负。",
            "在结算银行充值，待 credit.mint 后重试。",
        ),
    ),
    Code.LISTING_CLOSED: (
        RefusalText(
            "listing closed",
            "Only an open listing is matched and ordered from.",
            "Choose another listing, or ask the operator to list again.",
        ),
        RefusalText(
            "挂牌已关闭",
            "只能对开放的挂牌撮合和下单。",
            "选择其他挂牌，或请经营方重新挂牌。",
        ),
    ),
    Code.PRICE_MISMATCH: (
        RefusalText(
            "price differs",
            "An order pays the price of its listing, and a match lies within both sides' prices.",
            "Read the listing again and order at its present price.",
        ),
        RefusalText(
            "价格不一致",
            "订单按挂牌价支付，撮合价须在双方价格之内。",
            "重新查看挂牌，按现价下单。",
        ),
    ),
    Code.SELF_DEALING: (
        RefusalText(
            "self-dealing",
            "Nobody buys from itself, or from a party that shares its income.",
            "Let an independent party be the buyer.",
        ),
        RefusalText(
            "自我交易",
            "任何人不得向自己或分享其收益的一方购买。",
            "由独立的一方购买。",
        ),
    ),
    Code.PRIORITY_BROKEN: (
        RefusalText(
            "priority broken",
            "Matches follow the recorded priority.",
            "Match the listing that comes first.",
        ),
        RefusalText(
            "优先次序有误",
            "撮合须遵循记录的优先次序。",
            "先撮合排在前面的挂牌。",
        ),
    ),
    Code.FEE_CLASS: (
        RefusalText(
            "fee class",
            "Use for the public good is free; only industry products have a price.",
            "Set the price to 0, or have the product registered for industry use.",
        ),
        RefusalText(
            "收费类别不符",
            "公益用途免费，仅产业用途产品可收费。",
            "将价格设为 0，或将产品登记为产业用途。",
        ),
    ),
    Code.VENUE_NOT_DESIGNATED: (
        RefusalText(
            "venue not designated",
            "Trade takes place on a designated venue.",
            "Name a venue that market operator and supervisor registered.",
        ),
        RefusalText(
            "交易场所未指定",
            "交易须在指定的场所进行。",
            "使用市场运营方与监管方登记的场所。",
        ),
    ),
    Code.CHANNEL_NOT_DESIGNATED: (
        RefusalText(
            "channel not designated",
            "Delivery takes place through a designated channel by a deliverer it names.",
            "Use a registered channel that lists the deliverer.",
        ),
        RefusalText(
            "交付通道未指定",
            "交付须由列名的交付方经指定通道进行。",
            "使用列有该交付方的登记通道。",
        ),
    ),
    Code.NOT_ACKNOWLEDGED: (
        RefusalText(
            "not acknowledged",
            "A key is released only after the user says that it holds the whole ciphertext.",
            "Let the user fetch the ciphertext, check its root and acknowledge.",
        ),
        RefusalText(
            "尚未确认",
            "使用方确认持有完整密文后方可释放密钥。",
            "请使用方取得密文、核对根后确认。",
        ),
    ),
    Code.ALREADY_RELEASED: (
        RefusalText(
            "already released",
            "A line is released once.",
            "Nothing is to be done; read the release in the line.",
        ),
        RefusalText(
            "已释放",
            "每个订单行只释放一次。",
            "无需处理；可在订单行中查看释放记录。",
        ),
    ),
    Code.ENVELOPE_MISMATCH: (
        RefusalText(
            "envelope mismatch",
            "Header and ciphertext root are those that were prepared and acknowledged.",
            (
                "Compare header hash and root with the prepared ones; fetch or seal again if they "
                "differ."
            ),
        ),
        RefusalText(
            "信封不一致",
            "头部与密文根须与准备和确认时一致。",
            "比对头部哈希与密文根，不一致时重新获取或封装。",
        ),
    ),
    Code.BAD_WRAP: (
        RefusalText(
            "bad key wrap",
            "A wrap has its fixed form and opens for the key in the order.",
            "Seal the content key for the order's receiving key again.",
        ),
        RefusalText(
            "密钥封装无效",
            "密钥封装须形式固定，且可由订单中的接收密钥打开。",
            "用订单中的接收密钥重新封装。",
        ),
    ),
    Code.SUPERVISOR_WRAP_MISSING: (
        RefusalText(
            "supervisors' wrap missing",
            "Every envelope can be opened by the supervisors together.",
            "Prepare the envelope with the supervisors' wrap of the present epoch.",
        ),
        RefusalText(
            "缺少监管封装",
            "每个信封须可由监管方共同打开。",
            "按当前周期加入监管方封装后重新准备。",
        ),
    ),
    Code.OUTPUT_TOO_LARGE: (
        RefusalText(
            "output too large",
            "A delivery is no larger than the registered size of its product.",
            "Deliver only the ordered fields, or have a revised product reviewed.",
        ),
        RefusalText(
            "输出过大",
            "交付内容不得超过产品登记的大小。",
            "只交付所购字段，或提交产品修订审核。",
        ),
    ),
    Code.GROUP_TOO_SMALL: (
        RefusalText(
            "group too small",
            "A group figure stands for at least the least number of persons.",
            "Ask about a larger group, or raise the product's least size.",
        ),
        RefusalText(
            "群体过小",
            "群体结果须覆盖最少人数。",
            "扩大查询群体，或提高产品的最少人数。",
        ),
    ),
    Code.PRIVACY_BUDGET: (
        RefusalText(
            "privacy budget",
            "Queries stay within the privacy loss granted to user and resource.",
            "Ask a coarser question, reuse an earlier answer, or wait for a new budget.",
        ),
        RefusalText(
            "隐私预算不足",
            "查询须在使用方和资源的隐私预算之内。",
            "提出更粗的问题、复用已有答案，或等待新预算。",
        ),
    ),
    Code.ALGORITHM_NOT_REGISTERED: (
        RefusalText(
            "algorithm not registered",
            "Only registered algorithms that the product names compute over data.",
            "Register the algorithm and name it in the product.",
        ),
        RefusalText(
            "算法未登记",
            "只有已登记且产品列名的算法可处理数据。",
            "登记算法并在产品中列名。",
        ),
    ),
    Code.WRONG_CLASS: (
        RefusalText(
            "wrong class",
            (
                "Individual products need a person's consent; group products carry no detail; the "
                "two never mix."
            ),
            "Order in the way of the product's class.",
        ),
        RefusalText(
            "类别不符",
            "个体产品须本人同意；群体产品不含明细；二者不得混用。",
            "按产品类别的方式下单。",
        ),
    ),
    Code.NOT_RECEIVER: (
        RefusalText(
            "not the receiver",
            "Only the user of the order says what it received.",
            "Let the user of the order sign the receipt.",
        ),
        RefusalText(
            "非接收方",
            "只有订单的使用方可以签收。",
            "请订单使用方签署回执。",
        ),
    ),
    Code.DEADLINE_PASSED: (
        RefusalText(
            "deadline passed",
            "A step is taken before its deadline, in block time.",
            "Look at the deadline; begin again with a new order or request.",
        ),
        RefusalText(
            "已过截止时间",
            "步骤须在区块时间的截止前完成。",
            "查看截止时间；以新的订单或请求重新开始。",
        ),
    ),
    Code.QUERY_OVERLAP: (
        RefusalText(
            "queries overlap",
            "Two group queries about a product never differ by a few cells only.",
            "Ask about groups that are equal or clearly different.",
        ),
        RefusalText(
            "查询重叠",
            "同一产品的两个群体查询不得仅相差少数单元。",
            "查询相同或明显不同的群体。",
        ),
    ),
    Code.ANSWER_DIFFERS: (
        RefusalText(
            "answer differs",
            "The same question over the same snapshots has one answer.",
            "Post the answer that was given before; the question and its salt make it again.",
        ),
        RefusalText(
            "答案不一致",
            "同一快照上的同一问题只有一个答案。",
            "提交此前给出的答案；由问题及其盐值可重新得出。",
        ),
    ),
}
"""English and Chinese by code."""
