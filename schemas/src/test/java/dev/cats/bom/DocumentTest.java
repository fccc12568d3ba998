package dev.cats.bom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.DagJson;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class DocumentTest {
  static final List<Document> ALL = List.copyOf(Samples.documents().values());
  private static final Node INT = Node.of(1);
  private static final Node LIST = Node.list();

  @ParameterizedTest
  @FieldSource("ALL")
  void whatIsReadIsWhatWasWritten(Document document) throws DecodeException {
    Document read = Document.of(document.block());
    assertThat(read).isEqualTo(document).hasSameHashCodeAs(document);
    assertThat(read.toNode()).isEqualTo(document.toNode());
    assertThat(read.getClass()).isEqualTo(document.getClass());
    assertThat(read.block()).isSameAs(document.block());
    assertThat(read).hasToString(DagJson.encode(document.toNode()));
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void aFieldThatIsNotKnownIsRefused(Document document) {
    assertThatThrownBy(() -> read(edit(document, body -> body.put("zzz", INT))))
        .isInstanceOf(DecodeException.class)
        .hasMessageStartingWith("Invalid " + document.kind() + ": expected no field but ")
        .hasMessageEndingWith(", found a field \"zzz\"");
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void aFieldThatIsMissingIsRefusedUnlessItIsOptional(Document document) {
    List<String> optional =
        List.of("seed", "output", "artifact", "jar", "image", "infrastructure", "meta", "previous");
    for (String field : body(document).keySet()) {
      if (optional.contains(field) && !(document instanceof Bom && field.equals("output"))) {
        continue;
      }
      assertThatThrownBy(() -> read(edit(document, body -> body.remove(field))))
          .isInstanceOf(DecodeException.class)
          .hasMessage("Invalid %s: expected a field \"%s\", found none", document.kind(), field);
    }
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void aFieldOfAnotherKindIsRefused(Document document) {
    for (String field : body(document).keySet()) {
      assertThatThrownBy(() -> read(edit(document, body -> body.put(field, Node.NULL))))
          .isInstanceOf(DecodeException.class)
          .hasMessageStartingWith("Invalid " + document.kind() + " " + field)
          .hasMessageEndingWith(", found null");
    }
  }

  @Test
  void otherBlocksAreRefused() {
    assertThatThrownBy(() -> Document.of(Samples.LOT))
        .hasMessage(
            "Invalid document %s: expected codec dag-cbor (0x71), found codec 0x55",
            Samples.LOT.cid());
    assertThatThrownBy(() -> read(Node.of("text")))
        .hasMessage("Invalid document: expected a map, found the text \"text\"");
    assertThatThrownBy(() -> read(Node.map().build()))
        .hasMessage("Invalid document: expected a map with one key, its kind, found 0 keys");
    assertThatThrownBy(() -> read(Node.map().put("cats/bom/2", INT).build()))
        .hasMessage(
            "Invalid document: expected one of cats/bom/1, cats/order/1, cats/function/1,"
                + " cats/structure/1, cats/manifest/1, cats/page/1, found \"cats/bom/2\"");
    assertThatThrownBy(() -> Document.of(Block.of(Cid.DAG_CBOR, Bytes.fromHex("a0a0"))))
        .isInstanceOf(DecodeException.class);
    assertThat(Document.isDocument(Samples.BOM.cid())).isTrue();
    assertThat(Document.isDocument(Samples.LOT.cid())).isFalse();
  }

  @Test
  void aBomWhoseLineageDoesNotAddUpIsRefused() {
    Inputs inputs =
        new Inputs(List.of(Samples.document("a")), List.of(new Run(0, 0, 2)), List.of(), List.of());
    assertThatThrownBy(
            () ->
                new Bom(
                    Samples.ORDER.cid(),
                    inputs,
                    new Lineage.Same(),
                    Samples.invoice(3),
                    Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid lineage same: expected 3 input records, found 2");
    refused(
        Samples.BOM,
        body -> body.put("lineage", Node.map().put("same", Node.map().build()).build()),
        "lineage same: expected 3 input records, found 5");
    refused(
        Samples.BOM,
        body -> body.put("lineage", Node.map().put("edges", LIST).build()),
        "lineage edges: expected 3 output records, found 0");
  }

  @Test
  void runsThatBreakOffAreRefused() {
    refusedInputs(
        "runs",
        Node.list(INT, INT),
        "cats/bom/1 inputs.runs: expected triples (bom, first, count), found 2 integers");
    refusedInputs(
        "runs",
        Node.list(Node.of(-1), INT, INT),
        "cats/bom/1 inputs.runs[0]: expected an integer from 0 to 9007199254740991, found the integer -1");
    refusedInputs(
        "runs",
        Node.list(Node.of(5), INT, INT),
        "inputs run 0: expected an index into 2 boms, found 5");
    refusedInputs(
        "runs",
        Node.list(Node.of(0), INT, Node.of(0)),
        "cats/bom/1 inputs.runs[2]: expected an integer from 1 to 9007199254740990, found 0");
    refusedInputs(
        "runs",
        Node.list(Node.of(1L << 32), INT, INT),
        "cats/bom/1 inputs.runs[0]: expected an integer from 0 to 2147483647, found 4294967296");
    refusedInputs(
        "boms",
        Node.list(Node.of("bafy")),
        "cats/bom/1 inputs.boms[0]: expected a link, found the text \"bafy\"");
    refusedInputs(
        "origins",
        Node.list(LIST),
        "cats/bom/1 inputs.origins[0]: expected an origin of system file or kafka, found \"\"");
    refusedInputs(
        "origins",
        Node.list(Node.list(Node.of("kafka"), INT)),
        "cats/bom/1 inputs.origins[0]: expected a tuple (kafka, topic, partition, first, last, count), found a list of 2");
  }

  @Test
  void anInvoiceHasRecordsAndFitsInABlock() {
    assertThatThrownBy(() -> new Invoice(Samples.LOT.cid(), 0, 1))
        .hasMessage(
            "Invalid invoice records: expected an integer from 1 to 9007199254740991, found 0");
    assertThatThrownBy(() -> new Invoice(Samples.LOT.cid(), 1, Block.MAX_SIZE + 1))
        .hasMessage("Invalid invoice bytes: expected an integer from 1 to 1048576, found 1048577");
    assertThat(new Invoice(Samples.LOT.cid(), 1, Block.MAX_SIZE).bytes()).isEqualTo(1048576);
    assertThatThrownBy(() -> new Invoice(Samples.BOM.cid(), 1, 1))
        .hasMessageStartingWith(
            "Invalid invoice data: expected a CIDv1 of codec raw and hash sha2-256");
  }

  @Test
  void anOrderNamesEachStepOnce() {
    Order.Step step = new Order.Step("decode", Samples.FUNCTION.cid());
    assertThatThrownBy(() -> order(List.of(step, step)))
        .hasMessage("Invalid order steps: expected each name once, found \"decode\" again");
    assertThatThrownBy(() -> order(List.of()))
        .hasMessage("Invalid order steps: expected at least one step, found none");
    assertThatThrownBy(() -> new Order.Step(" ", Samples.FUNCTION.cid()))
        .hasMessage("Invalid step name: expected a text that is not blank, found \" \"");
    assertThatThrownBy(() -> new Order.Step("a\nb", Samples.FUNCTION.cid()))
        .hasMessage("Invalid step name: expected a text without control characters, found U+000A");
    assertThatThrownBy(() -> new Order.Step("a\ud800", Samples.FUNCTION.cid()))
        .hasMessage("Invalid step name: expected Unicode text, found a lone surrogate U+D800");
  }

  @Test
  void parametersHoldNoFloats() {
    refused(
        Samples.FUNCTION,
        body -> body.put("params", Node.map().put("b", Node.list(Node.of(1.5))).build()),
        "function params.b[0]: expected no floating-point number (write it as text), found 1.5");
    refused(
        Samples.FUNCTION,
        body -> body.put("params", Node.map().put("b", Node.of(1L << 53)).build()),
        "function params.b: expected an integer from -9007199254740991 to 9007199254740991, found 9007199254740992");
    refused(
        Samples.FUNCTION,
        body -> body.put("determinism", Node.of("mostly")),
        "cats/function/1 determinism: expected bitwise, tolerance or none, found \"mostly\"");
  }

  @Test
  void aStructureTakesMoreUnderMetaOnly() throws DecodeException {
    Node node =
        edit(
            Samples.STRUCTURE,
            body -> body.put("meta", Node.map().put("anything", Node.list(INT)).build()));
    assertThat(((Structure) read(node)).meta()).containsOnlyKeys("anything");
    refused(
        Samples.STRUCTURE,
        body -> body.put("meta", Node.map().build()),
        "cats/structure/1 meta: expected a map that is not empty, or no field, found {}");
    Structure bare =
        Structure.flink(
            new TreeMap<>(), new TreeMap<>(), Optional.empty(), Optional.empty(), Optional.empty());
    assertThat(bare)
        .hasToString(
            "{\"cats/structure/1\":{\"configuration\":{},\"kind\":\"flink\",\"versions\":{}}}");
  }

  @Test
  void aManifestIsSignedOverAllElse() throws DecodeException {
    assertThat(Samples.MANIFEST.signatureValid()).isTrue();
    for (String field : List.of("initiative", "run")) {
      assertThat(manifest(body -> body.put(field, Node.of("x"))).signatureValid()).isFalse();
    }
    for (String field : List.of("checkpoint", "rejected", "sealedAt")) {
      assertThat(manifest(body -> body.put(field, Node.of(99))).signatureValid()).isFalse();
    }
    for (String field : List.of("boms", "pages", "artifacts")) {
      assertThat(manifest(body -> body.put(field, LIST)).signatureValid()).isFalse();
    }
    assertThat(manifest(body -> body.remove("previous")).signatureValid()).isFalse();
    assertThat(
            manifest(body -> body.put("node", Node.of(NodeKey.generate().did()))).signatureValid())
        .isFalse();
    refused(
        Samples.MANIFEST,
        body -> body.put("signature", Node.of(Bytes.EMPTY)),
        "manifest signature: expected 64 bytes, found 0 bytes");
    refused(
        Samples.MANIFEST,
        body -> body.put("node", Node.of("me")),
        "manifest node: expected an Ed25519 did:key (did:key:z6Mk…), found \"me\"");
  }

  @Test
  void aManifestPutsTheBomsOfItsPagesFirst() throws DecodeException {
    List<Cid> boms = new ArrayList<>();
    for (int i = 0; i < 10_001; i++) {
      boms.add(Samples.document("bom " + i));
    }
    assertThat(Page.ofBoms(boms.subList(0, 10_000))).isEmpty();
    List<Page> pages = Page.ofBoms(boms);
    assertThat(pages).hasSize(2);
    Cid last = Samples.document("last");
    Manifest manifest =
        Manifest.signed(
            Samples.KEY,
            "i",
            "r",
            1,
            Optional.empty(),
            List.of(last),
            pages.stream().map(Page::cid).toList(),
            List.of(),
            0,
            0);
    assertThat(manifest.allBoms(pages)).startsWith(boms.get(0)).hasSize(10_002).endsWith(last);
    assertThatThrownBy(() -> manifest.allBoms(List.of()))
        .hasMessageStartingWith("Invalid pages of manifest: expected the linked pages [bafy")
        .hasMessageEndingWith(", found []");
  }

  private static Order order(List<Order.Step> steps) {
    return new Order("i", steps, Samples.STRUCTURE.cid(), Optional.empty());
  }

  private static Manifest manifest(Edit edit) throws DecodeException {
    return (Manifest) read(edit(Samples.MANIFEST, edit));
  }

  private static void refusedInputs(String field, Node value, String message) {
    TreeMap<String, Node> inputs =
        new TreeMap<>(((Node.Map) Samples.BOM.inputs().toNode()).entries());
    inputs.put(field, value);
    refused(Samples.BOM, body -> body.put("inputs", new Node.Map(inputs)), message);
  }

  private static void refused(Document document, Edit edit, String message) {
    assertThatThrownBy(() -> read(edit(document, edit)))
        .isInstanceOf(DecodeException.class)
        .hasMessage(
            "Invalid "
                + message
                + (message.startsWith("cats/") ? "" : " (in " + document.kind() + ")"));
  }

  private static Document read(Node node) throws DecodeException {
    return Document.of(DagCbor.block(node));
  }

  private static Map<String, Node> body(Document document) {
    return ((Node.Map) ((Node.Map) document.toNode()).entries().get(document.kind())).entries();
  }

  /** Changes fields of a document; what it returns is of no interest. */
  private interface Edit {
    Object apply(Map<String, Node> body);
  }

  private static Node edit(Document document, Edit edit) {
    Map<String, Node> body = new TreeMap<>(body(document));
    edit.apply(body);
    return Node.map().put(document.kind(), new Node.Map(body)).build();
  }
}
