/**
 * The {@code usgs-seismology} data initiative: seismic networks watching earthquakes.
 *
 * <p>In comes a file of the USGS earthquake feed: one GeoJSON FeatureCollection, or one feature per
 * line. One such file, all events of a week, is bundled as {@code /data/usgs-week.geojson}; works
 * of the U.S. Geological Survey are in the public domain.
 *
 * <p>Out go, for every network, the count, mean and largest magnitude of each UTC day ({@link
 * dev.cats.job.seismology.DailyStats}) and the Gutenberg-Richter b-value of its whole catalogue
 * ({@link dev.cats.job.seismology.BValue}); events that are no earthquakes leave by a stream of
 * their own, and features that cannot be decoded leave as rejects with the rule they broke.
 *
 * <p>Guaranteed: the order of the events in the file does not show in any result, to the last bit.
 * Sums are exact decimals of the magnitudes as the feed writes them, windows fire when the feed
 * ends, and no function looks at a clock.
 *
 * <p>Awkward cases:
 *
 * <ul>
 *   <li>A feature that is broken inside is data: it is passed on and rejected. A file whose frame
 *       is broken or cut off is an error, because nobody can say where its next feature starts; the
 *       source looks for that before a job is started. In a file of lines every fault is data.
 *   <li>A feature ends where its brackets balance, so one with a bracket too few takes in what
 *       follows it, and the error names the byte where it starts.
 *   <li>A network with fewer than 50 events at or above its magnitude of completeness has no
 *       b-value, however many events it has below.
 *   <li>Magnitudes may be negative. Half up then means away from zero: -0.25 is in the bin -0.3.
 *   <li>The feed is ordered by time, newest first, so the usual watermarks would call nearly all of
 *       it late: see {@link dev.cats.job.seismology.QuakeTime}.
 * </ul>
 */
package dev.cats.job.seismology;
