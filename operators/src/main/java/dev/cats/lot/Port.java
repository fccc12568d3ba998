package dev.cats.lot;

import dev.cats.content.Cid;
import java.io.Serializable;
import javax.annotation.Nullable;
import org.apache.flink.util.OutputTag;

/**
 * One output of a step: the main one, a side stream or the rejects. Each has lots and BOMs of its
 * own, made by an order of its own.
 *
 * @param stored whether its lots are stored, or only hashed
 * @param tag where its records leave the operator; null for the main output
 */
public record Port<T>(
    String name, Class<T> type, Cid order, boolean stored, @Nullable OutputTag<Traced<T>> tag)
    implements Serializable {
  public static final String MAIN = "";
  public static final String REJECTS = "rejects";
}
