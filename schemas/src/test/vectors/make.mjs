// Writes ../resources/vectors/*.json with the reference implementation; with --check compares instead. README.md says what is in them.

import { readFile, writeFile, mkdir } from 'node:fs/promises'
import { CarWriter } from '@ipld/car/writer'
import { CarIndexer } from '@ipld/car/indexer'
import * as dagCbor from '@ipld/dag-cbor'
import * as dagJson from '@ipld/dag-json'
import * as dagPb from '@ipld/dag-pb'
import { BaseBlockstore } from 'blockstore-core'
import { importer } from 'ipfs-unixfs-importer'
import { base16 } from 'multiformats/bases/base16'
import { base32upper } from 'multiformats/bases/base32'
import { base58btc } from 'multiformats/bases/base58'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'

const MIB = 1024 * 1024
const OUT = new URL('../resources/vectors/', import.meta.url)
const PROFILE = 'unixfs-v1-2025'
const FORMULA = '(31 * i + (i >> 8) * (1 + (i >> 20)) + (i >> 28)) & 0xff'

const utf8 = (text) => new TextEncoder().encode(text)
const hex = (bytes) => Buffer.from(bytes).toString('hex')
const content = (from, to) => {
  const bytes = new Uint8Array(to - from)
  for (let i = from; i < to; i++) {
    bytes[i - from] = (31 * i + (i >> 8) * (1 + (i >> 20)) + (i >> 28)) & 0xff
  }
  return bytes
}
const cidOf = async (codec, bytes) => CID.createV1(codec, await sha256.digest(bytes))
const block = async (codec, value) => {
  const bytes = codec.encode(value)
  return { cid: await cidOf(codec.code, bytes), bytes }
}

async function cids () {
  const samples = [
    ['nothing', new Uint8Array(0)],
    ['one zero byte', new Uint8Array(1)],
    ['hello world', utf8('hello world')],
    ['every byte', Uint8Array.from({ length: 256 }, (_, i) => i)],
    ['a kibibyte by the formula', content(0, 1024)],
    ['an empty dag-cbor map', dagCbor.encode({})],
    ['an empty dag-pb node', dagPb.encode(dagPb.prepare({}))]
  ]
  const records = []
  for (const [name, bytes] of samples) {
    const record = { name, bytes: hex(bytes), cids: [] }
    for (const codec of [raw.code, dagPb.code, dagCbor.code, dagJson.code]) {
      const cid = await cidOf(codec, bytes)
      record.cids.push({
        codec,
        cid: cid.toString(),
        binary: hex(cid.bytes),
        base16: cid.toString(base16),
        base32upper: cid.toString(base32upper),
        base58btc: cid.toString(base58btc)
      })
    }
    const v0 = CID.createV0(await sha256.digest(bytes))
    record.v0 = { cid: v0.toString(), binary: hex(v0.bytes) }
    records.push(record)
  }
  return records
}

