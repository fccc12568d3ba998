package dev.cats.job.seismology;

import org.apache.flink.api.common.functions.FilterFunction;

/**
 * Keeps earthquakes. The feed also holds explosions, quarry blasts and the like, which networks
 * record with the same instruments and which would spoil the statistics.
 */
public final class IsEarthquake implements FilterFunction<Quake> {
  private static final long serialVersionUID = 1L;

  @Override
  public boolean filter(Quake quake) {
    return quake.getKind().equals("earthquake");
  }
}
