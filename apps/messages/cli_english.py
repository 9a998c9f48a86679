"""What the `quancheng` command says in English."""

from collections.abc import Mapping

from apps.messages.circulation_english import CIRCULATION_ENGLISH
from apps.messages.entities_english import ENTITIES_ENGLISH
from apps.messages.operations_english import OPERATIONS_ENGLISH
from apps.messages.top_english import TOP_ENGLISH
from apps.messages.venue_english import VENUE_ENGLISH
from apps.messages.wallet_english import WALLET_ENGLISH

ENGLISH: Mapping[str, str] = {
    # The command as a whole
    "help": "The Quancheng chain: a ledger for a city's public data.",
    "epilog": "Start here: {program} testnet up. Language follows the locale (LANG).",
    "example": "Example:",
    "commands": "Commands",
    "interrupted": "Interrupted.",
    "answer.true": "yes",
    "answer.false": "no",
    "id.bad": "{text} is no id: 64 hexadecimal digits are expected.",
    # Options that several commands share
    "option.node": "URL of a node, or the name of a node of the test network here.",
    "option.dir": "Folder of the test network.",
    "option.json": "Print the node's answer as JSON.",
    "option.out": "File to write.",
    "option.file": "file",
    "option.passphrase_fd": "Read the passphrase from this open file descriptor.",
    "passphrase.prompt": "Passphrase of {folder}",
    "passphrase.new": "New passphrase for the keys in {folder}",
    "passphrase.again": "Once more",
    "signer.missing": "Who signs? Give --as with a party's label or a keystore folder.",
    "signer.unknown": "{signer} is no party of a test network here and no folder. Parties: {known}",
    # Headings
    "column.balance": "free balance (yuan)",
    "column.block": "block",
    "column.bounds": "bounds",
    "column.field": "field",
    "column.form": "form",
    "column.governing": "governs",
    "column.height": "height",
    "column.id": "id",
    "column.key": "public key",
    "column.keystore": "keystore",
    "column.kind": "kind",
    "column.label": "label",
    "column.meaning": "meaning",
    "column.name": "name",
    "column.organisation": "organisation",
    "column.outcome": "outcome",
    "column.parent": "parent",
    "column.peers": "peers",
    "column.place": "height / position",
    "column.position": "position",
    "column.proposer": "proposer",
    "column.relation": "relation",
    "column.rights": "rights",
    "column.signed_by": "signed by",
    "column.signers": "signers",
    "column.software": "software",
    "column.state": "state root",
    "column.sweeps": "sweeps",
    "column.time": "time",
    "column.transactions": "transactions",
    "column.tx_id": "transaction",
    "column.type": "type",
    "column.validators": "validators",
    "column.value": "value",
    "column.view": "view",
    "column.waiting": "waiting",
    "state.rejected": "rejected at the door: it is in no block",
    "state.pending": "pending: not decided yet",
    "state.final-ok": "final: it took effect",
    "state.final-failed": "final: recorded as FAILED, without effect",
    "state.expired": "expired: no block held it in time",
    "process.running": "running",
    "process.paused": "paused",
    "process.down": "down",
    # testnet
    "testnet.help": "A whole consortium on this machine.",
    "testnet.up.help": "Found a test network where there is none, start its nodes, wait for them.",
    "testnet.status.help": "Show every node: its process and where it stands.",
    "testnet.stop.help": "Stop nodes cleanly; all of them without a name.",
    "testnet.kill.help": "Kill nodes without warning, as a power cut does.",
    "testnet.pause.help": "Freeze nodes where they stand, as a machine that hangs.",
    "testnet.resume.help": "Let paused nodes go on.",
    "testnet.partition.help": (
        "Cut the links between groups of nodes, written A,B C,D; nodes in no group form one more. "
        "With --delay, --jitter or --stall the links are slow instead of cut, all of them without "
        "groups. The first time, running nodes are restarted one after another behind a proxy."
    ),
    "testnet.heal.help": "Make all links between nodes whole and quick again.",
    "testnet.option.one_way": "Only what the first group says is lost or slow, not what it hears.",
    "testnet.option.delay": "Milliseconds that everything is on its way.",
    "testnet.option.jitter": "At most so many milliseconds more, at random.",
    "testnet.option.stall": "Now and then everything waits so many milliseconds.",
    "testnet.no_fault": (
        "Name the nodes to cut off ({program} testnet partition A,B), or how slow the links are "
        "(--delay 100)."
    ),
    "testnet.doubled": "A node stands in one group only.",
    "testnet.resume_first": "Some node is paused. Let it go on first: {program} testnet resume",
    "testnet.links.placing": "Putting a proxy between {count} nodes, which start again in turn …",
    "testnet.links.cut": "Cut: {links}",
    "testnet.links.slow": "Slow (delay {delay} ms, jitter {jitter} ms, stall {stall} ms): {links}",
    "testnet.links.no_start": "The proxy of the links did not start; see {log}",
    "testnet.healed": "All links are whole.",
    "testnet.restart.help": "Start nodes, after stopping those that run.",
    "testnet.parties.help": "List the parties: labels for --as, ids, and folders of their keys.",
    "testnet.down.help": "Stop all nodes. The folder stays unless --delete is given.",
    "testnet.option.validators": "How many validators a new network has.",
    "testnet.option.port": (
        "First port for applications in a new network; any free ports where it is taken or 0."
    ),
    "testnet.option.plan": "Plan of a new network, instead of the sample city.",
    "testnet.option.delete": "Delete the folder with all keys and blocks.",
    "testnet.found": "Found the network {name} in {root}.",
    "testnet.founding": "Founding: {count} organisations make their keys …",
    "testnet.founded": "Founded {name} in {root}.",
    "testnet.starting": "Starting {count} nodes …",
    "testnet.waiting": "Waiting until all nodes see each other …",
    "testnet.title": "{name}  genesis {hash}",
    "testnet.column.node": "node",
    "testnet.column.process": "process",
    "testnet.column.height": "height",
    "testnet.column.block": "block",
    "testnet.column.state": "state root",
    "testnet.column.peers": "peers",
    "testnet.column.waiting": "waiting",
    "testnet.column.rpc": "RPC",
    "testnet.next": (
        "Try:\n  {program} explorer status\n  {program} testnet parties\n"
        "  {program} tx types\n  {program} testnet down"
    ),
    "testnet.stopped": "{node} stopped.",
    "testnet.killed": "{node} killed.",
    "testnet.paused": "{node} paused.",
    "testnet.resumed": "{node} goes on.",
    "testnet.restarted": "{node} started again.",
    "testnet.not_running": "{node} was not running.",
    "testnet.down": "All nodes are down. The network stays in {root}.",
    "testnet.deleted": "All nodes are down, and {root} is deleted.",
    "testnet.taken": "{root} is not empty and holds no test network. Choose another folder: --dir",
    "testnet.differs": (
        "{root} holds a network of {count} nodes already, which --validators and --plan do not "
        "change. Another one: --dir FOLDER. "
        "Begin anew: {program} testnet down --delete --dir {root}"
    ),
    "testnet.interrupted": (
        "Interrupted. Nodes that were started go on; stop them: {program} testnet down --dir {root}"
    ),
    "testnet.ended": (
        "Node {node} has ended. The end of {log}:\n{lines}\n"
        "Mend it and try again, or stop the others: {program} testnet down"
    ),
    "testnet.missing": "There is no test network in {root}. Start one: {program} testnet up",
    "testnet.exists": "{root} holds a test network already.",
    "testnet.no_node": "There is no node {node}. Nodes: {known}",
    "testnet.no_start": "Node {node} did not start. The end of {log}:\n{lines}",
    "testnet.unhealthy": "After {seconds} s some node still does not see all others (table above).",
    # genesis
    "genesis.help": "Founding a chain, each organisation on its own machine.",
    "genesis.plan.help": "Write the plan of a sample city, to be edited and agreed on.",
    "genesis.contribute.help": "Make all keys of one organisation and write its contribution.",
    "genesis.new.help": "Assemble the founding document from the plan and all contributions.",
    "genesis.finish.help": "Put document and configuration into the homes of one's own nodes.",
    "genesis.show.help": "Show a founding document.",
    "genesis.verify.help": "Check a document in itself, against plan and contributions, or a hash.",
    "genesis.plan": "The plan that all founders agreed on.",
    "genesis.option.label": "Label of one's own organisation in the plan.",
    "genesis.option.dir": "Folder of one's own organisation.",
    "genesis.option.node": "Where a node listens, for peers and for RPC; once for each node.",
    "genesis.option.hash": "The hash that the document must have.",
    "genesis.plan_written": "Wrote {path}. Edit it, agree on it, hand it to every founder.",
    "genesis.contribution": "contribution",
    "genesis.plan_hash": "hash of the plan",
    "genesis.contributed": "Give the contribution to all founders; keep everything else here.",
    "genesis.compare": "Compare the hash with the other founders by telephone.",
    "genesis.home": "Ready: {program} node run --home {home}",
    "genesis.name": "chain",
    "genesis.hash": "genesis hash",
    "genesis.time": "founded",
    "genesis.version": "protocol version",
    "genesis.development": "development chain",
    "genesis.organisations": "Organisations",
    "genesis.parties": "Parties",
    "genesis.parameters": "Parameters",
    "genesis.other_hash": "The document has another hash: {hash}",
    "genesis.verified": "The document follows from the plan and the contributions: {hash}",
    "genesis.sound": "The document is sound in itself: {hash}",
    "genesis.bad_address": "{text}: expected HOST:PORT,HOST:PORT (peers, RPC).",
    # node
    "node.help": "One node as a process.",
    "node.run.help": "Run a node in the foreground until it is told to stop.",
    "node.option.home": "Folder of the node: config.toml, genesis.qc, keys, data.",
    "node.option.forget_votes": "Give up a damaged vote store and follow silently until safe.",
    "node.unknown": "{node} is neither a URL nor a node of the test network here.",
    "node.unreachable": "No node answers at {url}. Is it running? See {program} testnet status.",
    # keys
    "keys.help": "Encrypted keys of a party.",
    "keys.new.help": "Make a key and show its public part.",
    "keys.export.help": "Show a secret key in hexadecimal, for programs in other languages.",
    "keys.exported": (
        "This is the secret key itself: whoever reads it signs as its owner."
        " Keep it out of histories of shells and out of logs."
    ),
    "keys.show.help": "Show the public parts of all keys; no passphrase is needed.",
    "keys.option.keystore": "Folder of the keys.",
    "keys.option.kind": "What the key is for: signing, or opening envelopes (kem).",
    # tx
    "tx.help": "Build, try out, send and explain transactions.",
    "tx.types.help": "List the transaction types, or the fields of one.",
    "tx.send.help": "Send a transaction and wait until it is final.",
    "tx.check.help": "Try a transaction on the current state; nothing is recorded.",
    "tx.explain.help": "Say what a refusal code means, or what became of a transaction and why.",
    "tx.option.as": (
        "Who signs: a party of the test network here, or FOLDER[:KEY] of a keystore. Repeat for "
        "further signers; the first one is charged."
    ),
    "tx.option.field": "A field of the body; JSON where it looks like JSON.",
    "tx.option.body": "JSON file with the fields of the body.",
    "tx.body_no_object": "{path} holds no JSON object.",
    "tx.bad_field": "{field}: expected NAME=VALUE.",
    "tx.no_receipt": "The node gave no outcome.",
    "tx.after_height": "would be tried after {height}",
    "explain.unknown": (
        "{text} is no refusal code and no id of 64 hexadecimal digits. All codes: docs/refusals.md"
    ),
    "tx.wrong_field": "{field} expects: {form}",
    "tx.no_such_field": "{type} has no field {field}. Its fields: {known}",
    "tx.unknown_type": "There is no type {type}. Similar: {known}. All: {program} tx types",
    "tx.would_take_effect": "it would take effect",
    "explain.rule": "Rule",
    "explain.remedy": "Remedy",
    # explorer
    "explorer.help": "Look at the chain.",
    "explorer.status.help": "Show where the chain stands.",
    "explorer.blocks.help": "Show the last blocks, the newest first.",
    "explorer.block.help": "Show a block with its transactions, by default the last one.",
    "explorer.tx.help": "Show a transaction and its outcome.",
    "explorer.party.help": "Show a party: who it is, its rights, its account.",
    "explorer.trace.help": "Show every step between registration and settlement.",
    "explorer.search.help": "Find blocks, transactions and entities by height, hash, id or name.",
    "explorer.option.limit": "How many blocks.",
    "explorer.evidence": "Validator of {who} contradicted itself at height {height}: {kind}",
    "explorer.sweep": "By the passing of time",
    "explorer.nothing": "Nothing found.",
    "party.not_one": "{who} does not name one party. Found: {names}",
    # evidence
    "evidence.help": "One file that proves one transaction to anyone, offline.",
    "evidence.export.help": "Write the evidence file of a transaction.",
    "evidence.verify.help": "Verify an evidence file with the founding document alone.",
    "evidence.option.height": "Tie the evidence to the block of this height, published elsewhere.",
    "evidence.option.anchor": "A block hash that was published outside the chain.",
    "evidence.genesis": "The founding document.",
    "evidence.written": "Wrote {path}, {size} bytes.",
    "evidence.refused": "The file proves nothing: {code}, {field}",
    "evidence.standing": "standing",
    "evidence.anchored": "anchored",
    "evidence.unanchored": (
        "unanchored: holds unless a quorum of a retired validator set was stolen"
    ),
    "evidence.not_proven": (
        "Not proven: that the data was true before it was registered; whose hand used a key; what "
        "was done with the data after its release."
    ),
    "validators.help": "Who votes, and how one joins, leaves or changes its key.",
    "validators.list.help": "List the validators of a height, by default of the next block.",
    "validators.title": "Validators of height {height}: epoch {epoch}, {quorum} decide",
    "validators.prepare.help": "Make the home of a node that joins the running chain, on its own"
    " machine.",
    "validators.option.peer": "HOST:PORT of a validator to dial, once for each of them: before a"
    " new one votes, it hears from a quorum how far the chain is.",
    "validators.home": "home",
    "validators.prepared": "Start it with `{program} node run --home {home}`. When it has"
    " caught up, a governing party proposes it: `{program} validators add {key} --as PARTY`.",
    "validators.add.help": "Propose that a node which follows the chain becomes a validator.",
    "validators.remove.help": "Propose that a validator leaves; its node goes on following.",
    "validators.replace.help": "Propose that the key NEW votes in the place of OLD. The node of NEW"
    " follows already; stop the one of OLD after the change.",
    "validators.option.as": "Party of a governing organisation that proposes: a label of the test"
    " network, or a keystore FOLDER or FOLDER:KEY.",
    "validators.option.from": "First height of the new set; by default two blocks after the"
    " decision.",
    "validators.option.force": "Propose although the network does not look ready.",
    "validators.option.organisation": "Id of the organisation that runs the joiner, where its node"
    " is not connected.",
    "validators.proposal": "proposal",
    "validators.proposed": "The others approve it with"
    " `{program} tx send proposal.approve --as PARTY --field proposal={proposal}`.",
    "validators.obstacle.absent": "The node that votes with {key} is not connected to the node"
    " asked. Start it, and let it dial one of the chain's nodes.",
    "validators.obstacle.behind": "The joiner is at height {height}, the chain at {tip}. Wait until"
    " it has caught up.",
    "validators.obstacle.quorum": "Of the new set of {size} only {reachable} would be connected,"
    " and {quorum} are needed to decide: the chain would stand still. Start the others first.",
    "validators.force": "As seen from height {node_height}. --force proposes it nevertheless.",
    "validators.organisation_needed": "Name the joiner's organisation with --organisation: its node"
    " is not connected.",
    "validators.bad_key": "{text} is no public key of 33 bytes in hexadecimal.",
    # Measuring
    "bench.help": "Measure how fast this machine makes transactions final, and what they cost.",
    "bench.option.validators": "How many validators.",
    "bench.option.seconds": "Seconds measured at full load.",
    "bench.option.loans": "Loans signed beforehand, 11 transactions each; the run ends with them.",
    "bench.option.cohorts": "Groups of 20 loans in flight at full load.",
    "bench.option.json": "Print the figures as JSON.",
    "bench.option.out": "Keep the figures in a file, to compare with later.",
    "bench.option.compare": "Fail where a figure is over 10 % worse than in this file.",
    "bench.founding": "The city registers, authorizes and lists …",
    "bench.signing": "Signing {loans} loans of {steps} transactions …",
    "bench.sending": "Full load: some seconds of warm-up, then {seconds} s measured …",
    "bench.halving": "Half of that load …",
    "bench.none": "none: {doubts}",
    "bench.hardware": "measured on",
    "bench.rate": "finalized, verified signatures",
    "bench.slices": "rate in each {seconds} s",
    "bench.finality.full": "finality at full load: p50, p95, p99",
    "bench.finality.half": "finality at half load: p50, p95, p99",
    "bench.ok": "took effect",
    "bench.views": "blocks decided above view 0",
    "bench.processor": "processor time of a node for a transaction",
    "bench.loop": "event loop",
    "bench.threads": "chain, signatures, engine",
    "bench.driver": "processor time of the load for a transaction",
    "bench.stage": "time from start to end of stage {name}",
    "bench.memory": "memory of all nodes, slope of each",
    "bench.disk": "disk of a node for a transaction",
    "bench.doubt.steady": "not steady: a slice was {value} from the mean",
    "bench.doubt.failed": "only {value} of the transactions took effect",
    "bench.doubt.disturbed": "a signature cost {value}: another load disturbed",
    "bench.doubt.loans": "the {value} loans ran out; give more with --loans",
    "bench.worse.unknown": "nothing to compare: this run or the baseline gave no rate",
    "bench.worse.share": "R is more than 10 % worse: {value}",
    "bench.worse.processor": "a transaction costs over 10 % more processor time: {value}",
    "bench.worse.disk": "a transaction takes over 10 % more disk: {value}",
    **CIRCULATION_ENGLISH,
    **TOP_ENGLISH,
    **OPERATIONS_ENGLISH,
    **VENUE_ENGLISH,
    **WALLET_ENGLISH,
    **ENTITIES_ENGLISH,
}
