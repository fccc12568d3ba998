package dev.cats.job.seismology;

import org.apache.flink.api.java.functions.KeySelector;

/** The seismic network that a quake is counted for: the event's preferred contributor. */
public final class NetworkOf implements KeySelector<Quake, String> {
  private static final long serialVersionUID = 1L;

  @Override
  public String getKey(Quake quake) {
    return quake.getNetwork();
  }
}
