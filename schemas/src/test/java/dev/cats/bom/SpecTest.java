package dev.cats.bom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DagJson;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The worked bytes and the tables of SPEC.md, and the IPLD schema, are those of the code. */
class SpecTest {
  static final List<String> NAMES = List.copyOf(Samples.documents().keySet());

  private static final Pattern FENCE =
      Pattern.compile(
          "^```(json|cid|hex) (\\w+)\\n(.*?)\\n```$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern STRUCT =
      Pattern.compile("^type (\\w+) struct \\{\\n(.*?)^\\}", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern FIELD =
      Pattern.compile("^  (\\w+) (optional )?\\S", Pattern.MULTILINE);
  private static final Pattern MEMBER =
      Pattern.compile("^  \\| (\\w+) \"(\\S+)\"", Pattern.MULTILINE);

  private static String spec;
  private static String schema;
  private static final Map<String, String> EXAMPLES = new LinkedHashMap<>();

  @BeforeAll
  static void read() throws IOException {
    spec = Files.readString(Path.of(System.getProperty("cats.root"), "schemas", "SPEC.md"));
    Matcher fence = FENCE.matcher(spec);
    while (fence.find()) {
      EXAMPLES.put(fence.group(1) + " " + fence.group(2), fence.group(3));
    }
    try (var in = Bom.class.getResourceAsStream("cats.ipldsch")) {
      schema = Bytes.wrap(in.readAllBytes()).utf8();
    }
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void theWorkedBytesOfADocumentHold(String name) throws DecodeException {
    Block block = block(name, Cid.DAG_CBOR);
    Document document = Document.of(block);
    assertThat(document).isEqualTo(Samples.documents().get(name));
    assertThat(DagJson.pretty(document.toNode()).strip()).isEqualTo(EXAMPLES.get("json " + name));
  }

  @Test
  void theWorkedBytesOfALotHold() throws DecodeException {
    LotReader lot = LotReader.of(block("lot", Cid.RAW));
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < lot.records(); i++) {
      lines.append(lot.json(i)).append('\n');
    }
    assertThat(lines.toString().strip()).isEqualTo(EXAMPLES.get("json lot"));
  }

  @Test
  void thereIsNoExampleThatIsNotChecked() {
    assertThat(EXAMPLES).hasSize(3 * (NAMES.size() + 1));
    assertThat(spec.split("```\\w", -1)).hasSize(1 + EXAMPLES.size());
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void theTablesNameEveryField(String name) {
    Document document = Samples.documents().get(name);
    String section = section("`" + document.kind() + "`");
    for (String field : known(document)) {
      assertThat(section).as(document.kind()).contains("\n| `" + field + "` | ");
    }
  }

  @Test
  void theSchemaNamesTheKinds() {
    assertThat(members("Document").values())
        .containsExactlyInAnyOrder(
            Bom.KIND, Order.KIND, Function.KIND, Structure.KIND, Manifest.KIND, Page.KIND);
    assertThat(members("Lineage").values()).containsExactly("same", "spread", "whole", "edges");
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void theSchemaHasTheFieldsThatAreWritten(String name) {
    Document document = Samples.documents().get(name);
    String type = document.getClass().getSimpleName();
    assertThat(members("Document")).containsEntry(type, document.kind());
    assertThat(fields(type).keySet()).containsExactlyElementsOf(known(document));
    Map<String, ?> written = ((Node.Map) ((Written) document).body()).entries();
    assertThat(new TreeSet<>(known(document))).containsAll(written.keySet());
    fields(type)
        .forEach(
            (field, optional) ->
                assertThat(optional || written.containsKey(field)).as(type + "." + field).isTrue());
  }

  @Test
  void theSchemaHasTheFieldsOfWhatIsInside() {
    assertThat(fields("Inputs").keySet()).containsExactlyElementsOf(Inputs.FIELDS);
    assertThat(fields("Step").keySet()).containsExactlyElementsOf(Order.Step.FIELDS);
    assertThat(fields("Invoice").keySet()).containsExactly("data", "records", "bytes");
    assertThat(fields("File").keySet()).containsExactly("system", "name", "file", "first", "count");
    assertThat(fields("Kafka").keySet())
        .containsExactly("system", "topic", "partition", "first", "last", "count");
  }

  private static Block block(String name, int codec) {
    Bytes bytes = Bytes.fromHex(EXAMPLES.get("hex " + name).replace("\n", ""));
    Block block = Block.of(codec, bytes);
    assertThat(block.cid()).hasToString(EXAMPLES.get("cid " + name));
    return block;
  }

  private static String section(String title) {
    Matcher section =
        Pattern.compile(
                "^## [^\\n]*" + Pattern.quote(title) + ".*?(?=^## |\\z)",
                Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(spec);
    assertThat(section.find()).as("section %s", title).isTrue();
    return section.group();
  }

  private static List<String> known(Document document) {
    if (document instanceof Bom) {
      return Bom.FIELDS;
    } else if (document instanceof Order) {
      return Order.FIELDS;
    } else if (document instanceof Function) {
      return Function.FIELDS;
    } else if (document instanceof Structure) {
      return Structure.FIELDS;
    } else if (document instanceof Manifest) {
      return Manifest.FIELDS;
    }
    return Page.FIELDS;
  }

  /** The fields of a struct in order, and whether each is optional. */
  private static Map<String, Boolean> fields(String type) {
    Matcher struct = STRUCT.matcher(schema);
    while (struct.find()) {
      if (struct.group(1).equals(type)) {
        Map<String, Boolean> fields = new LinkedHashMap<>();
        Matcher field = FIELD.matcher(struct.group(2));
        while (field.find()) {
          fields.put(field.group(1), field.group(2) != null);
        }
        return fields;
      }
    }
    throw new AssertionError("No struct " + type + " in cats.ipldsch");
  }

  private static Map<String, String> members(String union) {
    String text = schema.substring(schema.indexOf("type " + union + " union {"));
    Matcher member = MEMBER.matcher(text.substring(0, text.indexOf('}')));
    Map<String, String> members = new LinkedHashMap<>();
    while (member.find()) {
      members.put(member.group(1), member.group(2));
    }
    return members;
  }
}
