package dev.cats.job.seismology;

import dev.cats.step.Output;
import dev.cats.step.Step;

/**
 * GeoJSON feature text to {@link Quake}. What is no quake is rejected under the rule it broke: see
 * {@link QuakeParser} for the rules.
 */
public final class DecodeQuake implements Step<String, Quake> {
  private static final long serialVersionUID = 1L;

  @Override
  public void apply(String feature, Output<Quake> out) {
    Quake quake;
    try {
      quake = QuakeParser.parse(feature);
    } catch (NotAQuake e) {
      out.reject(e.rule(), e.getMessage());
      return;
    }
    out.collect(quake);
  }
}
