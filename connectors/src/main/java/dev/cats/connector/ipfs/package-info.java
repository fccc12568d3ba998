/**
 * Blocks in and out: the block stores, which keep what is content-addressed.
 *
 * <p><b>In</b>: blocks with the CIDs that their makers computed, in segments. <b>Out</b>: the same
 * blocks, hashed and compared at every read, or a {@link dev.cats.content.CorruptBlockException}
 * that says where the damage is.
 *
 * <p><b>Guaranteed</b>: a sealed segment is on the medium; a committed one is seen whole, in every
 * process; HEAD is the old or the new one, never a part of either. A store is an ordinary folder of
 * ordinary CARs: {@code ipfs dag import segments/*.car} takes all of it. A node or gateway is never
 * believed: blocks are hashed, imports are counted.
 *
 * <p><b>Awkward cases</b>: a lock of a local store ends with its process, one on another file
 * system half a minute after it was renewed last ({@code Claim}). An archive without an index is
 * not visible: committing the segment again makes the index. Segments that were sealed and never
 * committed stay in {@code staged}; nothing names them. A Kubo node finds a block under any codec,
 * keeps nothing that is not pinned from its garbage collection, and answers 200 before it knows
 * whether all went well. Network file systems that do not honour POSIX locks keep no second writer
 * out.
 *
 * <p>A node can also follow a folder that a job commits to ({@link
 * dev.cats.content.MirrorProvider}): blocks get there behind the job, and HEAD last.
 *
 * <p>For a laptop and for tests, {@link dev.cats.connector.ipfs.KuboBuild} builds a node and {@link
 * dev.cats.connector.ipfs.LocalKubo} starts one, as a process of its own on the loopback interface.
 */
package dev.cats.connector.ipfs;
