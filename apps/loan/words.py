"""What the scenario says, in English and Chinese."""

from apps.messages import Texts
from apps.stage.words import CHINESE, ENGLISH

_ENGLISH = {
    "title": "One loan, twelve people, and every party a process of its own",
    "step.product": "product on offer",
    "step.consents": "people answered",
    "step.released": "deliveries released",
    "step.inspected": "inspections",
    "step.closed": "matters closed",
    "done": "All twelve matters are closed after {seconds} s. Read back from the chain:",
    "trace": "Trace of one data asset, from registration to settlement",
    "abuse.order.place.E307": "a second use of a one-time consent",
    "abuse.order.place.E308": "another purpose than the person agreed to",
    "abuse.order.place.E009": "an order of a frozen product",
    "abuse.envelope.release.E007": "a release by a stranger to the delivery",
    "abuse.envelope.receipt.E513": "a receipt signed by the deliverer",
    "abuse.envelope.release.E306": "a release after the person took the consent back",
    "door": "A badly signed transaction ({tx_id}…) was refused at the door with {code} "
    "and stands in no block.",
}

_CHINESE = {
    "title": "一笔贷款、十二位居民，各参与方都是独立进程",
    "step.product": "产品已挂牌",
    "step.consents": "当事人已答复",
    "step.released": "数据已交付",
    "step.inspected": "监管检查",
    "step.closed": "事项已办结",
    "done": "十二个事项在 {seconds} 秒内全部办结。以下均读自链上：",
    "trace": "一份数据资产从登记到结算的全程追溯",
    "abuse.order.place.E307": "一次性授权的第二次使用",
    "abuse.order.place.E308": "超出当事人同意的用途",
    "abuse.order.place.E009": "订购被冻结的产品",
    "abuse.envelope.release.E007": "与本次交付无关者释放密钥",
    "abuse.envelope.receipt.E513": "交付方代签收据",
    "abuse.envelope.release.E306": "当事人撤回同意之后的释放",
    "door": "一笔签名错误的交易（{tx_id}…）在门口即被拒绝（{code}），不在任何区块中。",
}

say = Texts(ENGLISH | _ENGLISH, CHINESE | _CHINESE)