async function documents () {
  const data = await cidOf(raw.code, utf8('a lot'))
  const structure = await cidOf(dagCbor.code, utf8('a structure'))
  const order = await cidOf(dagCbor.code, utf8('an order'))
  const upstream = await cidOf(dagCbor.code, utf8('an upstream BOM'))
  const samples = [
    ['null', null],
    ['booleans', [true, false]],
    ['integers', [0, 1, 23, 24, 255, 256, 65535, 65536, 4294967295, 4294967296, 9007199254740991]],
    ['negative integers', [-1, -24, -25, -256, -257, -65536, -65537, -4294967296, -4294967297, -9007199254740991]],
    ['integers beyond a double', [9007199254740992n, 9223372036854775807n, -9223372036854775808n]],
    ['integers beyond a long', [9223372036854775808n, 18446744073709551615n, -9223372036854775809n, -18446744073709551616n]],
    ['floats', [0.5, -1.25, 0.1, 3.141592653589793, 1e-6, 1.5e-7, 1e-323, 5e-324, 1.7976931348623157e308, 1e23, 2.2250738585072014e-308, 123456789012345680000.5]],
    ['texts', ['', 'a', 'é', '水', '😀', 'ﬀ', '"quoted" \\ / \b\f\n\r\t\u0000\u001f\u007f\u2028', 'x'.repeat(23), 'x'.repeat(24), 'x'.repeat(256)]],
    ['bytes', [new Uint8Array(0), Uint8Array.of(0), Uint8Array.of(0xff, 0xfe), content(0, 300)]],
    ['lists', [[], [[]], [[], [1, [2, [3]]]], Array.from({ length: 24 }, (_, i) => i)]],
    ['maps', [{}, { a: {} }, { a: { b: { c: null } } }]],
    ['keys sorted by length and by bytes', { b: 1, aa: 2, a: 3, '': 4, é: 5, z: 6, 'ﬀ': 7, 水: 8, aaa: 9, B: 10, '/': 11 }],
    // For these the reference sorts DAG-JSON by UTF-16, not by UTF-8 as the specification says: only its dag-cbor is recorded.
    ['keys that UTF-16 sorts otherwise', { '😀': 1, 'ﬀa': 2, 'ﬀ': 3 }, 'dag-cbor only'],
    ['links', [data, order, CID.createV0(await sha256.digest(utf8('v0')))]],
    ['a structure', { 'cats/structure/1': { configuration: { 'parallelism.default': '1' }, versions: { flink: '2.3.0', java: '17' }, kind: 'flink', meta: {} } }],
    ['a function', { 'cats/function/1': { runtime: 'java/17', artifact: data, entrypoint: 'dev.cats.DecodeQuake', params: { limit: 10, ratio: 0.25, names: ['us', 'nc'] }, determinism: 'bitwise' } }],
    ['an order', { 'cats/order/1': { initiative: 'usgs-seismology', steps: [{ name: 'decode', function: upstream }], structure } }],
    ['a BOM', { 'cats/bom/1': { order, inputs: { boms: [upstream], runs: [0, 0, 4096], origins: [] }, lineage: { same: {} }, output: { data, records: 4096, bytes: 524288 } } }],
    ['a BOM of a source', { 'cats/bom/1': { order, inputs: { boms: [], runs: [], origins: [['kafka', 'quakes', 3, 100, 611]] }, lineage: { spread: [1, 500, 0, 12] }, output: { data, records: 500, bytes: 65536 } } }],
    ['a manifest', { 'cats/manifest/1': { initiative: 'usgs-seismology', checkpoint: 7, previous: upstream, boms: [order, structure], rejected: 0, sealedAt: 1753000000000, node: 'did:key:z6Mk', signature: content(0, 64) } }]
  ]
  const records = []
  for (const [name, value, only] of samples) {
    const { cid, bytes } = await block(dagCbor, value)
    records.push({ name, ...(only ? {} : { dagJson: new TextDecoder().decode(dagJson.encode(value)) }), dagCbor: hex(bytes), cid: cid.toString() })
  }
  return records
}

async function car (name, roots, blocks) {
  const { writer, out } = CarWriter.create(roots)
  const parts = []
  const drained = (async () => { for await (const part of out) parts.push(part) })()
  for (const one of blocks) await writer.put(one)
  await writer.close()
  await drained
  const bytes = Buffer.concat(parts)
  const sections = []
  for await (const entry of await CarIndexer.fromBytes(bytes)) {
    const found = blocks.find((one) => one.cid.equals(entry.cid))
    sections.push({ cid: entry.cid.toString(), dataOffset: entry.blockOffset, length: entry.blockLength, bytes: hex(found.bytes) })
  }
  return { name, roots: roots.map(String), car: bytes.toString('base64'), blocks: sections }
}

