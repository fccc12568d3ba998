package dev.cats.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.event.Arrival;
import dev.cats.event.Position;
import dev.cats.job.seismology.BundledFeed;
import dev.cats.job.seismology.SampleFeed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedSourceIT {
  private static final String THREE =
      "{\"type\":\"FeatureCollection\",\"features\":[{\"p\":\"é\"},\n{\"a\":[]} , null]}";

  @TempDir Path folder;

  @Test
  void everyFeatureArrivesOnceWithItsPlaceInTheContent() throws Exception {
    FeedSource source = source(SampleFeed.copyTo(folder));
    assertThat(source.features()).isEqualTo(1707);
    FeedReader reader = reader(source);
    List<Arrival<String>> arrivals = drain(reader, new FeedSplit(source.content(), 0, 0));
    assertThat(arrivals)
        .extracting(arrival -> ((Arrival.Accepted<String>) arrival).value())
        .isEqualTo(BundledFeed.features());
    for (int i = 0; i < arrivals.size(); i++) {
      assertThat(arrivals.get(i).position())
          .isEqualTo(new Position.FileRecord("usgs-week.geojson", source.content(), i));
    }
    assertThat(reader.snapshotState(1)).isEmpty();
  }

  @Test
  void theContentIsNamedAsIpfsNamesIt() throws IOException {
    // two chunks of 1 MiB and a node over them, worked out without this project
    assertThat(source(SampleFeed.copyTo(folder)).content())
        .hasToString("bafybeigqfs7kam7b3xkl5463c3vy5kazdzhf2f33rngssmvcvsyr5rnesu");
    // one chunk of 1 MiB or less is a raw block
    FeedSource source = source(file("x.geojson", THREE));
    assertThat(source.content()).isEqualTo(Cid.sha256(Cid.RAW, Bytes.utf8(THREE)));
  }

  @Test
  void aReaderGoesOnFromAnyCheckpoint() throws Exception {
    for (FeedSource source :
        List.of(
            source(file("x.geojson", THREE)),
            source(file("x.ndjson", "{\"p\":\"é\"}\r\n\n1\n2")),
            FeedSource.ofRows(flink(file("x.csv", "p,é\r\n\n1,é\n2,\n3,\"z\""))))) {
      for (int stop = 0; stop <= 3; stop++) {
        FeedReader first = reader(source);
        first.addSplits(List.of(new FeedSplit(source.content(), 0, 0)));
        FeedContexts.Collected<Arrival<String>> out = new FeedContexts.Collected<>();
        for (int i = 0; i < stop; i++) {
          assertThat(first.pollNext(out)).isEqualTo(InputStatus.MORE_AVAILABLE);
        }
        byte[] state = FeedState.SPLIT.serialize(first.snapshotState(1).get(0));
        first.close();
        List<Arrival<String>> all = new ArrayList<>(out.records);
        all.addAll(drain(reader(source), FeedState.SPLIT.deserialize(1, state)));
        assertThat(all)
            .as("%s stopped after %d", source.getLineageVertex().datasets().get(0).name(), stop)
            .isEqualTo(drain(reader(source), new FeedSplit(source.content(), 0, 0)));
        assertThat(all).hasSize(3);
      }
    }
  }

  @Test
  void aReaderWithoutASplitWaitsUntilItIsToldThereIsNone() throws Exception {
    FeedContexts.Reader context = new FeedContexts.Reader();
    FeedReader reader = (FeedReader) source(file("x.geojson", THREE)).createReader(context);
    reader.start();
    assertThat(context.requests).isEqualTo(1);
    var out = new FeedContexts.Collected<Arrival<String>>();
    assertThat(reader.pollNext(out)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
    var news = reader.isAvailable();
    assertThat(news).isNotDone();
    reader.notifyNoMoreSplits();
    assertThat(news).isDone();
    assertThat(reader.pollNext(out)).isEqualTo(InputStatus.END_OF_INPUT);
    assertThat(out.records).isEmpty();
  }

  @Test
  void aSourceTravelsToTheClusterWhole() throws Exception {
    FeedSource source = source(file("x.geojson", THREE));
    FeedSource there = InstantiationUtil.clone(source);
    assertThat(drain(reader(there), new FeedSplit(source.content(), 0, 0))).hasSize(3);
    assertThat(there.getLineageVertex().datasets().get(0).name())
        .isEqualTo(folder.resolve("x.geojson").toString());
  }

  @Test
  void aMissingFileIsNamed() {
    refuses(folder.resolve("none.geojson"), "there is no such file. Check the path");
  }

  @Test
  void aFolderIsNamed() {
    refuses(folder, "it is a folder. Name one file in it");
  }

  @Test
  void anEmptyFileIsNamed() throws IOException {
    refuses(file("x.geojson", ""), "it is empty. Expected a GeoJSON FeatureCollection");
    refuses(file("x.ndjson", ""), "it is empty. Expected a GeoJSON feature per line");
  }

  @Test
  void aFileThatIsCutOffIsRefusedBeforeTheJobStarts() throws IOException {
    refuses(
        file("x.geojson", THREE.substring(0, THREE.length() - 2)),
        "it ends at byte 67 in the middle, where ',' or ']' after feature 2 should be: the file was"
            + " cut off, or a bracket or quotation mark is missing. The last feature that starts"
            + " before it does so at byte 63. Fetch the file again");
  }

  @Test
  void anUnknownFileSystemIsNamed() {
    assertThatThrownBy(() -> FeedSource.of(new org.apache.flink.core.fs.Path("nofs://x/y.geojson")))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(
            "Cannot read feed nofs://x/y.geojson: Could not find a file system implementation for"
                + " scheme 'nofs'");
  }

  @Test
  void aFileThatChangesBeforeItIsReadIsRefused() throws Exception {
    Path file = file("x.geojson", THREE);
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
    FeedSource source = source(file);
    Files.setLastModifiedTime(file, FileTime.fromMillis(62_000));
    assertThatThrownBy(() -> drain(reader(source), new FeedSplit(source.content(), 0, 0)))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "Cannot read feed "
                + file
                + ": it has changed since the job was submitted, when it had 69 bytes of"
                + " 1970-01-01T00:00:01Z; now it has 69 of 1970-01-01T00:01:02Z. Submit the job"
                + " again to read it as it is now");
  }

  @Test
  void aFileThatChangesWhileItIsReadIsRefusedAtItsEnd() throws Exception {
    Path file = file("x.geojson", THREE);
    FeedSource source = source(file);
    FeedReader reader = reader(source);
    reader.addSplits(List.of(new FeedSplit(source.content(), 0, 0)));
    FeedContexts.Collected<Arrival<String>> out = new FeedContexts.Collected<>();
    reader.pollNext(out);
    Files.writeString(file, THREE + " ");
    reader.pollNext(out);
    reader.pollNext(out);
    assertThatThrownBy(() -> reader.pollNext(out))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("it has changed since the job was submitted, when it had 69 bytes");
    reader.close();
  }

  @Test
  void anotherFilesCheckpointIsRefused() throws Exception {
    FeedSource one = source(file("x.geojson", THREE));
    FeedSource other = source(file("x.geojson", THREE.replace("é", "è")));
    FeedContexts.Enumerator context = new FeedContexts.Enumerator();
    FeedProgress progress = one.createEnumerator(context).snapshotState(1);
    one.restoreEnumerator(context, progress).close();
    assertThatThrownBy(() -> other.restoreEnumerator(context, progress))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "Cannot go on reading feed "
                + folder.resolve("x.geojson")
                + ": the checkpoint was taken in a file with other content\n  expected  "
                + one.content()
                + "\n  found     "
                + other.content()
                + "\nStart from the file that the job was started with, or without the checkpoint");
  }

  @Test
  void theBundledFeedIsCopiedOnceAndMendedWhenItIsNot() throws IOException {
    Path file = SampleFeed.copyTo(folder.resolve("new"));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
    SampleFeed.copyTo(folder.resolve("new"));
    assertThat(Files.getLastModifiedTime(file).toMillis()).isEqualTo(1_000);
    Files.writeString(file, "something else");
    SampleFeed.copyTo(folder.resolve("new"));
    assertThat(new ByteArrayInputStream(Files.readAllBytes(file)))
        .hasSameContentAs(BundledFeed.open());
    assertThat(folder.resolve("new")).isDirectoryContaining(p -> p.equals(file));
    assertThat(folder.resolve("new").toFile().list()).containsExactly("usgs-week.geojson");
  }

  private static void refuses(Path file, String why) {
    assertThatThrownBy(() -> source(file))
        .isInstanceOf(InputException.class)
        .hasMessage("Cannot read feed " + file + ": " + why);
  }

  private Path file(String name, String text) throws IOException {
    return Files.write(folder.resolve(name), text.getBytes(UTF_8));
  }

  private static FeedSource source(Path file) throws IOException {
    return FeedSource.of(flink(file));
  }

  private static org.apache.flink.core.fs.Path flink(Path file) {
    return new org.apache.flink.core.fs.Path(file.toUri());
  }

  private static FeedReader reader(FeedSource source) {
    return (FeedReader) source.createReader(new FeedContexts.Reader());
  }

  private static List<Arrival<String>> drain(FeedReader reader, FeedSplit from) throws IOException {
    reader.addSplits(List.of(from));
    reader.notifyNoMoreSplits();
    FeedContexts.Collected<Arrival<String>> out = new FeedContexts.Collected<>();
    try (reader) {
      while (reader.pollNext(out) == InputStatus.MORE_AVAILABLE) {
        assertThat(reader.isAvailable()).isDone();
      }
    }
    return out.records;
  }
}
