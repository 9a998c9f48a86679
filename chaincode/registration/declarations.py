"""The transaction types and due items of registration."""

from collections.abc import Callable, Mapping

from chaincode.context import Context
from chaincode.declaration import AnyDeclaration, declare
from chaincode.due import DueKind
from chaincode.registration.algorithm import AlgorithmRegister, register_algorithm
from chaincode.registration.channel import ChannelRegister, register_channel
from chaincode.registration.notice import NoticeRegister, register_notice
from chaincode.registration.objection import (
    ObjectionRaise,
    ObjectionResolve,
    raise_objection,
    resolve_objection,
)
from chaincode.registration.product import (
    ProductResume,
    ProductRetire,
    ProductReview,
    ProductSubmit,
    ProductSuspend,
    resume_product,
    retire_product,
    review_product,
    submit_product,
    suspend_product,
)
from chaincode.registration.resource import (
    ResourceActivate,
    ResourceChange,
    ResourceDeregister,
    ResourceReview,
    ResourceSubmit,
    activate_resource,
    change_resource,
    deregister_resource,
    expire_resource,
    review_resource,
    submit_resource,
)

DECLARATIONS: tuple[AnyDeclaration, ...] = (
    declare(ResourceSubmit, submit_resource),
    declare(ResourceReview, review_resource),
    declare(ResourceActivate, activate_resource),
    declare(ResourceChange, change_resource),
    declare(ResourceDeregister, deregister_resource),
    declare(ObjectionRaise, raise_objection),
    declare(ObjectionResolve, resolve_objection),
    declare(AlgorithmRegister, register_algorithm),
    declare(NoticeRegister, register_notice),
    declare(ProductSubmit, submit_product),
    declare(ProductReview, review_product),
    declare(ProductSuspend, suspend_product),
    declare(ProductResume, resume_product),
    declare(ProductRetire, retire_product),
    declare(ChannelRegister, register_channel),
)

SWEEPS: Mapping[DueKind, Callable[[Context, bytes], None]] = {
    DueKind.RESOURCE_EXPIRES: expire_resource,
}
