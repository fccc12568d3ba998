package dev.cats.job.seismology;

import dev.cats.stage.JavaStage;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The b-value of one network's catalogue, after Aki (1965) with Utsu's correction for binned
 * magnitudes, and its standard error after Shi and Bolt (1982).
 *
 * <p>Magnitudes are rounded to bins of 0.1 in decimal, half up as schools teach it: a tie goes away
 * from zero, on both sides of it, so 0.25 is 0.3 and -0.25 is -0.3. The magnitude of completeness
 * Mc is the fullest bin, the lower one on a tie (maximum curvature, Wiemer and Wyss 2000). Over the
 * n events with M &ge; Mc:
 *
 * <pre>
 *   b     = log10(e) / (mean M - (Mc - 0.05))
 *   error = 2.30 b&sup2; sqrt( sum (M - mean M)&sup2; / (n (n - 1)) )
 * </pre>
 *
 * <p>With fewer than {@value #ENOUGH} events at or above Mc there is neither: the estimate stands
 * on those events alone, however many smaller ones the network has.
 *
 * <p>Everything is computed from how many events each bin holds, with integers up to the last step,
 * so that the order of the events cannot show in the result.
 *
 * <p>It knows nothing of Flink, so that it can run on Ray, where a batch is a catalogue.
 */
public final class GutenbergRichter implements JavaStage<Quake, BValue> {
  /** The fewest events at or above Mc for which a b-value is given. */
  static final int ENOUGH = 50;

  /** log10(e), to the nearest double. */
  private static final double LOG10_E = 0.4342944819032518;

  @Override
  public List<BValue> apply(List<Quake> catalogue) {
    TreeSet<String> networks = new TreeSet<>();
    catalogue.forEach(quake -> networks.add(quake.getNetwork()));
    if (networks.size() > 1) {
      throw new IllegalArgumentException(
          "Invalid catalogue: expected one network, found " + String.join(", ", networks));
    }
    return networks.stream().map(network -> estimate(network, catalogue)).toList();
  }

  static BValue estimate(String network, Iterable<Quake> quakes) {
    NavigableMap<Integer, Long> bins = new TreeMap<>();
    long events = 0;
    for (Quake quake : quakes) {
      bins.merge(tenths(quake.getMagnitudeText()), 1L, Long::sum);
      events++;
    }
    if (bins.isEmpty()) {
      throw new IllegalArgumentException("Invalid catalogue of " + network + ": no quakes");
    }
    int mc = fullest(bins);
    long n = 0;
    BigInteger sum = BigInteger.ZERO; // of d = 10 (M - Mc), which is an integer
    BigInteger squares = BigInteger.ZERO;
    for (Map.Entry<Integer, Long> bin : bins.tailMap(mc, true).entrySet()) {
      BigInteger d = BigInteger.valueOf(bin.getKey() - mc);
      BigInteger count = BigInteger.valueOf(bin.getValue());
      n += bin.getValue();
      sum = sum.add(d.multiply(count));
      squares = squares.add(d.multiply(d).multiply(count));
    }
    BValue.Builder value =
        BValue.newBuilder()
            .setNetwork(network)
            .setEvents(events)
            .setComplete(n)
            .setCompleteness(mc / 10.0);
    if (n >= ENOUGH) {
      // mean M - (Mc - 0.05) = (sum / n + 1/2) / 10 = (2 sum + n) / (20 n)
      double b = LOG10_E * 20 * n / (2 * sum.doubleValue() + n);
      // sum (M - mean)^2 = (n squares - sum^2) / (100 n)
      BigInteger spread = BigInteger.valueOf(n).multiply(squares).subtract(sum.multiply(sum));
      double error = 2.30 * b * b * Math.sqrt(spread.doubleValue() / (n - 1)) / (10.0 * n);
      value.setBValue(b).setStandardError(error);
    }
    return value.build();
  }

  /** A magnitude as written, in tenths, a tie away from zero. */
  static int tenths(String magnitude) {
    return new BigDecimal(magnitude)
        .setScale(1, RoundingMode.HALF_UP)
        .unscaledValue()
        .intValueExact();
  }

  /** The bin with the most events, the lowest of them on a tie. */
  private static int fullest(NavigableMap<Integer, Long> bins) {
    int mode = bins.firstKey();
    long most = 0;
    for (Map.Entry<Integer, Long> bin : bins.entrySet()) {
      if (bin.getValue() > most) {
        mode = bin.getKey();
        most = bin.getValue();
      }
    }
    return mode;
  }
}
