"""Algorithms: only registered code computes over data, and its output has only its own form."""

from dataclasses import dataclass
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import Commitment, Identifier
from chaincode.registration.records import ALGORITHMS, Algorithm
from chaincode.registration.review import signing_registrar
from chaincode.rights import Right
from ledger.refusal import Code, require


@transaction_type("algorithm.register", since=1, signed_by="a developer; a registration body")
@dataclass(frozen=True, slots=True)
class AlgorithmRegister:
    """Developer and registration body register an algorithm, or its next version."""

    replaces: Annotated[Identifier | None, "The version before it; none for the first."]
    code: Annotated[Commitment, "Hash of the code."]
    output_schema: Annotated[Commitment, "Hash of the only form its output may have."]
    review: Annotated[Commitment, "Commitment to the review report."]


def register_algorithm(context: Context, body: AlgorithmRegister) -> None:
    """Register an algorithm; earlier versions stay registered for the products that name them."""
    context.require_signers(2)
    developer = context.signer_party()
    context.require_right(developer, Right.DEVELOP)
    registrar = signing_registrar(context, developer.id, index=1)
    version = 1
    if body.replaces is not None:
        before = ALGORITHMS.require(context.state, body.replaces, "replaces")
        require(before.developer == developer.id, Code.NO_RIGHT, "replaces")
        version = before.version + 1
    algorithm = Algorithm(
        developer=developer.id,
        version=version,
        replaces=body.replaces,
        code=body.code,
        output_schema=body.output_schema,
        review=body.review,
    )
    ALGORITHMS.put(context.state, context.tx_id, algorithm)
    ids = (context.tx_id, developer.id, registrar.id)
    context.emit("algorithm.registered", *ids, amounts=(version,))
