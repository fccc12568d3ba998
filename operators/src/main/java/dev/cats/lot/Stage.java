package dev.cats.lot;

import dev.cats.step.Step;
import java.io.Serializable;
import java.util.Set;
import org.apache.flink.api.common.functions.Function;

/**
 * One step of those that share a lot.
 *
 * @param step its name
 * @param function what it does with a record
 * @param user the user's own function behind {@code function}, for Flink's rich-function life cycle
 * @param input the type of what it takes, which a rejected record is written down as
 * @param sides the names of its side streams that somebody reads
 */
public record Stage(
    String step, Step<Object, Object> function, Function user, Class<?> input, Set<String> sides)
    implements Serializable {
  public Stage {
    sides = Set.copyOf(sides);
  }
}
