// Fetches what is behind CIDs with Helia, which hashes each block, through one gateway, and reads it with packages that
// are not ours:
//   node walk.mjs GATEWAY CID…
// follows every link from each CID and prints one line per CID: {"cid","blocks","bytes","manifests","boms","raw"}, and
// for a file {"cid","blocks","bytes","size","sha256"}; or {"cid","error"} for what cannot be fetched or is wrong.

import { createHash } from 'node:crypto'
import { withHTTP } from '@helia/http'
import { unixfs } from '@helia/unixfs'
import * as dagCbor from '@ipld/dag-cbor'
import * as dagPb from '@ipld/dag-pb'
import { createHeliaLight } from 'helia'
import { createUnsafe } from 'multiformats/block'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'

const PATIENCE = 60_000
const codecs = new Map([dagCbor, dagPb, raw].map((codec) => [codec.code, codec]))
const [gateway, ...roots] = process.argv.slice(2)

// Helia asks a gateway only after some router has said that it knows nobody, and Kubo's gateway is one that does.
const helia = await withHTTP(createHeliaLight(), {
  allowInsecure: true,
  allowLocal: true,
  delegatedRouters: [gateway],
  recursiveGateways: [gateway]
}).start()

// One buffer, in whatever way this version of Helia hands over a block.
async function fetched (cid) {
  const parts = []
  const answer = await helia.blockstore.get(cid, { signal: AbortSignal.timeout(PATIENCE) })
  if (answer instanceof Uint8Array) return answer
  for await (const part of answer) parts.push(part)
  return new Uint8Array(Buffer.concat(parts))
}

async function walk (root) {
  const found = { cid: root.toString(), blocks: 0, bytes: 0, manifests: 0, boms: 0, raw: 0 }
  const seen = new Set([root.toString()])
  const queue = [root]
  while (queue.length > 0) {
    const cid = queue.pop()
    const bytes = await fetched(cid)
    const block = createUnsafe({ cid, bytes, codec: codecs.get(cid.code) })
    found.blocks++
    found.bytes += bytes.length
    if (cid.code === raw.code) found.raw++
    if (cid.code === dagCbor.code) {
      const [kind] = Object.keys(block.value)
      if (kind === 'cats/manifest/1') found.manifests++
      if (kind === 'cats/bom/1') found.boms++
    }
    for (const [, link] of block.links()) {
      if (!seen.has(link.toString())) {
        seen.add(link.toString())
        queue.push(link)
      }
    }
  }
  return found
}

// As a file, in order, where it is one.
async function read (root) {
  const sha256 = createHash('sha256')
  let size = 0
  for await (const part of unixfs(helia).cat(root, { signal: AbortSignal.timeout(PATIENCE) })) {
    sha256.update(part)
    size += part.length
  }
  return { size, sha256: sha256.digest('hex') }
}

for (const text of roots) {
  try {
    const root = CID.parse(text)
    const found = await walk(root)
    console.log(JSON.stringify(root.code === dagCbor.code ? found : { ...found, ...(await read(root)) }))
  } catch (error) {
    const all = [error, ...(error.errors ?? []), error.cause].filter(Boolean).map(String)
    console.log(JSON.stringify({ cid: text, error: all.join('; ') }))
  }
}
await helia.stop()
process.exit(0)
