/**
 * Blocks of a node of IPFS through java-ipfs-http-client, the Java client of the IPFS project.
 *
 * <p><b>Comes in:</b> CIDs, and single blocks. <b>Goes out:</b> blocks, hashed and compared. It
 * cannot import whole segments, move HEAD or lock, so it is no store that a run can write to:
 * {@code kubo://} is.
 *
 * <p>That client is on JitPack only. The module is no part of the default build, which never asks
 * JitPack; {@code mvn -Pjitpack} builds it where JitPack can be reached.
 */
package dev.cats.connector.httpclient;
