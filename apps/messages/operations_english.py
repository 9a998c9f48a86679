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
}
