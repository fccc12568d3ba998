// Reads a CAR with the reference implementation, hashes and decodes every block and follows its links, from the root:
//   node read_car.mjs FILE [COPY]
// prints {"roots","blocks","missing"}, and with COPY writes the same blocks, in reverse order, by its own writer.

import { createReadStream, createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CarReader } from '@ipld/car/reader'
import { CarWriter } from '@ipld/car/writer'
import * as dagCbor from '@ipld/dag-cbor'
import * as dagPb from '@ipld/dag-pb'
import { createUnsafe } from 'multiformats/block'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'

const codecs = new Map([dagCbor, dagPb, raw].map((codec) => [codec.code, codec]))
const [file, copy] = process.argv.slice(2)

const reader = await CarReader.fromIterable(createReadStream(file))
const roots = await reader.getRoots()
const blocks = new Map()
for await (const { cid, bytes } of reader.blocks()) {
  const digest = await sha256.digest(bytes)
  if (Buffer.compare(Buffer.from(digest.bytes), Buffer.from(cid.multihash.bytes)) !== 0) {
    throw new Error(`Wrong hash: ${cid}`)
  }
  blocks.set(cid.toString(), { cid, bytes })
}

const missing = []
const seen = new Set()
const queue = [...roots]
while (queue.length > 0) {
  const cid = queue.pop()
  if (seen.has(cid.toString())) continue
  seen.add(cid.toString())
  const found = blocks.get(cid.toString())
  if (!found) {
    missing.push(cid.toString())
    continue
  }
  const block = createUnsafe({ ...found, codec: codecs.get(cid.code) })
  for (const [, link] of block.links()) queue.push(link)
}
const strangers = [...blocks.keys()].filter((cid) => !seen.has(cid))

if (copy) {
  const { writer, out } = CarWriter.create(roots)
  const written = pipeline(Readable.from(out), createWriteStream(copy))
  for (const block of [...blocks.values()].reverse()) await writer.put(block)
  await writer.close()
  await written
}
console.log(JSON.stringify({ roots: roots.map(String), blocks: [...blocks.keys()], missing, strangers }))
