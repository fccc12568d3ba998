/**
 * Calls of stage functions that need not be made again.
 *
 * <p>In comes a stage function and the store that its job commits to; out goes the same function,
 * whose answer for records that it has had before is the lot that was committed then, fetched and
 * hashed, without a call.
 *
 * <p>Guaranteed: nothing is written for this. What is known is what the BOMs of HEAD's chain say
 * when the job, or an attempt of it, starts: the very same function (document by CID, so with its
 * code, arguments and versions) and the very same records, whose bytes are fetched from the input
 * lots, hashed, and compared with those at hand. That the function made that lot of them is what
 * the chain's manifests are signed for. So it does not matter how records were cut into lots
 * before, nor by which order or jar they were made. What is not there any more, damaged, or of
 * another schema is called for as usual.
 *
 * <p>Only for functions that promise the same bytes for the same records. Awkward cases:
 *
 * <ul>
 *   <li>A call that made no record has left no lot, and is made again.
 *   <li>What a call made may be more than a lot holds. Then it is several lots, whose BOMs spell
 *       out their lineage instead of saying {@code whole}, and is not taken; nor is what was made
 *       beside refused records of the same input lots. Of a rowwise function each part stands for
 *       its own rows.
 *   <li>Known are the newest 4,096 lots of the function among the newest 131,072 BOMs. Inputs are
 *       read when a batch of as many records comes, and no more when that were 16,384 lots.
 * </ul>
 */
package dev.cats.memo;
