"""What the parties of a scenario agreed on before anything of it stood on the chain."""

from collections.abc import Mapping
from dataclasses import dataclass

from chaincode.membership.purpose import PurposeDefine
from chaincode.registration.records import ProductClass, RowBucket, Sensitivity
from ledger.merkle import merkle_root
from quancheng.notice import notice_hash


@dataclass(frozen=True, slots=True)
class AgreedResource:
    """A data resource that a holder will register."""

    name: str
    holder: str
    fields: tuple[str, ...]
    sensitivity: Sensitivity = Sensitivity.PERSONAL
    rows: RowBucket = RowBucket.BELOW_100_000

    @property
    def catalogue(self) -> bytes:
        """The root over its items."""
        return merkle_root([name.encode() for name in self.fields])


@dataclass(frozen=True, slots=True)
class AgreedAlgorithm:
    """An algorithm that a developer registers together with the registration body."""

    code: bytes
    """Hash of the code."""
    output_schema: bytes
    """Hash of the only form its output may have."""


@dataclass(frozen=True, slots=True)
class AgreedProduct:
    """A product: what it is made of, what it gives for which purpose, and who earns from it."""

    name: str
    product_class: ProductClass
    operator: str
    deliverer: str
    sources: tuple[tuple[AgreedResource, int], ...]
    """Resources and their registered shares of the contribution, in basis points."""
    fields: tuple[str, ...]
    purpose: int
    notice: str | None
    """The text that a person is shown; none where no person is asked."""
    price: int
    """Fen for one delivery."""
    shares: Mapping[str, int]
    """Basis points of the income, by role."""
    output_size_max: int = 65_536
    group_size_min: int = 0
    epsilon_max: int = 0
    algorithm: AgreedAlgorithm | None = None
    form: bytes | None = None
    """Commitment to the description of its fields, where more than their names describes them."""

    @property
    def field_bitmap(self) -> int:
        """The set of all its fields."""
        return (1 << len(self.fields)) - 1

    @property
    def schema(self) -> bytes:
        """What is registered of its fields: their description, or the root over their names."""
        return self.form or merkle_root([name.encode() for name in self.fields])

    @property
    def notice_hash(self) -> bytes | None:
        """The hash under which the notice is registered."""
        return None if self.notice is None else notice_hash(self.notice)

    def chosen_fields(self, fields: int) -> list[str]:
        """Return the names of a set of its fields."""
        return [name for index, name in enumerate(self.fields) if fields >> index & 1]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Everything that was settled beforehand."""

    purposes: tuple[PurposeDefine, ...]
    granted_purpose: int
    """The purpose, with all below it, for which holders let their data be developed and used."""
    resources: tuple[AgreedResource, ...]
    products: tuple[AgreedProduct, ...]
    channel: str
    venue: str
    deposits: Mapping[str, int]
    """Fen that users bring onto the chain, by role."""

    @property
    def deliverers(self) -> tuple[str, ...]:
        """The roles that deliver."""
        return tuple(dict.fromkeys(product.deliverer for product in self.products))

    def product(self, name: str) -> AgreedProduct:
        """Return the product of a public name."""
        return next(product for product in self.products if product.name == name)

    def products_of(self, resource: AgreedResource) -> list[AgreedProduct]:
        """Return the products that a resource is a source of."""
        return [
            product
            for product in self.products
            if any(source == resource for source, _ in product.sources)
        ]
