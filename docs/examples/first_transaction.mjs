// A transaction from the documented bytes alone (docs/wire-format.md, docs/rpc.md): build, sign, send, wait, verify.
// Node.js 20, no package: QUANCHENG_SEED=<64 hex digits> node first_transaction.mjs GENESIS_FILE
// The node is not trusted: what it answers is verified under the genesis document.
import assert from "node:assert/strict";
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const NODE = process.env.QUANCHENG_NODE ?? "http://127.0.0.1:26680";
const SUITE = Buffer.from([1]); // Ed25519 over SHA-256
const PERSON = 1;
const MINUTE_MS = 60_000;

// Canonical CBOR: integers, bytes, text, arrays, null, false, true.

function head(major, number) {
  const value = BigInt(number);
  if (value < 24n) return Buffer.from([(major << 5) | Number(value)]);
  const [info, size] = value < 1n << 8n ? [24, 1] : value < 1n << 16n ? [25, 2] : value < 1n << 32n ? [26, 4] : [27, 8];
  const out = Buffer.alloc(9);
  out.writeBigUInt64BE(value, 1);
  return Buffer.concat([Buffer.from([(major << 5) | info]), out.subarray(9 - size)]);
}

function encode(value) {
  if (value === null) return Buffer.from([0xf6]);
  if (typeof value === "boolean") return Buffer.from([value ? 0xf5 : 0xf4]);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(encode)]);
  return value < 0 ? head(1, -1n - BigInt(value)) : head(0, value);
}

function decode(data) {
  let place = 0;
  function item() {
    const [major, info] = [data[place] >> 5, data[place] & 31];
    place += 1;
    if (major === 7) return { 20: false, 21: true, 22: null }[info];
    assert(info < 28, "definite lengths only");
    const size = info < 24 ? 0 : 1 << (info - 24);
    const number = info < 24 ? BigInt(info) : BigInt(`0x${data.toString("hex", place, place + size)}`);
    place += size;
    if (major === 0) return number;
    if (major === 1) return -1n - number;
    if (major === 4) return Array.from({ length: Number(number) }, item);
    const bytes = data.subarray(place, place + Number(number));
    place += Number(number);
    return major === 2 ? bytes : bytes.toString("utf8");
  }
  const value = item();
  assert.deepEqual(encode(value), data, "not canonical");
  return value;
}

// Hashes, keys and signatures.

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();
const u32 = (number) => Buffer.from(number.toString(16).padStart(8, "0"), "hex");
const u64 = (number) => Buffer.from(number.toString(16).padStart(16, "0"), "hex");
const hex = (text) => Buffer.from(text, "hex");

const privateKey = (seed) =>
  createPrivateKey({ key: Buffer.concat([hex("302e020100300506032b657004220420"), seed]), format: "der", type: "pkcs8" });
const publicKey = (key) =>
  createPublicKey({ key: Buffer.concat([hex("302a300506032b6570032100"), key.subarray(1)]), format: "der", type: "spki" });
const keyOf = (seed) =>
  Buffer.concat([SUITE, createPublicKey(privateKey(seed)).export({ format: "der", type: "spki" }).subarray(-32)]);
const signed = (seed, message) => Buffer.concat([SUITE, sign(null, message, privateKey(seed))]);
const isSignedBy = (key, message, signature) => verify(null, message, publicKey(key), signature.subarray(1));

// JSON-RPC.

