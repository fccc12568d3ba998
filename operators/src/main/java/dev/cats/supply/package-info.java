/**
 * Lots that another chain committed, as a source: how one initiative goes on from what another one,
 * of whichever organisation, has published.
 *
 * <p><b>In</b>: a store, a manifest in it, the name of a step. <b>Out</b>: the step's records, each
 * an {@link dev.cats.event.Arrival} that cites the BOM and the index that it has there, so that the
 * BOMs made of them link to those of the other chain.
 *
 * <p><b>Guaranteed</b>: what is read is fixed by the CID of one manifest; every block is hashed and
 * every manifest's signature checked; each record comes once, through failures too.
 *
 * <p><b>Awkward cases</b>: a lot of a schema that cannot be read as the type that was asked for is
 * refused record by record, since a chain may change its schema at any checkpoint. Lots that were
 * pruned or only hashed cannot be read, and end the job with the CID that is missing. The blocks of
 * the other chain stay in its store: a check of this one alone counts them as named.
 */
package dev.cats.supply;
