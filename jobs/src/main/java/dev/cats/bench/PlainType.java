package dev.cats.bench;

import dev.cats.lot.RecordType;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/** What the plain side of a comparison writes its records with. */
public enum PlainType {
  /** Flink's own serializer, by fields: what the job would have without provenance. */
  POJO,
  /** The codec of the traced side: what is left is the cost of provenance alone. */
  CODEC;

  TypeInformation<Sample> samples() {
    return switch (this) {
      case POJO -> pojo();
      case CODEC -> RecordType.plain(Sample.class);
    };
  }

  /** By name of the field, since Flink's own analysis leaves Avro's classes to flink-avro. */
  private static TypeInformation<Sample> pojo() {
    Map<String, TypeInformation<?>> fields = new LinkedHashMap<>();
    for (Schema.Field field : Sample.getClassSchema().getFields()) {
      fields.put(
          field.name(),
          switch (field.schema().getType()) {
            case STRING -> Types.STRING;
            case LONG -> Types.LONG;
            case DOUBLE -> Types.DOUBLE;
            default -> throw new IllegalStateException("No Flink type for " + field);
          });
    }
    return Types.POJO(Sample.class, fields);
  }
}
