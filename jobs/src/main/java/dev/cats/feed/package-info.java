/**
 * Files as events, for a producer to send, and as sources of pipelines.
 *
 * <p><b>In</b>: a GeoJSON FeatureCollection or a file of features, JSON lines, CSV, or an Avro
 * object container file. <b>Out</b>: {@link dev.cats.feed.Entry} after entry, each an event and the
 * place in the file that it stands at. For pipelines, {@link dev.cats.feed.FeedSource} reads
 * features, lines or rows, each with its place in the file's content.
 *
 * <p><b>Guaranteed</b>: an entry's data is the very text of the file where it is JSON. Every line,
 * row, feature or record that is not blank becomes exactly one entry. One that is malformed does
 * too, and says what is wrong: it is data, and what becomes of it is not for the reader to decide.
 * A file of any size is read in little memory.
 *
 * <p><b>Awkward cases</b>:
 *
 * <ul>
 *   <li>A row of CSV becomes a JSON object whose values are all text, as written.
 *   <li>An event's id is the number of its entry where the file names none, so a file that is
 *       followed through a rotation had better name one.
 *   <li>A followed file that is rotated is read to its end as it is when the new one is seen; what
 *       is appended to it later is missed. One that is emptied and written again to beyond the old
 *       end between two looks (a tenth of a second) cannot be told from one that has grown.
 *   <li>A source's file whose frame is broken or cut off is an error before the job starts, because
 *       nobody can say where its next feature begins; what is wrong inside a feature, a line or a
 *       row is data.
 *   <li>A quotation mark that CSV does not close takes in what follows, up to 1 MiB.
 * </ul>
 */
package dev.cats.feed;
