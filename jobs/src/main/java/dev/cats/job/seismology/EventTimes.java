package dev.cats.job.seismology;

import dev.cats.event.DataInitiativeEvent;
import org.apache.flink.api.common.eventtime.SerializableTimestampAssigner;

/** When what an event tells of happened; of an event without a time, when Kafka took it in. */
public final class EventTimes implements SerializableTimestampAssigner<DataInitiativeEvent> {
  private static final long serialVersionUID = 1L;

  @Override
  public long extractTimestamp(DataInitiativeEvent event, long recordTimestamp) {
    return event.getTime() == null ? recordTimestamp : event.getTime().toEpochMilli();
  }
}
