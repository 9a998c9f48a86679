"""Who is let in: the certificate, then the hello. No other frame is read before both are right.

In TLS 1.3 a client learns late that its certificate was refused: its connect succeeds and its first
read fails. So nothing counts as connected before both hellos have been read.
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from ledger.refusal import Code, Refused, require
from node.clock import Clock
from node.network.link import LinkClosed, Stream, read_hello
from node.network.messages import PROTOCOL_VERSION, Hello, encode_message
from node.network.tls import Authorities, PeerIdentity, peer_certificate

HELLO_TIMEOUT_S = 3.0


class Registry(Protocol):
    """Which machines and organisations the chain knows."""

    def admits(self, organisation: bytes, node_id: bytes) -> bool:
        """Say whether a machine of an organisation may connect at all."""

    def may_claim(self, organisation: bytes, validator_key: bytes) -> bool:
        """Say whether a validator key belongs to an organisation in the present or next set."""


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """The checks of both directions, made once per process."""

    own: Hello
    authorities: Authorities
    registry: Registry
    clock: Clock

    async def admit(self, stream: Stream, *, dialled: bool) -> tuple[PeerIdentity, Hello]:
        """Exchange hellos on a fresh TLS connection; raise LinkClosed with the reason of a refusal.

        Whoever dialled speaks first, and is answered only when it is welcome: a stranger learns
        nothing, and an answer tells the one who dialled that it was let in.
        """
        try:
            identity = self._identify(stream)
            if dialled:
                await self._say_hello(stream)
            async with asyncio.timeout(HELLO_TIMEOUT_S):
                hello = await read_hello(stream)
            self._require_right(identity, hello)
            if not dialled:
                await self._say_hello(stream)
        except Refused as error:
            raise LinkClosed(f"refused: {error}") from error
        except TimeoutError as error:
            raise LinkClosed("no hello in time") from error
        except (OSError, asyncio.IncompleteReadError) as error:
            raise LinkClosed("closed before its hello") from error
        return identity, hello

    async def _say_hello(self, stream: Stream) -> None:
        stream.writer.write(encode_message(self.own))
        await stream.writer.drain()

    def _identify(self, stream: Stream) -> PeerIdentity:
        connection = stream.writer.get_extra_info("ssl_object")
        certificate = peer_certificate(connection)
        identity = self.authorities.identify(certificate, self.clock.wall_ms())
        admitted = self.registry.admits(identity.organisation, identity.node_id)
        require(admitted, Code.NOT_AUTHENTICATED, "node")
        return identity

    def _require_right(self, identity: PeerIdentity, hello: Hello) -> None:
        require(hello.protocol_version == PROTOCOL_VERSION, Code.NOT_ACTIVATED, "hello.protocol")
        require(hello.genesis_hash == self.own.genesis_hash, Code.WRONG_CHAIN, "hello.genesis_hash")
        require(hello.node_id == identity.node_id, Code.NOT_AUTHENTICATED, "hello.node_id")
        require(hello.node_id != self.own.node_id, Code.TAKEN, "hello.node_id")
        if hello.validator_key:
            known = self.registry.may_claim(identity.organisation, hello.validator_key)
            require(known, Code.NOT_AUTHENTICATED, "hello.validator_key")