async function call(method, params = {}) {
  const response = await fetch(`${NODE}/rpc`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { result, error } = await response.json();
  if (error) throw new Error(`${error.data.code} ${error.data.rule}`);
  return result;
}

// What is proven.

const splitBelow = (count) => 2 ** Math.ceil(Math.log2(count) - 1);

function subtreeRoot(leaves) {
  if (leaves.length === 1) return sha256([0], leaves[0]);
  const split = splitBelow(leaves.length);
  return sha256([1], subtreeRoot(leaves.slice(0, split)), subtreeRoot(leaves.slice(split)));
}

function rootFrom(leaf, { index, size, path }) {
  // The path of RFC 6962 §2.1.1: from the leaf up, so the topmost sibling is the last.
  assert(index < size);
  if (size === 1) {
    assert.equal(path.length, 0);
    return sha256([0], leaf);
  }
  const [split, sibling, rest] = [splitBelow(size), hex(path.at(-1)), path.slice(0, -1)];
  return index < split
    ? sha256([1], rootFrom(leaf, { index, size: split, path: rest }), sibling)
    : sha256([1], sibling, rootFrom(leaf, { index: index - split, size: size - split, path: rest }));
}

const countedRoot = (tag, leaf, inclusion) => sha256(tag, u64(inclusion.size), rootFrom(leaf, inclusion));

const FIELDS = ["version", "genesis_hash", "height", "time_ms", "parent_hash", "proposer", "transaction_root",
  "last_certificate_hash", "evidence_root", "state_root", "receipt_root", "history_root", "validator_epoch",
  "validators_hash", "next_validators_hash", "params_hash"];

function finalBlock(certified, chain) {
  const data = hex(certified.header);
  const header = Object.fromEntries(decode(data).map((value, place) => [FIELDS[place], value]));
  const hash = sha256("qc/header/v1", data);
  assert.deepEqual(header.genesis_hash, chain.genesisHash);
  assert.deepEqual(header.validators_hash, chain.validatorsHash, "another validator set: see docs/evidence.md");
  const [height, view, blockHash, signatures] = decode(hex(certified.certificate));
  assert.deepEqual([height, blockHash], [header.height, hash]);
  assert(signatures.length > Math.floor((2 * chain.validators.length) / 3), "no quorum");
  const tag = Buffer.from("qc/commit/v1".padEnd(16, "\0"));
  const vote = Buffer.concat([tag, Buffer.from([4]), chain.genesisHash, u64(height), u32(view), blockHash]);
  let last = -1n;
  for (const [index, signature] of signatures) {
    assert(index > last, "indices ascend");
    assert(isSignedBy(chain.validators[index][0], vote, signature), "a commit that its validator did not sign");
    last = index;
  }
  return { header, hash };
}

function readGenesis(path) {
  const data = readFileSync(path);
  const validators = decode(data)[8];
  const root = subtreeRoot(validators.map(encode));
  return {
    genesisHash: sha256("qc/genesis/v1", data),
    validators,
    validatorsHash: sha256("qc/validators/v1", u32(validators.length), root),
  };
}

function verified(proof, transaction, txId, chain) {
  const block = finalBlock(proof.block, chain);
  const leaf = sha256("qc/tx-bytes/v1", transaction);
  assert.deepEqual(countedRoot("qc/transactions/v1", leaf, proof.transaction_path), block.header.transaction_root);
  const next = finalBlock(proof.next_block, chain);
  assert.deepEqual(next.header.parent_hash, block.hash);
  const receipt = hex(proof.receipt);
  assert.deepEqual(countedRoot("qc/receipts/v1", receipt, proof.receipt_path), next.header.receipt_root);
  const [subject, code] = decode(receipt);
  assert.deepEqual(subject, txId);
  return { code, height: block.header.height };
}

// The transaction: an identity authority binds a fresh pseudonym.

const chain = readGenesis(process.argv[2]);
const seed = hex(process.env.QUANCHENG_SEED ?? "");
assert.equal(seed.length, 32, "QUANCHENG_SEED: 64 hexadecimal digits, from `quancheng keys export`");

const status = await call("chain_status");
assert.equal(status.genesis_hash, chain.genesisHash.toString("hex"), "a node of another chain");
const validUntilMs = status.now_ms + MINUTE_MS;
const body = [keyOf(randomBytes(32)), PERSON, randomBytes(32), status.now_ms + 60 * MINUTE_MS];
const unsigned = [1, chain.genesisHash, "subject.bind", randomBytes(16), validUntilMs, [keyOf(seed)], body];
const txId = sha256("qc/tx/v1", encode(unsigned));
const signature = signed(seed, Buffer.concat([Buffer.from("qc/tx-sign/v1"), txId]));
const transaction = encode([unsigned, [signature]]);

const [submission] = (await call("tx_submit", { transactions: [transaction.toString("hex")] })).submissions;
console.log("sent", txId.toString("hex"), submission.state);
const waiting = { tx_id: txId.toString("hex"), valid_until_ms: validUntilMs, proof: true };
const outcome = await call("tx_wait", waiting);
assert(outcome.proof, `not final: ${outcome.state}`);
const { code, height } = verified(outcome.proof, transaction, txId, chain);
console.log("proven in block", Number(height), "with code", Number(code), outcome.state);
