package dev.cats.feed;

import dev.cats.content.Cid;
import dev.cats.event.Arrival;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.lineage.LineageDataset;
import org.apache.flink.streaming.api.lineage.LineageDatasetFacet;
import org.apache.flink.streaming.api.lineage.LineageVertexProvider;
import org.apache.flink.streaming.api.lineage.SourceLineageVertex;

/**
 * The features of one file of the USGS feed, or the rows of one of CSV, each as the very text that
 * stands in the file and with its place in the file's content: file name, UnixFS CID, index from 0.
 * The file is a GeoJSON FeatureCollection of any size, or, named {@code .geojsonl}, {@code .ndjson}
 * or {@code .jsonl}, a feature per line.
 *
 * <p>What is wrong with the file as a file (not there, a folder, empty, no FeatureCollection, cut
 * off) is an {@link InputException} of {@link #of}, before a job is started. When the file changes
 * after that, reading fails with one, for positions would name content that is no longer there.
 * What is wrong inside a feature is not the source's business.
 *
 * <p>Exactly once: the state is the index and the byte offset of the next feature and the CID of
 * the content, so a restored reader goes on there without reading the file again, and refuses
 * another file. Flink's own FileSource was not taken because it tells a format neither the file's
 * name nor which record it is at, and finds its way back by reading again from the start.
 *
 * <p>A source with more than one subtask reads in one of them.
 */
public final class FeedSource
    implements Source<Arrival<String>, FeedSplit, FeedProgress>, LineageVertexProvider {
  private static final long serialVersionUID = 1L;

  private final FeedFile file;

  private FeedSource(FeedFile file) {
    this.file = file;
  }

  /**
   * A source of the features in a file on any file system that Flink knows. The whole file is read
   * here, to see that it is whole and to name its content.
   */
  public static FeedSource of(Path path) throws IOException {
    return new FeedSource(FeedFile.of(path));
  }

  /**
   * A source of the rows of a file of CSV, each as the line that it is. The first line names the
   * columns, see {@link #header}, and is no record.
   */
  public static FeedSource ofRows(Path path) throws IOException {
    return new FeedSource(FeedFile.of(path, Frame.ROWS));
  }

  /** The line that names the columns of {@linkplain #ofRows rows}; of features there is none. */
  public Optional<String> header() {
    return Optional.ofNullable(file.header());
  }

  /** The CID of the file's content (UnixFS). */
  public Cid content() {
    return file.content();
  }

  /** How many features the file holds, each of which will be one record. */
  public long features() {
    return file.features();
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public SplitEnumerator<FeedSplit, FeedProgress> createEnumerator(
      SplitEnumeratorContext<FeedSplit> context) {
    FeedSplit all = new FeedSplit(file.content(), 0, 0);
    return new FeedEnumerator(context, new FeedProgress(file.content(), Optional.of(all)));
  }

  @Override
  public SplitEnumerator<FeedSplit, FeedProgress> restoreEnumerator(
      SplitEnumeratorContext<FeedSplit> context, FeedProgress progress) throws IOException {
    file.checkIsThatOf(progress.file());
    return new FeedEnumerator(context, progress);
  }

  @Override
  public SourceReader<Arrival<String>, FeedSplit> createReader(SourceReaderContext context) {
    return new FeedReader(context, file);
  }

  @Override
  public SimpleVersionedSerializer<FeedSplit> getSplitSerializer() {
    return FeedState.SPLIT;
  }

  @Override
  public SimpleVersionedSerializer<FeedProgress> getEnumeratorCheckpointSerializer() {
    return FeedState.PROGRESS;
  }

  /** The file, for whoever asks Flink where a job's data comes from. */
  @Override
  public SourceLineageVertex getLineageVertex() {
    return new Vertex(List.of(new Dataset(file.shown(), file.path().toUri().getScheme())));
  }

  private record Vertex(List<LineageDataset> datasets) implements SourceLineageVertex {
    @Override
    public Boundedness boundedness() {
      return Boundedness.BOUNDED;
    }
  }

  private record Dataset(String name, String namespace) implements LineageDataset {
    @Override
    public Map<String, LineageDatasetFacet> facets() {
      return Map.of();
    }
  }
}
