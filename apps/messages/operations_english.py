"""What the command says to whoever runs a node, in English."""

OPERATIONS_ENGLISH = {
    "why_stuck.help": "Say what the next block waits for: which votes of which height and view,"
    " from whom, since when, and what to do.",
    "why_stuck.option.home": "Home folder of the node on this machine, instead of --node.",
    "why_stuck.waits_for": "waits for",
    "why_stuck.since": "since",
    "why_stuck.due_since": "block due since",
    "why_stuck.reachable": "validators reachable / needed",
    "why_stuck.connected": "connected, silent",
    "why_stuck.absent": "not connected",
    "why_stuck.step.work": "something to decide",
    "why_stuck.step.view_change": "view-changes of a quorum",
    "why_stuck.step.pre_prepare": "the proposal of the primary",
    "why_stuck.step.block": "the proposed block",
    "why_stuck.step.prepare": "prepares of a quorum",
    "why_stuck.step.commit": "commits of a quorum",
    "why_stuck.step.disk": "the disk",
    "why_stuck.step.nothing": "nothing any more",
    "why_stuck.cause.idle": "Not stuck: there is nothing to decide.",
    "why_stuck.remedy.idle": "Nothing to do. A transaction makes the next block.",
    "why_stuck.cause.deciding": "Not stuck: height {height} is being decided.",
    "why_stuck.remedy.deciding": "Nothing to do. Ask again if this lasts.",
    "why_stuck.cause.following": "This node does not vote, so it does not see votes.",
    "why_stuck.remedy.following": "Ask a validator's node what it waits for.",
    "why_stuck.cause.fetching": "This node is behind and fetches blocks from its peers.",
    "why_stuck.remedy.fetching": "Wait. If its height does not rise, look at its peers and its"
    " log.",
    "why_stuck.cause.unreachable": "{reachable} validators are connected, and {needed} decide."
    " Not connected: {absent}.",
    "why_stuck.remedy.unreachable": "Start those nodes, or mend the network to them. Nothing is"
    " lost; the next block follows within seconds of the quorum.",
    "why_stuck.cause.own_silence": "This node's own vote is missing: it has lost sight of what"
    " it signed, and stays silent up to height {silent_up_to}.",
    "why_stuck.remedy.own_silence": "Start the other validators ({absent}): when enough of them"
    " show their tips, the chain goes on without this vote, and this node votes once it is safe.",
    "why_stuck.cause.primary_silent": "The primary of view {view} makes no acceptable proposal:"
    " {missing}.",
    "why_stuck.remedy.primary_silent": "The next view takes over by itself. If this returns,"
    " look at that node: its clock first, then its log and its load.",
    "why_stuck.cause.block_missing": "The proposed block of height {height} is incomplete here,"
    " or still being checked.",
    "why_stuck.remedy.block_missing": "Look at this node's load and links: it lacks transactions"
    " that the proposal names, or checks them too slowly. Its log says which.",
    "why_stuck.cause.votes_missing": "A quorum is connected, but these do not vote in view"
    " {view} of height {height}: {missing}.",
    "why_stuck.remedy.votes_missing": "Ask those nodes the same: frozen, overloaded, a full"
    " disk, a wrong clock, or silent after a lost vote store. {needed} votes decide.",
    "why_stuck.cause.disk": "Height {height} is decided, and this node's disk does not finish"
    " writing it.",
    "why_stuck.remedy.disk": "Look at the disk of this node: its queue, its health, its space.",
    "why_stuck.cause.halted": "Consensus has halted on this node at height {height}.",
    "why_stuck.remedy.halted": "Keep the data folder as evidence. The last lines of the log say"
    " what cannot be; compare this node's version and blocks with the others'.",
    "doctor.help": "Look at a node, running or stopped, and say what is wrong and what to do.",
    "doctor.overall.good": "Verdict: the node is well.",
    "doctor.overall.unknown": "Verdict: nothing wrong was found; some of it could not be looked"
    " at.",
    "doctor.overall.warning": "Verdict: the node works, and somebody should act soon.",
    "doctor.overall.bad": "Verdict: somebody must act now.",
    "doctor.home.good": "Home of node {name}: configuration, founding document and keys fit"
    " together.",
    "doctor.home.failed": "The home folder cannot be used: {what}",
    "doctor.home.failed.remedy": "{advice}",
    "doctor.process.running": "The process runs and answers at {url}.",
    "doctor.process.stopped": "No process runs this home.",
    "doctor.process.stopped.remedy": "Start it: {program} node run --home {home}",
    "doctor.process.silent": "A process holds this home, and {url} does not answer: {error}",
    "doctor.process.silent.remedy": "It is starting, frozen, or overloaded. Look at the end of"
    " its log; if it says nothing for a minute, stop it and start it again: its votes are safe"
    " on the disk.",
    "doctor.certificate.good": "TLS certificate: valid for {days} days.",
    "doctor.certificate.expiring": "TLS certificate: runs out in {days} days.",
    "doctor.certificate.expiring.remedy": "Have the organisation's CA issue another for the same"
    " key. Peers tolerate an old one, but others may not.",
    "doctor.certificate.expired": "TLS certificate: ran out {days_ago} days ago.",
    "doctor.certificate.expired.remedy": "Peers still accept it, with an alarm. Have the"
    " organisation's CA issue another for the same key.",
    "doctor.peer_certificates.expired": "Certificates of peers have run out: {names}.",
    "doctor.peer_certificates.expired.remedy": "Tell their operators; the links work meanwhile.",
    "doctor.store.empty": "No data yet; {free} GiB are free.",
    "doctor.store.good": "Store: the tip at height {height} verifies against its certificate and"
    " its proofs.",
    "doctor.store.torn": "Store: height {height} verifies; a block above it was written in part,"
    " and the next start takes it back and fetches it again.",
    "doctor.store.failed": "The store cannot be used: {what}",
    "doctor.store.failed.remedy": "{advice}",
    "doctor.votes.good": "Vote store: {records} records, the highest of height {highest}, whole.",
    "doctor.votes.voting": "Votes: this validator votes.",
    "doctor.votes.observer": "Votes: this node follows the chain and does not vote.",
    "doctor.votes.lost": "Vote store: missing, or older than the chain (its highest record is of"
    " height {highest}).",
    "doctor.votes.lost.remedy": "Start the node: it follows silently until it is past everything"
    " it can have signed, and then votes by itself. Never copy votes from elsewhere.",
    "doctor.votes.silent": "Votes: this validator is silent up to height {height}, because it"
    " does not know what it signed before.",
    "doctor.votes.silent.remedy": "Nothing, as long as the others decide: it votes by itself"
    " above that height. If the chain stands, see to it that the other validators run.",
    "doctor.disk.good": "Disk: {free} of {size} GiB free; at {per_day} MiB a day that is {days}"
    " days.",
    "doctor.disk.young": "Disk: {free} of {size} GiB free; the chain is too young, or too quiet,"
    " to say for how long.",
    "doctor.disk.filling": "Disk: {free} of {size} GiB free; at {per_day} MiB a day that is"
    " {days} days.",
    "doctor.disk.filling.remedy": "Enlarge the disk, or move old bodies away: {program} node"
    " archive.",
    "doctor.disk.full": "Disk: only {free} of {size} GiB free; at {per_day} MiB a day that is"
    " {days} days.",
    "doctor.disk.full.remedy": "Make room now. A node whose disk is full stops before it signs"
    " anything, and goes on once there is space.",
    "doctor.peers.good": "Peers: {peers} connected, {reachable} of {validators} validators with"
    " this node; {needed} decide.",
    "doctor.peers.incomplete": "Peers: {peers} connected, {reachable} of {validators} validators"
    " with this node; {needed} decide.",
    "doctor.peers.incomplete.remedy": "The chain goes on. {program} node why-stuck and the log"
    " say who is missing; start it before another one fails.",
    "doctor.peers.too_few": "Peers: only {reachable} of {validators} validators are connected"
    " with this node, and {needed} decide.",
    "doctor.peers.too_few.remedy": "Start the missing ones, or mend the network to them;"
    " {program} node why-stuck names them.",
    "doctor.peers.none": "Peers: none is connected.",
    "doctor.peers.none.remedy": "Look at network.listen and network.peers in config.toml, at"
    " firewalls, and at whether the peers run. The log says why a peer was not admitted.",
    "doctor.clock.good": "Clock: the peers' are {offset} ms ahead; alarm beyond {bound} ms.",
    "doctor.clock.unknown": "Clock: no peer has shown its own.",
    "doctor.clock.unknown.remedy": "Connect to a peer first.",
    "doctor.clock.wrong": "Clock: the clocks of most peers are {offset} ms ahead of this"
    " machine's; more than {bound} ms is wrong.",
    "doctor.clock.wrong.remedy": "Set this machine's clock by NTP (chrony, systemd-timesyncd)."
    " Until then its proposals are refused, or it refuses those of others.",
    "doctor.clock.peer_wrong": "Clock: this machine's is right; those of {names} are off by more"
    " than {bound} ms.",
    "doctor.clock.peer_wrong.remedy": "Tell their operators; the chain goes on with the others.",
    "doctor.agreement.good": "Agreement: {agreeing} peers show the same certified blocks; state"
    " root {root}… after height {height}.",
    "doctor.agreement.unknown": "Agreement: no peer has shown a block that this node has too.",
    "doctor.agreement.unknown.remedy": "Ask again once peers are connected and the node has"
    " caught up.",
    "doctor.agreement.fork": "Agreement: {names} show another certified block than this node"
    " has. This is a fork.",
    "doctor.agreement.fork.remedy": "Stop trusting either side until people have compared them."
    " Keep all data folders; the certificates name who signed both.",
    "doctor.version.good": "Version: software {software}, protocol version {protocol}.",
    "doctor.version.old": "Version: software {software} does not know the rules from height"
    " {height} on, and stops before it.",
    "doctor.version.old.remedy": "Install a newer version before that height.",
}
