/**
 * Two data initiatives on Fisher's irises, those that the original CATs were shown with, by Python
 * functions on Ray.
 *
 * <p>Into the first, {@code iris}, comes a table of flowers, CSV with the columns of scikit-learn's
 * {@code load_iris}; one such table, of 150 flowers, is bundled as {@code /data/iris.csv}. Out goes
 * each flower with its petal area ({@link dev.cats.job.iris.FlowerArea}); rows that are no flowers
 * leave as rejects with the rule they broke.
 *
 * <p>Into the second, {@code iris-summary}, comes what the first one committed, by the CID of a
 * manifest and from any store. Out goes of each species the mean petal area ({@link
 * dev.cats.job.iris.SpeciesArea}). It has a chain of its own, and its BOMs link to the first one's.
 *
 * <p>Guaranteed: every area leads to its own row of the table, every mean to all rows of its
 * species.
 *
 * <p>Awkward cases:
 *
 * <ul>
 *   <li>A mean is summed in order of arrival: with more than one subtask, lots may arrive in
 *       another order, and its last digit may differ.
 *   <li>Columns may stand in any order and there may be more of them; a table that lacks one is an
 *       error before the job starts.
 * </ul>
 */
package dev.cats.job.iris;
