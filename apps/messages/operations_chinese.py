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
    "doctor.help": "检查一个节点（运行中或已停止），说明问题所在和处理办法。",
    "doctor.overall.good": "结论：节点正常。",
    "doctor.overall.unknown": "结论：没有发现问题；有些项目未能检查。",
    "doctor.overall.warning": "结论：节点在工作，但近期需要有人处理。",
    "doctor.overall.bad": "结论：需要立即处理。",
    "doctor.home.good": "节点 {name} 的文件夹：配置、创世文件和密钥相互吻合。",
    "doctor.home.failed": "节点文件夹无法使用：{what}",
    "doctor.home.failed.remedy": "{advice}",
    "doctor.process.running": "进程在运行，并在 {url} 应答。",
    "doctor.process.stopped": "没有进程在运行此文件夹。",
    "doctor.process.stopped.remedy": "请启动：{program} node run --home {home}",
    "doctor.process.silent": "有进程占用此文件夹，但 {url} 不应答：{error}",
    "doctor.process.silent.remedy": "它正在启动、已冻结或过载。请看日志末尾；若一分钟没有动静，"
    "停止并重新启动：它的投票已安全落盘。",
    "doctor.certificate.good": "TLS 证书：还有 {days} 天有效。",
    "doctor.certificate.expiring": "TLS 证书：{days} 天后到期。",
    "doctor.certificate.expiring.remedy": "请由本机构的 CA 为同一密钥签发新证书。对等节点容忍过"
    "期证书，其他软件未必。",
    "doctor.certificate.expired": "TLS 证书：已过期 {days_ago} 天。",
    "doctor.certificate.expired.remedy": "对等节点仍接受它并告警。请由本机构的 CA 为同一密钥签发"
    "新证书。",
    "doctor.peer_certificates.expired": "对等节点的证书已过期：{names}。",
    "doctor.peer_certificates.expired.remedy": "请通知其运维人员；连接暂不受影响。",
    "doctor.store.empty": "还没有数据；可用空间 {free} GiB。",
    "doctor.store.good": "存储：高度 {height} 的链尾与其证书和证明相符。",
    "doctor.store.torn": "存储：高度 {height} 相符；其上一块只写了一部分，下次启动会撤回并重新获"
    "取。",
    "doctor.store.failed": "存储无法使用：{what}",
    "doctor.store.failed.remedy": "{advice}",
    "doctor.votes.good": "投票记录：{records} 条，最高高度 {highest}，完好。",
    "doctor.votes.voting": "投票：本验证者在投票。",
    "doctor.votes.observer": "投票：本节点只跟随，不投票。",
    "doctor.votes.lost": "投票记录：缺失，或比链旧（最高记录在高度 {highest}）。",
    "doctor.votes.lost.remedy": "请启动节点：它静默跟随，直到越过它可能签过的一切，然后自行投票"
    "。切勿从别处复制投票记录。",
    "doctor.votes.silent": "投票：本验证者在高度 {height} 之前（含）保持静默，因为它不知道自己以"
    "前签过什么。",
    "doctor.votes.silent.remedy": "只要其他验证者能决定，就无须处理：越过该高度后它会自行投票。"
    "若链停顿，请确保其他验证者在运行。",
    "doctor.disk.good": "磁盘：{size} GiB 中可用 {free} GiB；按每天 {per_day} MiB 计可用 {days} "
    "天。",
    "doctor.disk.young": "磁盘：{size} GiB 中可用 {free} GiB；链太新或太安静，无法估计可用天数。",
    "doctor.disk.filling": "磁盘：{size} GiB 中可用 {free} GiB；按每天 {per_day} MiB 计可用"
    " {days} 天。",
    "doctor.disk.filling.remedy": "请扩大磁盘，或移走旧区块体：{program} node archive。",
    "doctor.disk.full": "磁盘：{size} GiB 中仅可用 {free} GiB；按每天 {per_day} MiB 计可用"
    " {days} 天。",
    "doctor.disk.full.remedy": "请立即腾出空间。磁盘已满的节点会在签任何东西之前停止，有空间后继"
    "续。",
    "doctor.peers.good": "对等节点：已连接 {peers} 个，连同本节点可达 {validators} 个验证者中的"
    " {reachable} 个；需要 {needed} 个。",
    "doctor.peers.incomplete": "对等节点：已连接 {peers} 个，连同本节点可达 {validators} 个验证"
    "者中的 {reachable} 个；需要 {needed} 个。",
    "doctor.peers.incomplete.remedy": "链仍在前进。{program} node why-stuck 和日志会说明缺谁；请"
    "在又一个出故障之前启动它。",
    "doctor.peers.too_few": "对等节点：连同本节点仅可达 {validators} 个验证者中的 {reachable} 个"
    "，需要 {needed} 个。",
    "doctor.peers.too_few.remedy": "请启动缺少的节点，或修复通往它们的网络；{program} node"
    " why-stuck 会列出名称。",
    "doctor.peers.none": "对等节点：一个也没有连接。",
    "doctor.peers.none.remedy": "请检查 config.toml 的 network.listen 和 network.peers、防火墙，"
    "以及对等节点是否在运行。日志会说明为何不予接入。",
    "doctor.clock.good": "时钟：对等节点的时钟快 {offset} 毫秒；超过 {bound} 毫秒即告警。",
    "doctor.clock.unknown": "时钟：还没有对等节点出示其时钟。",
    "doctor.clock.unknown.remedy": "请先连接一个对等节点。",
    "doctor.clock.wrong": "时钟：多数对等节点的时钟比本机快 {offset} 毫秒；超过 {bound} 毫秒即为"
    "有误。",
    "doctor.clock.wrong.remedy": "请用 NTP（chrony、systemd-timesyncd）校准本机时钟。在此之前，"
    "它的提案会被拒绝，或它会拒绝别人的提案。",
    "doctor.clock.peer_wrong": "时钟：本机正确；{names} 的时钟偏差超过 {bound} 毫秒。",
    "doctor.clock.peer_wrong.remedy": "请通知其运维人员；链与其余节点继续前进。",
    "doctor.agreement.good": "一致：{agreeing} 个对等节点出示相同的已认证区块；高度 {height} 之"
    "后的状态根 {root}…",
    "doctor.agreement.unknown": "一致：还没有对等节点出示本节点也有的区块。",
    "doctor.agreement.unknown.remedy": "请在连接对等节点并追上之后再查。",
    "doctor.agreement.fork": "一致：{names} 出示的已认证区块与本节点不同。这是分叉。",
    "doctor.agreement.fork.remedy": "在人工比对之前，两边都不要相信。请保留所有数据文件夹；证书"
    "列明了谁两边都签过。",
    "doctor.version.good": "版本：软件 {software}，协议版本 {protocol}。",
    "doctor.version.old": "版本：软件 {software} 不认识高度 {height} 起的规则，会在此之前停止。",
    "doctor.version.old.remedy": "请在该高度之前安装新版本。",
}
