package dev.cats.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cats.event.DataInitiativeEvent;
import dev.cats.job.seismology.SampleFeed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.specific.SpecificDatumWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The events of files of each format. */
class EventFileIT {
  private static final Attributes FIELDS =
      Attributes.of(null, null, "key", "station", "at", null, null);

  @TempDir private Path folder;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static List<Entry> entries(EventFile file) throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (file) {
      for (Optional<Entry> each = file.next(); each.isPresent(); each = file.next()) {
        entries.add(each.get());
      }
    }
    return entries;
  }

  private static List<Entry> entries(Path path, Attributes attributes) throws IOException {
    return entries(EventFile.open(path, FileFormat.of(path).orElseThrow(), attributes));
  }

  private static String data(Entry entry) {
    return StandardCharsets.UTF_8.decode(entry.event().getData().duplicate()).toString();
  }

  private static List<String> faults(List<Entry> entries) {
    return entries.stream()
        .filter(entry -> entry.fault().isPresent())
        .map(entry -> entry.place() + ": " + entry.fault().get())
        .toList();
  }

  @Test
  void everyFeatureOfTheSampleFeedIsAnEvent() throws IOException {
    Path feed = SampleFeed.copyTo(folder);
    List<Entry> entries = entries(feed, Attributes.NONE);
    assertThat(entries).hasSize(1707);
    assertThat(faults(entries)).isEmpty();
    DataInitiativeEvent first = entries.get(0).event();
    assertThat(first.getSource()).isEqualTo("usgs-week.geojson");
    assertThat(first.getType()).isEqualTo("org.geojson.feature");
    assertThat(first.getDatacontenttype()).isEqualTo("application/geo+json");
    assertThat(entries).extracting(entry -> entry.event().getId()).doesNotHaveDuplicates();
    assertThat(entries)
        .allSatisfy(
            entry -> {
              assertThat(entry.event().getSubject()).isNotEmpty();
              assertThat(entry.event().getTime()).isNotNull();
            });
    String text = Files.readString(feed);
    assertThat(entries).allMatch(entry -> text.contains(data(entry)));
    assertThat(data(entries.get(0)))
        .contains("\"time\":" + first.getTime().toEpochMilli())
        .contains("\"net\":\"" + first.getSubject() + "\"");
  }

  @Test
  void theFeedCanBeHadInTheOrderOfTime() throws IOException {
    Path feed = SampleFeed.copyTo(folder);
    List<Entry> entries =
        entries(new TimeOrder(EventFile.open(feed, FileFormat.GEOJSON, Attributes.NONE)));
    assertThat(entries).hasSize(1707);
    assertThat(entries)
        .isSortedAccordingTo(Comparator.comparing((Entry entry) -> entry.event().getTime()));
  }

  @Test
  void aFeaturePerLineAndAMalformedOneIsDataToo() throws IOException {
    String good = "{\"type\":\"Feature\",\"id\":\"a\",\"properties\":{\"net\":\"ci\",\"time\":1}}";
    Path feed =
        file(
            "f.geojsonl",
            "\uFEFF" + good + "\r\n\n{\"type\":\"Feature\", what\n" + good.replace("1}", "\"x\"}"));
    List<Entry> entries = entries(feed, Attributes.NONE);
    assertThat(entries).extracting(Entry::place).containsExactly("line 1", "line 3", "line 4");
    assertThat(data(entries.get(0))).isEqualTo(good);
    assertThat(entries.get(0).event().getTime()).isEqualTo(Instant.ofEpochMilli(1));
    assertThat(data(entries.get(1))).isEqualTo("{\"type\":\"Feature\", what");
    assertThat(entries.get(1).event().getId()).isEqualTo("1");
    assertThat(entries.get(1).event().getSubject()).isNull();
    assertThat(faults(entries))
        .satisfiesExactly(
            fault -> assertThat(fault).startsWith("line 3: no JSON: "),
            fault ->
                assertThat(fault)
                    .isEqualTo(
                        "line 4: field properties.time: expected milliseconds since 1970 or a time"
                            + " as 2018-04-05T17:31:00Z, found x"));
  }

  @Test
  void aFeatureWithoutIdNetworkOrTimeIsAnEventAllTheSame() throws IOException {
    Path feed =
        file("f.json", "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\"},7]}");
    List<Entry> entries = entries(feed, Attributes.NONE);
    assertThat(entries.get(0).event().getId()).isEqualTo("0");
    assertThat(entries.get(0).fault()).isEmpty();
    assertThat(faults(entries))
        .containsExactly("feature 1: expected a JSON object, found a number");
    assertThat(data(entries.get(1))).isEqualTo("7");
  }

  @Test
  void linesOfJsonHaveTheAttributesThatWereAskedFor() throws IOException {
    Path file =
        file(
            "my readings.jsonl",
            """
            {"key":"k1","station":"north","at":"2018-04-05T19:31:00.5+02:00","value":1.50}
            {"key":7,"station":"south","at":1522949460500}
            {"key":"k3","at":0}
            """);
    List<Entry> entries =
        entries(
            file, Attributes.of(null, "org.example.reading", "key", "station", "at", "air", "raw"));
    DataInitiativeEvent first = entries.get(0).event();
    assertThat(first.getId()).isEqualTo("k1");
    assertThat(first.getSource()).isEqualTo("my%20readings.jsonl");
    assertThat(first.getType()).isEqualTo("org.example.reading");
    assertThat(first.getSubject()).isEqualTo("north");
    assertThat(first.getTime()).isEqualTo(Instant.parse("2018-04-05T17:31:00.5Z"));
    assertThat(first.getInitiative()).isEqualTo("air");
    assertThat(first.getDataproduct()).isEqualTo("raw");
    assertThat(first.getDatacontenttype()).isEqualTo("application/json");
    assertThat(data(entries.get(0))).endsWith("\"value\":1.50}");
    assertThat(entries.get(1).event().getId()).isEqualTo("7");
    assertThat(entries.get(1).event().getTime()).isEqualTo(first.getTime());
    assertThat(faults(entries)).containsExactly("line 3: field station is not there");
    assertThat(entries.get(2).event().getId()).isEqualTo("k3");
  }

  @Test
  void bytesThatAreNotTextAreSentAsTheyAre() throws IOException {
    Path file = folder.resolve("b.jsonl");
    byte[] bytes = {'{', '"', (byte) 0xff, '\n', '{', '}', '\n'};
    Files.write(file, bytes);
    List<Entry> entries = entries(file, Attributes.NONE);
    assertThat(faults(entries)).containsExactly("line 1: byte 3 of it is not UTF-8 (0xff)");
    assertThat(entries.get(0).event().getData())
        .isEqualTo(ByteBuffer.wrap(Arrays.copyOf(bytes, 3)));
    assertThat(entries.get(1).fault()).isEmpty();
  }

  @Test
  void aRowOfCsvIsAnObjectOfTexts() throws IOException {
    Path file =
        file(
            "r.csv",
            """
            key,station,at,note
            1,north,1522949460500,"a ""b"", c
            d"
            2,south,yesterday,
            3,east

            4,west,0,"no end
            5,west,0,x
            """);
    List<Entry> entries = entries(file, FIELDS);
    assertThat(data(entries.get(0)))
        .isEqualTo(
            "{\"key\":\"1\",\"station\":\"north\",\"at\":\"1522949460500\",\"note\":\"a \\\"b\\\","
                + " c\\nd\"}");
    assertThat(entries.get(0).event().getId()).isEqualTo("1");
    assertThat(entries.get(0).event().getSubject()).isEqualTo("north");
    assertThat(entries.get(0).event().getTime()).isEqualTo(Instant.ofEpochMilli(1522949460500L));
    assertThat(faults(entries))
        .satisfiesExactly(
            fault ->
                assertThat(fault)
                    .startsWith("line 4: field at: expected milliseconds since 1970")
                    .endsWith("found yesterday"),
            fault -> assertThat(fault).isEqualTo("line 5: expected 4 cells, found 2"),
            fault -> assertThat(fault).isEqualTo("line 7: a quotation mark is not closed"));
    assertThat(data(entries.get(2))).isEqualTo("3,east");
    assertThat(data(entries.get(3))).isEqualTo("4,west,0,\"no end\n5,west,0,x");
  }

  @Test
  void aCsvFileWithoutColumnsIsRefused() throws IOException {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> entries(file("d.csv", "a,b,a\n1,2,3\n"), Attributes.NONE))
        .withMessageEndingWith("expected its first line to name each column once, found [a, b, a]");
    assertThat(entries(file("e.csv", ""), Attributes.NONE)).isEmpty();
  }

  @Test
  void eventsInAnAvroFileAreSentAsTheyAre() throws IOException {
    DataInitiativeEvent event =
        DataInitiativeEvent.newBuilder().setId("1").setSource("s").setType("t").build();
    Path file = folder.resolve("e.avro");
    try (DataFileWriter<DataInitiativeEvent> out =
        new DataFileWriter<>(new SpecificDatumWriter<>(DataInitiativeEvent.getClassSchema()))) {
      out.create(DataInitiativeEvent.getClassSchema(), file.toFile());
      out.append(event);
    }
    assertThat(entries(file, Attributes.NONE))
        .containsExactly(new Entry("record 0", event, Optional.empty()));
  }

  private Path records(int count) throws IOException {
    Schema schema =
        new Schema.Parser()
            .parse(
                """
                {"type":"record","name":"Reading","fields":[
                  {"name":"key","type":"int"},{"name":"station","type":["null","string"]},
                  {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
                  {"name":"value","type":"double"}]}
                """);
    Path file = folder.resolve("readings.avro");
    try (DataFileWriter<GenericRecord> out =
        new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(schema))) {
      out.setSyncInterval(64);
      out.create(schema, file.toFile());
      for (int i = 0; i < count; i++) {
        out.append(
            new GenericRecordBuilder(schema)
                .set("key", i)
                .set("station", "s" + i % 3)
                .set("at", 1522949460500L + i)
                .set("value", i / 2.0)
                .build());
      }
    }
    return file;
  }

  @Test
  void otherAvroRecordsBecomeJson() throws IOException {
    List<Entry> entries = entries(records(100), FIELDS);
    assertThat(entries).hasSize(100);
    assertThat(data(entries.get(5)))
        .isEqualTo("{\"key\": 5, \"station\": \"s2\", \"at\": 1522949460505, \"value\": 2.5}");
    assertThat(entries.get(5).event().getId()).isEqualTo("5");
    assertThat(entries.get(5).event().getSubject()).isEqualTo("s2");
    assertThat(entries.get(5).event().getTime()).isEqualTo(Instant.ofEpochMilli(1522949460505L));
  }

  @Test
  void anAvroFileThatWasCutOffIsNotTakenForAWholeOne() throws IOException {
    byte[] whole = Files.readAllBytes(records(100));
    for (int length : new int[] {whole.length - 1, whole.length - 20, whole.length / 2}) {
      Path cut = Files.write(folder.resolve("cut.avro"), Arrays.copyOf(whole, length));
      assertThatExceptionOfType(IOException.class)
          .as(length + " of " + whole.length)
          .isThrownBy(() -> entries(cut, FIELDS))
          .withMessageStartingWith("Cannot read " + cut + " after ")
          .withMessageContaining("it is damaged or was cut off: ");
    }
    whole[whole.length - 1] ^= 0x40; // in the marker that ends a block
    Path damaged = Files.write(folder.resolve("damaged.avro"), whole);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> entries(damaged, FIELDS))
        .withMessageStartingWith("Cannot read " + damaged + " after ")
        .withMessageContaining("Invalid sync!");
  }

  @Test
  void whatCannotBeReadAsAFileSaysWhy() throws IOException {
    Path none = folder.resolve("none.csv");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> entries(none, FIELDS))
        .withMessage("Cannot read " + none + ": there is no such file. Check the path");
    Path noAvro = file("text.avro", "text");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> entries(noAvro, FIELDS))
        .withMessageStartingWith("Cannot read " + noAvro + ": it is no Avro object container file");
    for (FileFormat each : FileFormat.values()) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> EventFile.open(folder, each, FIELDS))
          .withMessage("Cannot read " + folder + ": it is a folder. Name one file in it");
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> EventFile.open(none, each, FIELDS))
          .withMessageContaining("there is no such file");
    }
    Path feed = SampleFeed.copyTo(folder);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> EventFile.follow(feed, FileFormat.GEOJSON, Attributes.NONE, () -> false))
        .withMessageStartingWith("Cannot follow " + feed + ": ");
  }
}
