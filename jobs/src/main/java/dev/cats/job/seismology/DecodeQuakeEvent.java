package dev.cats.job.seismology;

import dev.cats.event.DataInitiativeEvent;
import dev.cats.step.Output;
import dev.cats.step.Step;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * An event whose data is the text of a GeoJSON feature to {@link Quake}. What is no quake is
 * rejected under the rule it broke, as by {@link DecodeQuake}.
 */
public final class DecodeQuakeEvent implements Step<DataInitiativeEvent, Quake> {
  private static final long serialVersionUID = 1L;

  @Override
  public void apply(DataInitiativeEvent event, Output<Quake> out) {
    ByteBuffer data = event.getData();
    if (data == null) {
      out.reject("no-data", "Invalid event " + event.getId() + ": it has no data");
      return;
    }
    Quake quake;
    try {
      CharBuffer feature = StandardCharsets.UTF_8.newDecoder().decode(data.duplicate());
      quake = QuakeParser.parse(feature.toString());
    } catch (CharacterCodingException e) {
      out.reject("malformed", "Invalid data of event " + event.getId() + ": expected UTF-8");
      return;
    } catch (NotAQuake e) {
      out.reject(e.rule(), e.getMessage());
      return;
    }
    out.collect(quake);
  }
}
