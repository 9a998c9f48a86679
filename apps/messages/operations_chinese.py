"""What the command says to whoever runs a node, in Chinese."""

OPERATIONS_CHINESE = {
    "why_stuck.help": "说明下一个区块在等什么：哪个高度和视图的哪些投票、谁的、从何时起，以及该"
    "怎么办。",
    "why_stuck.option.home": "本机节点的文件夹，代替 --node。",
    "why_stuck.waits_for": "等待",
    "why_stuck.since": "始于",
    "why_stuck.due_since": "区块应出自",
    "why_stuck.reachable": "可达 / 所需验证者",
    "why_stuck.connected": "已连接，未投票",
    "why_stuck.absent": "未连接",
    "why_stuck.step.work": "待定之事",
    "why_stuck.step.view_change": "法定多数的视图更换",
    "why_stuck.step.pre_prepare": "主节点的提案",
    "why_stuck.step.block": "提案的区块",
    "why_stuck.step.prepare": "法定多数的准备票",
    "why_stuck.step.commit": "法定多数的提交票",
    "why_stuck.step.disk": "磁盘",
    "why_stuck.step.nothing": "不再等待",
    "why_stuck.cause.idle": "没有停顿：眼下没有要决定的事。",
    "why_stuck.remedy.idle": "无须处理。来一笔交易就会有下一个区块。",
    "why_stuck.cause.deciding": "没有停顿：高度 {height} 正在决定。",
    "why_stuck.remedy.deciding": "无须处理。若持续如此，请再查一次。",
    "why_stuck.cause.following": "本节点不投票，因此看不到投票。",
    "why_stuck.remedy.following": "请向验证者的节点查询它在等什么。",
    "why_stuck.cause.fetching": "本节点落后，正在从对等节点取区块。",
    "why_stuck.remedy.fetching": "请等待。若高度不再上升，请查看其对等节点和日志。",
    "why_stuck.cause.unreachable": "已连接 {reachable} 个验证者，需要 {needed} 个才能决定。未连"
    "接：{absent}。",
    "why_stuck.remedy.unreachable": "请启动这些节点，或修复通往它们的网络。没有任何丢失；凑齐法"
    "定多数后数秒内即有下一个区块。",
    "why_stuck.cause.own_silence": "缺少本节点自己的一票：它不知道自己曾签过什么，在高度"
    " {silent_up_to} 之前（含）保持静默。",
    "why_stuck.remedy.own_silence": "请启动其他验证者（{absent}）：它们出示足够的链尾后，链无须"
    "这一票即可前进，本节点到安全时自会投票。",
    "why_stuck.cause.primary_silent": "视图 {view} 的主节点没有给出可接受的提案：{missing}。",
    "why_stuck.remedy.primary_silent": "下一视图会自动接替。若反复出现，请检查该节点：先看时钟，"
    "再看日志和负载。",
    "why_stuck.cause.block_missing": "高度 {height} 的提案区块在本节点不完整，或仍在检查。",
    "why_stuck.remedy.block_missing": "请查看本节点的负载和链路：它缺少提案所列的交易，或检查太"
    "慢。日志会说明是哪些。",
    "why_stuck.cause.votes_missing": "法定多数已连接，但以下验证者在高度 {height} 的视图 {view} "
    "没有投票：{missing}。",
    "why_stuck.remedy.votes_missing": "请对这些节点作同样查询：冻结、过载、磁盘已满、时钟有误，"
    "或丢失投票记录后静默。需要 {needed} 票才能决定。",
    "why_stuck.cause.disk": "高度 {height} 已决定，本节点的磁盘迟迟没有写完。",
    "why_stuck.remedy.disk": "请检查本节点的磁盘：队列、健康、空间。",
    "why_stuck.cause.halted": "共识已在本节点的高度 {height} 停止。",
    "why_stuck.remedy.halted": "请保留数据文件夹作为证据。日志末尾说明了何事不应发生；请与其他节"
    "点比对版本和区块。",
}
