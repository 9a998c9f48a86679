"""What the commands of the market operator, and of those who check it, say in Chinese."""

from collections.abc import Mapping

VENUE_CHINESE: Mapping[str, str] = {
    "venue.help": "交易场所撮合，以及撮合遵守规则的证明。",
    "venue.match.help": "以市场运营方身份撮合供需，直至停止。",
    "venue.replay.help": "重新执行全链，按价格、时间、标识逐一核验每次撮合。",
    "venue.option.as": "市场运营方：测试网络中的标签，或密钥库目录。",
    "venue.option.venue": "交易场所的标识。",
    "venue.option.once": "没有可撮合的供需时即停止。",
    "venue.option.genesis": "创世文件。",
    "venue.open": "正在 {venue} 撮合；按 Ctrl-C 停止。",
    "venue.nothing": "目前没有可撮合的供需。",
    "venue.matches": "逐一核验的撮合",
    "venue.follows": "截至区块 {height}，全部 {count} 次撮合均遵守规则。状态根 {root}",
    "venue.breached": "{count} 次撮合中有 {breaches} 次未遵守规则。",
    "column.match": "撮合",
    "column.supply": "供给",
    "column.demand": "需求",
    "column.price": "价格（分）",
    "column.judgement": "核验结果",
    "column.rival": "本应优先者",
    "venue.judgement.right": "遵守规则",
    "venue.judgement.unfit": "供需并不匹配",
    "venue.judgement.price": "并非供给方价格",
    "venue.judgement.supply_passed_over": "越过了更优的供给",
    "venue.judgement.demand_passed_over": "越过了更优的需求",
}
