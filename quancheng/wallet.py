"""Wallet: one seed of a person, a fresh pseudonym for each matter, and no consent signed unseen.

It signs offline: it takes unsigned transactions and gives signed ones, and never opens a
connection. Which matters it has is written down encrypted under the seed, because that list is what
links the pseudonyms.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nacl import bindings, exceptions

from ledger import shape
from ledger.encoding import Value, decode, encode
from ledger.refusal import Code, Refused, require
from ledger.transaction import Transaction, UnsignedTransaction, sign_transaction
from quancheng.keystore import CAREFUL, DerivationCost, KeyKind, Keystore
from quancheng.notice import ConsentTerms, require_registered
from quancheng.private_files import replace_private_file
from quancheng.wallet_keys import SEED_SIZE, MatterKeys, carry_key, matter_keys, records_key

SEED_NAME = "wallet"
RECORDS_FILE = "matters.qc"
MATTERS_MAX = 10_000
NOTE_SIZE_MAX = 256
RECORDS_SIZE_MAX = 64 + MATTERS_MAX * (NOTE_SIZE_MAX + 16)
RECOVERY_GAP = 20
"""A recovery ends after so many unused pseudonyms in a row."""

_GRANT = "consent.grant"
_VERSION = 1
_NONCE_SIZE = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter in the person's own words, and its pseudonym."""

    index: int
    sid: bytes
    note: str


class WalletDamaged(Exception):
    """The list of matters in `path` is not this seed's, or was altered.

    Remove it and recover the matters from the seed.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is not this wallet's list of matters, or was altered")
        self.path = path


class Wallet:
    """A person's wallet in a folder of its own; open it with `create_wallet` or `open_wallet`."""

    def __init__(self, folder: Path, seed: bytes) -> None:
        self._path = folder / RECORDS_FILE
        self._seed = seed
        self._notes = dict(self._read_notes())

    @property
    def matters(self) -> tuple[Matter, ...]:
        """All matters in the order in which they began."""
        return tuple(
            Matter(index, matter_keys(self._seed, index).sid, note)
            for index, note in sorted(self._notes.items())
        )

    def begin_matter(self, note: str) -> MatterKeys:
        """Return fresh keys for a new matter; they are noted down before they are given out."""
        require(len(self._notes) < MATTERS_MAX, Code.QUOTA, "matters")
        require(len(note.encode()) <= NOTE_SIZE_MAX, Code.SCHEMA, "note")
        index = max(self._notes, default=-1) + 1
        self._notes[index] = note
        self._write_notes()
        return matter_keys(self._seed, index)

    def keys_of(self, sid: bytes) -> MatterKeys:
        """Return the keys of a pseudonym, or refuse (E010) a stranger's."""
        for index in self._notes:
            keys = matter_keys(self._seed, index)
            if keys.sid == sid:
                return keys
        raise Refused(Code.NOT_FOUND, "sid")

    def carry_key(self, sid: bytes, line_id: bytes) -> bytes:
        """Return the content key under which this pseudonym carries to a line, always the same."""
        return carry_key(self._seed, self.keys_of(sid).index, line_id)

    @property
    def seed(self) -> bytes:
        """The seed, from which everything follows: for its owner's paper alone."""
        return self._seed

    def answer(
        self,
        grant: UnsignedTransaction,
        terms: ConsentTerms,
        registered_notice: bytes,
        ask: Callable[[str], bool],
    ) -> Transaction | None:
        """Show terms and notice to the person; sign the grant if the answer is yes, else None.

        `registered_notice` comes from the chain, best with its proof. A text that is not the
        registered one is refused (E207) and not even shown.
        """
        require(grant.type == _GRANT, Code.SCHEMA, "type")
        require_registered(terms, registered_notice)
        return self._signed(grant) if ask(terms.shown_text()) else None

    def sign(self, unsigned: UnsignedTransaction) -> Transaction:
        """Sign what ends or asks for something; a grant of consent goes through `answer` only."""
        require(unsigned.type != _GRANT, Code.NOTICE_MISSING, "type")
        return self._signed(unsigned)

    def recover(self, is_bound: Callable[[MatterKeys], bool]) -> int:
        """Find the matters of a restored seed by their pseudonyms on the chain; count them.

        Asking links the pseudonyms to whoever answers: ask one's own node.
        """
        index = misses = 0
        while misses < RECOVERY_GAP and index < MATTERS_MAX:
            if is_bound(matter_keys(self._seed, index)):
                self._notes.setdefault(index, "")
                misses = 0
            else:
                misses += 1
            index += 1
        self._write_notes()
        return len(self._notes)

    def _signed(self, unsigned: UnsignedTransaction) -> Transaction:
        require(len(unsigned.signers) == 1, Code.SCHEMA, "signers")
        return sign_transaction(unsigned, [self.keys_of(unsigned.signers[0]).sign_seed])

    def _read_notes(self) -> Iterator[tuple[int, str]]:
        if not self._path.exists():
            return iter(())
        with self._path.open("rb") as file:
            data = file.read(RECORDS_SIZE_MAX)
        try:
            return _decoded_notes(data, records_key(self._seed))
        except (Refused, exceptions.CryptoError) as error:
            raise WalletDamaged(self._path) from error

    def _write_notes(self) -> None:
        rows: list[Value] = [[index, note] for index, note in sorted(self._notes.items())]
        nonce = secrets.token_bytes(_NONCE_SIZE)
        box = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
            encode([_VERSION, rows]), None, nonce, records_key(self._seed)
        )
        replace_private_file(self._path, nonce + box)


def create_wallet(
    folder: Path, passphrase: str, seed: bytes | None = None, cost: DerivationCost = CAREFUL
) -> Wallet:
    """Make a wallet with a fresh seed, or restore one from its seed, in a new folder."""
    chosen = secrets.token_bytes(SEED_SIZE) if seed is None else seed
    Keystore(folder, cost).add(SEED_NAME, KeyKind.WALLET_SEED, chosen, passphrase)
    return Wallet(folder, chosen)


def open_wallet(folder: Path, passphrase: str) -> Wallet:
    """Open a wallet; raises what the keystore raises, or WalletDamaged."""
    return Wallet(folder, Keystore(folder).secret(SEED_NAME, passphrase))


def _decoded_notes(data: bytes, key: bytes) -> Iterator[tuple[int, str]]:
    nonce, box = data[:_NONCE_SIZE], data[_NONCE_SIZE:]
    require(len(box) >= bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES, Code.SCHEMA, "size")
    plain = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(box, None, nonce, key)
    version, rows = shape.array(decode(plain, size_max=RECORDS_SIZE_MAX), 2, "matters")
    shape.constant(version, _VERSION, "version")
    notes = []
    for row in shape.array_up_to(rows, MATTERS_MAX, "matters"):
        index, note = shape.array(row, 2, "matters")
        number = shape.unsigned(index, "matters.index", MATTERS_MAX)
        notes.append((number, shape.text(note, "matters.note", NOTE_SIZE_MAX)))
    return iter(notes)
