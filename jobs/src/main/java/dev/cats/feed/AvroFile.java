package dev.cats.feed;

import dev.cats.event.DataInitiativeEvent;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DatumReader;
import org.apache.avro.specific.SpecificDatumReader;

/**
 * The records of an Avro object container file. Those that are events are sent as they are; others
 * become JSON.
 */
final class AvroFile implements EventFile {
  private static final Schema OURS = DataInitiativeEvent.getClassSchema();

  private final Path path;
  private final DataFileReader<GenericRecord> records;
  private final EventMaker maker;
  private long index;

  private AvroFile(Path path, DataFileReader<GenericRecord> records, EventMaker maker) {
    this.path = path;
    this.records = records;
    this.maker = maker;
  }

  static AvroFile open(Path path, EventMaker maker) throws IOException {
    try {
      return new AvroFile(path, new DataFileReader<>(path.toFile(), new Reader()), maker);
    } catch (FileNotFoundException e) {
      throw new NoSuchFileException(path.toString());
    } catch (IOException | AvroRuntimeException e) {
      throw new IOException(
          "Cannot read " + path + ": it is no Avro object container file: " + e.getMessage(), e);
    }
  }

  /** Reads events as events and other records as they are; which, the file's header decides. */
  private static final class Reader implements DatumReader<GenericRecord> {
    private DatumReader<? extends GenericRecord> reader;

    @Override
    public void setSchema(Schema schema) {
      boolean events =
          schema.getFullName().equals(OURS.getFullName())
              && SchemaCompatibility.checkReaderWriterCompatibility(OURS, schema).getType()
                  == SchemaCompatibilityType.COMPATIBLE;
      reader =
          events
              ? new SpecificDatumReader<DataInitiativeEvent>(schema, OURS)
              : new GenericDatumReader<GenericRecord>(schema, schema, new GenericData());
    }

    @Override
    public GenericRecord read(GenericRecord reuse, org.apache.avro.io.Decoder in)
        throws IOException {
      return reader.read(null, in);
    }
  }

  @Override
  public Optional<Entry> next() throws IOException {
    try {
      if (!records.hasNext()) {
        checkEnd();
        return Optional.empty();
      }
      GenericRecord record = records.next();
      String place = "record " + index++;
      return Optional.of(
          record instanceof DataInitiativeEvent event
              ? new Entry(place, event, Optional.empty())
              : entry(place, record));
    } catch (RuntimeException e) { // of Avro, for a damaged block
      throw cannotGoOn(e.getMessage(), e);
    }
  }

  /** Avro takes a block that was cut off for the end of the file. */
  private void checkEnd() throws IOException {
    long last = records.previousSync();
    long size = Files.size(path);
    if (last != size) {
      throw cannotGoOn("its last whole block ends at byte %d of %d".formatted(last, size), null);
    }
  }

  private IOException cannotGoOn(String why, Exception cause) {
    return new IOException(
        "Cannot read %s after %d records: it is damaged or was cut off: %s. Fetch it again"
            .formatted(path, index, why),
        cause);
  }

  private Entry entry(String place, GenericRecord record) {
    ByteBuffer data =
        ByteBuffer.wrap(new GenericData().toString(record).getBytes(StandardCharsets.UTF_8));
    Map<String, String> fields = new HashMap<>();
    for (String name : maker.fields()) {
      Object value = record;
      for (String part : name.split("\\.")) {
        value =
            value instanceof GenericRecord inner && inner.getSchema().getField(part) != null
                ? inner.get(part)
                : null;
      }
      if (value != null) {
        fields.put(name, value.toString());
      }
    }
    return maker.entry(place, fields, data);
  }

  @Override
  public void close() throws IOException {
    records.close();
  }
}
