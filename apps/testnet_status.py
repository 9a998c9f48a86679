"""Where the nodes of a test network stand, asked all at once; a silent one holds up nobody."""

import asyncio
from dataclasses import dataclass

from apps.testnet_processes import NodeProcess, NodeState, processes_of
from chaincode.fields import Json
from genesis.testnet import Testnet, TestnetNode
from quancheng.api.chain import ChainStatus
from quancheng.client import Client
from quancheng.errors import QuanchengError
from quancheng.json_object import object_form
from quancheng.transport import RetryPolicy

ANSWER_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class NodeReport:
    """A node, what its process does, and what it says of the chain; None where it is silent."""

    node: TestnetNode
    process: NodeState
    status: ChainStatus | None

    def to_json(self) -> dict[str, Json]:
        """Return the report for scripts."""
        status = self.status
        return {
            "name": self.node.name,
            "process": self.process.value,
            "rpc": f"http://{self.node.rpc_address}",
            "status": None if status is None else object_form(ChainStatus).render(status),
        }


async def reports_of(testnet: Testnet) -> tuple[NodeReport, ...]:
    """Ask all nodes of a test network at once."""
    reports = [_report(process) for process in processes_of(testnet)]
    return tuple(await asyncio.gather(*reports))


async def _report(process: NodeProcess) -> NodeReport:
    state = process.state()
    status = await _status(process.node) if state is NodeState.RUNNING else None
    return NodeReport(process.node, state, status)


async def _status(node: TestnetNode) -> ChainStatus | None:
    url = f"http://{node.rpc_address}"
    try:
        async with (
            asyncio.timeout(ANSWER_SECONDS),
            Client(url, retry=RetryPolicy(attempts=1)) as client,
        ):
            return await client.status()
    except (QuanchengError, TimeoutError):
        return None
