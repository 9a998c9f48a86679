"""The method by which a server describes itself, in the OpenRPC format."""

from dataclasses import dataclass

from quancheng.api.method import Method, NoParameters


@dataclass(frozen=True, slots=True)
class Discovery:
    """An OpenRPC document. https://spec.open-rpc.org."""

    openrpc: str
    info: object
    methods: object


RPC_DISCOVER = Method(
    "rpc.discover", NoParameters, Discovery, "This description, as an OpenRPC document."
)
