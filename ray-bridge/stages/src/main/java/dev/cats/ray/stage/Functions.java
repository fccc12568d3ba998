package dev.cats.ray.stage;

import dev.cats.bom.Document;
import dev.cats.bom.Function;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Those that may run here: whose CID, or whose artifact's, the allow-list names. */
final class Functions {
  private static final String JAVA = "java";
  private static final String ROWWISE = "rowwise";

  /** How the records of a batch came together is nothing to the function. */
  private static final Set<String> PARAMS = Set.of(JAVA, ROWWISE, "key", "time", "window");

  private final Blocks blocks = new Blocks();
  private final Set<String> allow;
  private final Map<String, StageCode> loaded = new HashMap<>();

  Functions(List<String> allow) {
    this.allow = Set.copyOf(allow);
  }

  Blocks blocks() {
    return blocks;
  }

  /** The function of this CID, ready to be called; checked and loaded once. */
  synchronized StageCode load(String cid) throws Failure {
    StageCode known = loaded.get(cid);
    if (known == null) {
      known = read(cid);
      loaded.put(cid, known);
    }
    return known;
  }

  private StageCode read(String text) throws Failure {
    Function document;
    try {
      Cid cid = Cid.parse(text);
      document = Document.of(blocks.get(cid)) instanceof Function function ? function : null;
    } catch (DecodeException e) {
      throw bundle(text, e.getMessage());
    }
    if (document == null || !document.runtime().equals(JAVA) || document.artifact().isEmpty()) {
      throw bundle(text, "expected a function of runtime java with an artifact");
    }
    Cid artifact = document.artifact().get();
    if (!allow.contains("*") && !allow.contains(text) && !allow.contains(artifact.toString())) {
      throw new Failure(
          Failure.Kind.REFUSED,
          "Cannot run function %s of artifact %s: the gateway's allow-list names neither"
              .formatted(text, artifact));
    }
    checkParams(text, document.params());
    return StageCode.load(
        document.entrypoint(),
        document.params().containsKey(ROWWISE),
        BundleLoader.of(artifact, blocks));
  }

  private static void checkParams(String function, Map<String, Node> params) throws Failure {
    Set<String> unknown = new TreeSet<>(params.keySet());
    unknown.removeAll(PARAMS);
    if (!unknown.isEmpty()) {
      throw bundle(function, "unknown params " + String.join(", ", unknown));
    }
    int found = Runtime.version().feature();
    String release = params.get(JAVA) instanceof Node.Text text ? text.value() : "";
    if (!release.matches("\\d{1,3}")) {
      throw bundle(function, "expected the release of Java that it needs");
    }
    if (Integer.parseInt(release) > found) {
      throw new Failure(
          Failure.Kind.MISSING,
          "Cannot run function %s: expected Java %s or newer, found %d"
              .formatted(function, release, found));
    }
  }

  private static Failure bundle(String function, String why) {
    return new Failure(Failure.Kind.BUNDLE, "Cannot run function %s: %s".formatted(function, why));
  }
}
