"""Handlers of the methods about the chain."""

from dataclasses import fields

from consensus.evidence import decode_evidence
from ledger.certificate import decode_certificate
from ledger.header import decode_header
from ledger.receipt import decode_receipt
from ledger.refusal import Code, Refused
from ledger.transaction import decode_transaction
from node.rpc.backend import NodeStatus, Waiting
from node.rpc.block_cache import KnownBlock
from node.rpc.bound_method import AnyMethod, BoundMethod
from node.rpc.services import Services
from node.rpc.views import certificate_result, header_result, header_view, receipt_view
from quancheng.api import chain as api
from quancheng.api.method import NoParameters
from quancheng.api.waiting import MissingVoteView, WaitingCause, WaitingView


async def chain_status(services: Services, _: NoParameters) -> api.ChainStatus:
    """Return where the chain stands."""
    status = await services.backend.status()
    same = {item.name: getattr(status, item.name) for item in fields(NodeStatus)}
    return api.ChainStatus(**{**same, "waiting": await _waiting(services, status.waiting)})


async def chain_header(services: Services, request: api.HeightRequest) -> api.HeaderResult:
    """Return a header."""
    stored = await services.backend.header(await _height(services, request.height))
    return header_result(decode_header(stored.header))


async def chain_certificate(
    services: Services, request: api.HeightRequest
) -> api.CertificateResult:
    """Return a certificate."""
    stored = await services.backend.header(await _height(services, request.height))
    return certificate_result(decode_certificate(stored.certificate))


async def chain_block(services: Services, request: api.BlockRequest) -> api.BlockResult:
    """Return a block with a page of its transactions."""
    height = await _requested_height(services, request)
    known = await services.blocks.block(height)
    block = known.stored
    header = decode_header(block.header)
    count = len(block.transactions)
    end = min(request.offset + request.limit, count)
    first_page = request.offset == 0
    sweeps = block.receipts[: known.sweeps - len(block.evidence)] if first_page else ()
    return api.BlockResult(
        block_hash=header.hash(),
        header=header_view(header),
        view=decode_certificate(block.certificate).view,
        size=block.size,
        last_certificate=(block.last_certificate or None) if first_page else None,
        transaction_count=count,
        sweeps=tuple(receipt_view(decode_receipt(item)) for item in sweeps),
        evidence=await _evidence(services, known) if first_page else (),
        transactions=tuple(_line(known, position) for position in range(request.offset, end)),
        next_offset=end if end < count else None,
    )


async def chain_validators(services: Services, request: api.HeightRequest) -> api.ValidatorsResult:
    """Return the validator set of a height, by default of the next block."""
    height = request.height
    if height is None:
        height = (await services.backend.status()).height + 1
    validators = await services.backend.validators(height)
    names = await services.backend.organisation_names()
    return api.ValidatorsResult(
        height=height,
        epoch=validators.epoch,
        quorum=validators.quorum,
        validators=tuple(
            api.ValidatorView(
                index, member.public_key, member.organisation, names.get(member.organisation, "")
            )
            for index, member in enumerate(validators.members)
        ),
    )


async def chain_parameters(services: Services, _: NoParameters) -> api.ParametersResult:
    """Return the parameters in force."""
    status = await services.backend.status()
    parameters = await services.backend.parameters()
    return api.ParametersResult(
        height=status.height,
        parameters=tuple(
            api.ParameterView(item.name, item.value, item.minimum, item.maximum)
            for item in parameters
        ),
    )


async def _waiting(services: Services, waiting: Waiting) -> WaitingView:
    names = await services.backend.organisation_names() if waiting.missing else {}
    same = {item.name: getattr(waiting, item.name) for item in fields(Waiting)}
    missing = tuple(
        MissingVoteView(
            validator=item.validator,
            public_key=item.public_key,
            organisation=item.organisation,
            organisation_name=names.get(item.organisation, ""),
            connected=item.connected,
        )
        for item in waiting.missing
    )
    return WaitingView(**{**same, "cause": WaitingCause(waiting.cause), "missing": missing})


async def _height(services: Services, height: int | None) -> int:
    return (await services.backend.status()).height if height is None else height


async def _requested_height(services: Services, request: api.BlockRequest) -> int:
    if request.block_hash is None:
        return await _height(services, request.height)
    height = await services.backend.height_of(request.block_hash)
    if height is None or request.height not in {None, height}:
        raise Refused(Code.NOT_FOUND, "block_hash")
    return height


async def _evidence(services: Services, known: KnownBlock) -> tuple[api.EvidenceView, ...]:
    views = []
    for data in known.stored.evidence:
        evidence = decode_evidence(data)
        validators = await services.backend.validators(evidence.height)
        member = validators.members[evidence.first.signer]
        names = await services.backend.organisation_names()
        views.append(
            api.EvidenceView(
                evidence_id=evidence.id(),
                height=evidence.height,
                kind=evidence.kind.name.lower(),
                public_key=member.public_key,
                organisation=member.organisation,
                organisation_name=names.get(member.organisation, ""),
                data=data,
            )
        )
    return tuple(views)


def _line(known: KnownBlock, position: int) -> api.BlockTransaction:
    data = known.stored.transactions[position]
    transaction = decode_transaction(data)
    return api.BlockTransaction(
        position=position,
        tx_id=transaction.tx_id,
        tx_hash=transaction.tx_hash,
        type=transaction.type,
        size=len(data),
        receipt=receipt_view(decode_receipt(known.stored.receipts[known.sweeps + position])),
    )


METHODS: tuple[AnyMethod, ...] = (
    BoundMethod(api.CHAIN_STATUS, chain_status),
    BoundMethod(api.CHAIN_HEADER, chain_header),
    BoundMethod(api.CHAIN_BLOCK, chain_block),
    BoundMethod(api.CHAIN_CERTIFICATE, chain_certificate),
    BoundMethod(api.CHAIN_VALIDATORS, chain_validators),
    BoundMethod(api.CHAIN_PARAMETERS, chain_parameters),
)
