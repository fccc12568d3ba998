package dev.cats.ray.stage;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cats.stage.Records;
import io.ray.api.ObjectRef;
import io.ray.api.Ray;
import io.ray.api.exception.RayException;
import io.ray.api.exception.RayTimeoutException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A call of a function as a task of Ray's. In LOCAL mode a task runs in this process, so it finds
 * what was loaded here; what goes in and comes out are bytes, as they could go to any other.
 */
final class StageTask {
  /** A function that was interrupted is given this long to end. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private static final long PIECE_MILLIS = 20;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final AtomicLong CALLS = new AtomicLong();

  /** Guarded by itself, so that nobody interrupts a thread that has gone on to something else. */
  private static final Map<Long, Thread> RUNNING = new HashMap<>();

  private static volatile Functions functions;

  private StageTask() {}

  /** What came of it: what to say beside the records, and whether the function still runs. */
  record Outcome(ObjectNode said, Records records, boolean isStuck) {}

  static void serve(Functions all) {
    functions = all;
  }

  static Functions functions() {
    return functions;
  }

  /** Calls a function, and does not wait for it longer than it may take. */
  static Outcome call(String function, Records batch, long timeoutMillis) {
    long id = CALLS.incrementAndGet();
    ObjectRef<byte[]> in = Ray.put(encoded(batch));
    ObjectRef<byte[]> out = Ray.task(StageTask::run, id, function, in).remote();
    try {
      return outcome(within(timeoutMillis, out));
    } catch (RayTimeoutException e) {
      return late(id, out, timeoutMillis);
    } catch (RayException e) {
      ObjectNode said = JSON.createObjectNode();
      new Failure(Failure.Kind.RAISED, e.toString(), StageCode.traceback(e)).writeTo(said);
      return new Outcome(said, Records.NONE, false);
    } finally {
      Ray.internal().free(List.of(in, out), true);
    }
  }

  /**
   * Ray counts each of its pauses as a millisecond, which takes longer; so this looks at a clock.
   */
  private static byte[] within(long millis, ObjectRef<byte[]> answer) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (true) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      try {
        return answer.get(Math.max(1, Math.min(PIECE_MILLIS, left)));
      } catch (RayTimeoutException e) {
        if (System.nanoTime() - end >= 0) {
          throw e;
        }
      }
    }
  }

  private static Outcome late(long id, ObjectRef<byte[]> out, long timeoutMillis) {
    String where = interrupted(id);
    boolean stuck;
    try {
      var unused = within(GRACE.toMillis(), out);
      stuck = false;
    } catch (RayTimeoutException e) {
      stuck = true;
    } catch (RayException e) {
      stuck = false; // it ended, if not as it should
    }
    ObjectNode said = JSON.createObjectNode();
    new Failure(
            Failure.Kind.TIMEOUT,
            "the function did not return within %d ms".formatted(timeoutMillis),
            where)
        .writeTo(said);
    return new Outcome(said, Records.NONE, stuck);
  }

  /** Interrupts a call, if it is still there, and tells where it stood. */
  private static String interrupted(long id) {
    StringBuilder where = new StringBuilder("It stood at\n");
    synchronized (RUNNING) {
      Thread thread = RUNNING.get(id);
      if (thread != null) {
        for (StackTraceElement each : thread.getStackTrace()) {
          where.append("\tat ").append(each).append('\n');
        }
        thread.interrupt();
      }
    }
    return where.toString();
  }

  /** What Ray runs. */
  static byte[] run(long id, String function, byte[] batch) {
    Thread thread = Thread.currentThread();
    ObjectNode said = JSON.createObjectNode();
    Records records = Records.NONE;
    CallLog log = CallLog.begin();
    synchronized (RUNNING) {
      RUNNING.put(id, thread);
    }
    long start = System.nanoTime();
    try {
      records = functions.load(function).call(decoded(ByteBuffer.wrap(batch)));
      said.put("nanos", System.nanoTime() - start);
    } catch (Failure e) {
      e.writeTo(said);
    } finally {
      synchronized (RUNNING) {
        RUNNING.remove(id);
        var unused = Thread.interrupted(); // it is Ray's thread, and somebody else's next
      }
    }
    ArrayNode lines = said.putArray("log");
    log.end().forEach(line -> lines.addArray().add(line.level()).add(line.text()));
    return encoded(said, records);
  }

  private static byte[] encoded(ObjectNode said, Records records) {
    try {
      byte[] head = JSON.writeValueAsBytes(said);
      byte[] body = encoded(records);
      return ByteBuffer.allocate(Integer.BYTES + head.length + body.length)
          .putInt(head.length)
          .put(head)
          .put(body)
          .array();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Outcome outcome(byte[] answer) {
    ByteBuffer buffer = ByteBuffer.wrap(answer);
    byte[] head = new byte[buffer.getInt()];
    buffer.get(head);
    try {
      return new Outcome((ObjectNode) JSON.readTree(head), decoded(buffer), false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] encoded(Records records) {
    ByteBuffer buffer =
        ByteBuffer.allocate(Integer.BYTES * (1 + records.count()) + records.size())
            .putInt(records.count());
    for (int end : records.ends()) {
      buffer.putInt(end);
    }
    return buffer.put(records.bytes(), 0, records.size()).array();
  }

  private static Records decoded(ByteBuffer buffer) {
    int[] ends = new int[buffer.getInt()];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = buffer.getInt();
    }
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return new Records(bytes, ends);
  }
}
