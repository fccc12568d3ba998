package dev.cats.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The memory that this process has at one moment.
 *
 * @param records how many records had been read
 * @param heap bytes in use on the heap, after a collection
 * @param resident bytes of memory that the process takes from the system, where that says so
 */
public record Footprint(long records, long heap, OptionalLong resident) {
  private static final Path STATUS = Path.of("/proc/self/status");

  /** Collects what nobody uses, and looks. */
  @SuppressWarnings("GarbageCollection") // what is left after one is what is asked for
  static Footprint now() throws IOException {
    System.gc();
    return new Footprint(
        Meter.records(),
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
        residentNow());
  }

  /** From Linux's {@code VmRSS}, which is in KiB. */
  private static OptionalLong residentNow() throws IOException {
    if (!Files.isReadable(STATUS)) {
      return OptionalLong.empty();
    }
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst();
  }
}