async function cars () {
  const hello = await block(raw, utf8('hello world'))
  const nothing = await block(raw, new Uint8Array(0))
  const long = await block(raw, content(0, 300))
  const document = await block(dagCbor, { link: hello.cid, list: [long.cid, 1, 'two'] })
  const node = await block(dagPb, dagPb.prepare({ Data: utf8('node'), Links: [{ Name: 'hello', Hash: hello.cid, Tsize: 11 }] }))
  const v0 = { cid: CID.createV0(await sha256.digest(node.bytes)), bytes: node.bytes }
  return [
    await car('one block', [hello.cid], [hello]),
    await car('no blocks', [hello.cid], []),
    await car('no roots', [], [hello]),
    await car('an empty block', [nothing.cid], [nothing]),
    await car('a document and what it links to', [document.cid], [document, hello, long]),
    await car('two roots', [document.cid, node.cid], [hello, long, document, node]),
    await car('a block with a CID of version 0', [v0.cid], [v0]),
    await car('the same block twice', [hello.cid], [hello, hello])
  ]
}

/** Remembers which blocks were written, and the bytes of those that are not raw. */
class Recorder extends BaseBlockstore {
  blocks = new Map()

  async put (cid, bytes) {
    this.blocks.set(cid.toString(), { cid: cid.toString(), size: bytes.length, ...(cid.code === raw.code ? {} : { bytes: hex(bytes) }) })
    return cid
  }
}

async function file (size) {
  const store = new Recorder()
  async function * chunks () {
    for (let at = 0; at < size; at += MIB) yield content(at, Math.min(size, at + MIB))
  }
  let root
  for await (const entry of importer([{ path: 'file', content: chunks() }], store, { profile: PROFILE })) root = entry.cid
  const blocks = [...store.blocks.values()]
  return {
    size,
    cid: root.toString(),
    blockCount: blocks.length,
    nodes: blocks.filter((one) => one.bytes && size <= 8 * MIB)
  }
}

async function directory (name, entries) {
  const store = new Recorder()
  const source = entries.map(({ path, text, size }) => ({
    path,
    ...(text === undefined && size === undefined ? {} : { content: text === undefined ? content(0, size) : utf8(text) })
  }))
  let root
  for await (const entry of importer(source, store, { profile: PROFILE, wrapWithDirectory: true })) root = entry
  if (root.path !== '') throw new Error(`Cannot record directory ${name}: the last entry is ${root.path}, not the root`)
  return { name, entries, cid: root.cid.toString(), nodes: [...store.blocks.values()].filter((one) => one.bytes) }
}

async function unixfs () {
  const files = []
  for (const size of [0, 1, 100, MIB - 1, MIB, MIB + 1, 2 * MIB, 5 * MIB, 5 * MIB + 12345, 1024 * MIB, 1024 * MIB + 1]) files.push(await file(size))
  const directories = [
    await directory('one file', [{ path: 'hello.txt', text: 'hello world\n' }]),
    await directory('an empty file', [{ path: 'empty', text: '' }]),
    await directory('an empty folder', [{ path: 'empty' }]),
    await directory('names sorted by bytes', ['b', 'a', 'B', 'aa', 'é', 'z', 'ﬀ', '😀', 'a b', '10', '9'].map((path) => ({ path, text: path }))),
    await directory('nested folders', [
      { path: 'main.tf', text: 'resource "null" "x" {}\n' },
      { path: 'modules/flink/main.tf', text: 'flink\n' },
      { path: 'modules/flink/values.yaml', text: 'a: 1\n' },
      { path: 'modules/kafka/main.tf', text: 'kafka\n' },
      { path: 'modules/größe/水.txt', text: '水\n' },
      { path: 'z/y/x/w', text: 'deep' }
    ]),
    await directory('a file of more than one chunk', [
      { path: 'large.bin', size: 2 * MIB + 17 },
      { path: 'small.bin', size: 17 }
    ])
  ]
  return { profile: PROFILE, formula: FORMULA, files, directories }
}

const check = process.argv.includes('--check')
await mkdir(OUT, { recursive: true })
for (const [name, make] of Object.entries({ cids, 'dag-cbor': documents, cars, unixfs })) {
  const path = new URL(`${name}.json`, OUT)
  const text = JSON.stringify(await make(), null, 2) + '\n'
  if (!check) {
    await writeFile(path, text)
  } else if (await readFile(path, 'utf8') !== text) {
    console.error(`Cannot confirm ${name}.json: the reference implementation gives other vectors`)
    process.exitCode = 1
  }
}
