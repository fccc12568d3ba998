package dev.cats.retention;

import dev.cats.bom.Manifest;
import dev.cats.content.Cid;
import java.time.Instant;

/** Which manifests of a chain are kept: always HEAD, and from there on as far as this says. */
public sealed interface Keep {

  /** Whether the manifest is kept, as the {@code number}th of the chain, newest first, from 1. */
  default boolean keeps(Manifest manifest, long number) {
    return true;
  }

  /** Whether no older ones than this are kept, whatever else is said of them. */
  default boolean isLast(Manifest manifest) {
    return false;
  }

  /** The newest so many. */
  record Newest(long manifests) implements Keep {
    public Newest {
      if (manifests < 1) {
        throw new IllegalArgumentException(
            "Invalid number of manifests to keep: expected 1 or more, found " + manifests);
      }
    }

    @Override
    public boolean keeps(Manifest manifest, long number) {
      return number <= manifests;
    }
  }

  /** Those sealed at this time or later, and HEAD. */
  record Since(Instant time) implements Keep {
    @Override
    public boolean keeps(Manifest manifest, long number) {
      return number == 1 || manifest.sealedAt() >= time.toEpochMilli();
    }
  }

  /** Everything down to this manifest, which must be in the chain. */
  record From(Cid oldest) implements Keep {
    @Override
    public boolean isLast(Manifest manifest) {
      return manifest.cid().equals(oldest);
    }
  }
}
