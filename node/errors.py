"""What can go wrong around a node: typed failures of its environment, each with its remedy.

NodeFailure           the process cannot start, or must stop
├── BadConfig         a key of config.toml is wrong
├── BadHome           a file of the home folder is missing, unreadable or does not fit the others
├── CannotListen      an address of config.toml is taken or not this machine's
├── HomeLocked        another process runs this home
├── DiskFull          less is free under the data folder than the reserve
├── VotesDamaged      the vote store has a bad record before good ones, or is another key's
├── VotesNotWritten   a vote could not be made durable; nothing may be sent any more
├── ConsensusHalted   the machine of consensus refused to go on
├── VersionUnknown    the next block is under rules that this software does not have
├── ChainDiverged     a final block is not valid on this node's state
└── StoreFailure      the store cannot be used (see node.store.errors)
"""

from pathlib import Path


class NodeFailure(Exception):
    """Base of all failures that end the process with a message for its operator."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}. {remedy}")
        self.what = what
        self.remedy = remedy


class BadConfig(NodeFailure):
    """A key of the configuration is wrong."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key} {problem}", "Mend config.toml and start again.")
        self.key = key
        self.problem = problem


class BadHome(NodeFailure):
    """A file of the home folder cannot be used."""

    def __init__(self, path: Path, problem: str, remedy: str) -> None:
        super().__init__(f"{path} {problem}", remedy)
        self.path = path


class CannotListen(NodeFailure):
    """A port is taken, or an address is not of this machine."""

    def __init__(self, error: OSError) -> None:
        super().__init__(
            f"cannot listen: {error.strerror or error}",
            "Stop the process that has the port, or change `listen` in config.toml.",
        )


class HomeLocked(NodeFailure):
    """Another process holds the lock of the data folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is locked by another process",
            "Two processes with one validator key would contradict each other; stop the other one.",
        )
        self.path = path


class DiskFull(NodeFailure):
    """So little is free under the data folder that the node stops while it can still stop well."""

    def __init__(self, folder: Path, free_bytes: int, reserve_bytes: int) -> None:
        super().__init__(
            f"the disk under {folder} is full: {free_bytes // 2**20} MiB are free, and the reserve"
            f" is {reserve_bytes // 2**20} MiB (storage.reserve_bytes)",
            "Make room and start again; nothing was lost, and nothing was signed that is not on the"
            " disk.",
        )
        self.folder = folder
        self.free_bytes = free_bytes


class VotesDamaged(NodeFailure):
    """The vote store cannot be trusted to hold everything that was signed."""

    def __init__(self, name: str, offset: int, problem: str) -> None:
        super().__init__(
            f"vote store {name} at byte {offset}: {problem}",
            "Start with --forget-votes: the node then follows without voting until the chain is"
            " past every height at which it can have voted.",
        )
        self.name = name
        self.offset = offset
        self.problem = problem


class VotesNotWritten(NodeFailure):
    """The disk refused a vote. Never retried: the kernel has dropped pages it calls clean."""

    def __init__(self, error: OSError) -> None:
        super().__init__(
            f"the vote store cannot be written: {error.strerror or error}",
            "Mend the disk (space, permissions, hardware), then start again.",
        )
        self.error = error


class ConsensusHalted(NodeFailure):
    """Consensus found what cannot be while fewer than a third are faulty and we are right."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"consensus halted: {reason}",
            "Keep the data folder as evidence and compare this node's blocks with the others'.",
        )
        self.reason = reason


class VersionUnknown(NodeFailure):
    """The chain goes on under a protocol version that this software does not know."""

    def __init__(self, version: int, height: int, known: int) -> None:
        super().__init__(
            f"from height {height} on the chain follows protocol version {version}, and this"
            f" software knows versions up to {known}",
            "Install a newer version of the software; everything up to that height is kept.",
        )
        self.version = version
        self.height = height
        self.known = known


class ChainDiverged(NodeFailure):
    """A quorum made final what this node finds invalid, or two different blocks of one height."""

    def __init__(self, height: int, block_hash: bytes, reason: str) -> None:
        super().__init__(
            f"final block {block_hash.hex()} of height {height} contradicts this node: {reason}",
            "Keep the data folder as evidence and compare this node's version and blocks with the"
            " others'.",
        )
        self.height = height
        self.block_hash = block_hash
        self.reason = reason
