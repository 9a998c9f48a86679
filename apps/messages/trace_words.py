"""The steps of a trace in Chinese; in English they say themselves."""

from collections.abc import Mapping

from apps.messages.texts import preferred_language
from ledger.refusal_texts import Language

KINDS: Mapping[str, str] = {
    "acceptance": "验收",
    "acknowledgement": "收讫",
    "answer": "答复",
    "asset": "数据资产",
    "channel": "渠道",
    "consent": "同意",
    "demand": "需求",
    "dispute": "争议",
    "grant": "授权",
    "job": "计算任务",
    "line": "订单行",
    "listing": "挂牌",
    "match": "撮合",
    "matter": "事项",
    "notice": "告知书",
    "order": "订单",
    "party": "参与方",
    "product": "产品",
    "refund": "退款",
    "release": "放行",
    "resource": "资源",
    "settlement": "结算",
    "subject": "当事人",
}

RELATIONS: Mapping[str, str] = {
    "accepted the delivery": "验收了交付",
    "acknowledged the envelope": "确认收到信封",
    "answered the request": "答复了请求",
    "asked for consent": "请求同意",
    "asked for such a product": "求购此类产品",
    "brought supply and demand together": "撮合了供需",
    "computed the content": "计算出内容",
    "delivers the product": "交付产品",
    "developed the product": "开发了产品",
    "disputed the delivery": "对交付提出争议",
    "ended the line": "了结了订单行",
    "granted it": "授出此项",
    "holds the resource": "持有资源",
    "is a source of the product": "是产品的来源",
    "is covered by it": "属于其范围",
    "is held by the party": "由该参与方持有",
    "is one line of the order": "是订单中的一行",
    "is registered": "已登记",
    "is the delivery of the asset": "是该资产的交付",
    "is the venue": "是交易场所",
    "is what consent is asked for": "是请求同意所为之事",
    "is what was sold": "是所售之物",
    "is whom the data is about": "是数据所涉之人",
    "lets the deliverer deliver": "准许交付方交付",
    "lets the operator sell": "准许运营方销售",
    "offered the product": "挂牌出售产品",
    "ordered the line": "订购了此行",
    "permits the use": "准许使用",
    "released the key": "放行了密钥",
    "sells the product": "销售产品",
    "was granted": "获得授权",
    "was granted it": "获得此项",
    "was made of the product": "由产品形成",
    "was ordered from the listing and is not released": "自挂牌订购，尚未放行",
    "was sealed for the line": "为此行封装",
    "was shown to the person": "曾向当事人出示",
}


def kind_text(kind: str) -> str:
    """Return the kind of an entity in a trace, in the reader's language."""
    return KINDS.get(kind, kind) if preferred_language() is Language.CHINESE else kind


def relation_text(relation: str) -> str:
    """Return what a step has to do with the delivery, in the reader's language."""
    if preferred_language() is Language.CHINESE:
        return RELATIONS.get(relation, relation)
    return relation
