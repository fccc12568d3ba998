/**
 * Blocks on their way from one store to another, over a network or in an archive: what comes in is
 * a store and a CID, or an archive; what goes out is an archive, or another store with all that is
 * behind the CID in it.
 *
 * <p>Guaranteed: every block is hashed and compared on its way; memory does not grow with the
 * length of a history; an archive is checked to its end before anything of it is added; a transfer
 * that was broken off goes on where it was when it is asked for again.
 *
 * <p>The awkward cases: lots that are only hashed, and what another initiative made and is cited,
 * need not be there and are counted; a history that was brought over in part is a part, and the
 * report says where it ends.
 */
package dev.cats.transfer;
