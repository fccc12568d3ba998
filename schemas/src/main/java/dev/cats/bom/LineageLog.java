package dev.cats.bom;

import dev.cats.content.Cid;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * Where an initiative tells others what it has committed, as it commits, so that they can follow it
 * without asking its store again and again.
 */
public interface LineageLog extends Closeable {
  /**
   * Tells of a manifest that HEAD has moved to, after its BOMs; returns when the log has it for
   * good. The same may be told again after a crash, which changes nothing for a reader.
   *
   * @param boms all BOMs that the manifest commits, those on pages included
   */
  void committed(Manifest manifest, List<Cid> boms) throws IOException;
}
