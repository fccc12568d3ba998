package dev.cats.job.seismology;

import dev.cats.step.Output;
import dev.cats.step.Step;

/** Refuses what came when the period that it belongs to had been counted already. */
record TooLate(String period) implements Step<Quake, Quake> {
  @Override
  public void apply(Quake quake, Output<Quake> out) {
    out.reject(
        "late",
        "Cannot count "
            + quake.getId()
            + " of "
            + quake.getTime()
            + ": its "
            + period
            + " was over, and its result delivered, when it came");
  }
}
