package dev.cats.lot;

import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/** Makes {@link LotOperator}s; they chain to what comes before them. */
final class LotOperatorFactory<IN, OUT> extends AbstractStreamOperatorFactory<Traced<OUT>>
    implements OneInputStreamOperatorFactory<IN, Traced<OUT>> {
  private static final long serialVersionUID = 1L;

  private final LotSpec spec;

  LotOperatorFactory(LotSpec spec) {
    this.spec = spec;
    this.chainingStrategy = ChainingStrategy.ALWAYS;
  }

  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // Flink's signature
  public <T extends StreamOperator<Traced<OUT>>> T createStreamOperator(
      StreamOperatorParameters<Traced<OUT>> parameters) {
    return (T) new LotOperator<IN, OUT>(parameters, spec);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
    return LotOperator.class;
  }
}
