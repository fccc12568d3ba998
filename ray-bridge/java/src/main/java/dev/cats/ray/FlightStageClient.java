package dev.cats.ray;

import dev.cats.stage.Records;
import dev.cats.stage.StageBatch;
import dev.cats.stage.StageClient;
import dev.cats.stage.StageException;
import dev.cats.stage.StageMonitor;
import dev.cats.stage.StageSettings;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the batches of one subtask to one worker, several at a time on one stream. When the worker
 * goes away, what it has not answered goes to the next of the pool, or to the same when it is back:
 * for as long as the settings are patient, and not if worker after worker ends over the same batch.
 */
final class FlightStageClient implements StageClient {
  private static final Logger LOG = LoggerFactory.getLogger(FlightStageClient.class);

  /** How often a worker may end while it works on one batch, before the batch is to blame. */
  private static final int MAX_ENDS = 3;

  /** How long until it is looked again whether a worker takes more. */
  private static final long LOOK_MILLIS = 1;

  /** How long the end of a stream is waited for that has nothing left to say. */
  private static final long LAST_ANSWER_MILLIS = 500;

  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LAST_PAUSE_MILLIS = 2_000;

  /** A worker ends a call that takes too long by itself; it is given this long to do so. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final StageSettings settings;
  private final boolean rowwise;
  private final StageMonitor monitor;
  private final Workers workers;
  private final ArrowRecords inputs;
  private final ArrowRecords outputs;
  private final BufferAllocator allocator = new RootAllocator();
  private final ScheduledExecutorService openings;
  private final Thread sender;

  /** Not sent yet, or to be sent again. */
  private final Deque<Call> waiting = new ArrayDeque<>();

  /** Sent to the worker of the session at hand, in order; it works on the first. */
  private final Deque<Call> sent = new ArrayDeque<>();

  /** When the worker can have begun with the first of them. */
  private long workingSince;

  /** Why the session at hand is over; null while it is not. */
  private Exception broken;

  private boolean closed;

  /** Whether this side ended the session, since an answer was overdue. */
  private boolean gaveUp;

  /** Whom to try next: another one than last time, where there are several. */
  private int turn;

  /** The one that is open or being opened. */
  private volatile FlightSession session;

  private static final class Call {
    final StageBatch batch;
    final CompletableFuture<Records> answer = new CompletableFuture<>();
    int ends;

    Call(StageBatch batch) {
      this.batch = batch;
    }
  }

  private FlightStageClient(StageSettings settings, boolean rowwise, StageMonitor monitor) {
    this.settings = settings;
    this.rowwise = rowwise;
    this.monitor = monitor;
    this.workers = new Workers(settings.step(), settings.options());
    this.inputs = new ArrowRecords(settings.input());
    this.outputs = new ArrowRecords(settings.output());
    String name = "stage-" + settings.step() + "-" + settings.subtask();
    this.openings =
        Executors.newSingleThreadScheduledExecutor(task -> daemon(task, name + "-openings"));
    this.sender = daemon(this::run, name);
  }

  static StageClient open(StageSettings settings, boolean rowwise, StageMonitor monitor) {
    FlightStageClient client = new FlightStageClient(settings, rowwise, monitor);
    client.sender.start();
    return client;
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public synchronized CompletableFuture<Records> call(StageBatch batch) {
    Call call = new Call(batch);
    waiting.add(call);
    notifyAll();
    return call.answer;
  }

  private void run() {
    try {
      while (awaitWork()) {
        Optional<FlightSession> connected = connect();
        if (connected.isPresent()) {
          converse(connected.get());
        }
      }
    } catch (InterruptedException e) {
      // closed
    } catch (RuntimeException | Error e) {
      failAll(new StageException(StageException.Kind.AWAY, "its client failed: " + e, e));
      throw e;
    }
  }

  private synchronized boolean awaitWork() throws InterruptedException {
    while (waiting.isEmpty() && !closed) {
      wait();
    }
    return !closed;
  }

  /** Finds a worker that runs the function, or fails what waits. */
  private Optional<FlightSession> connect() throws InterruptedException {
    long since = System.nanoTime();
    long pause = FIRST_PAUSE_MILLIS;
    for (int attempt = 0; ; attempt++) {
      session = null;
      String where = "the pool";
      Exception failure;
      try {
        URI worker = workers.choose(settings.subtask(), turn);
        where = worker.toString();
        FlightSession opening = new FlightSession(worker, settings, inputs, outputs, allocator);
        session = opening;
        openWithin(opening);
        if (turn > 0) {
          LOG.warn("Step {} goes on at {}", settings.step(), where);
          monitor.reconnected();
        }
        return Optional.of(opening);
      } catch (StageException e) {
        close(session);
        failAll(e);
        return Optional.empty();
      } catch (IOException | FlightRuntimeException e) {
        close(session);
        failure = e;
      } catch (RuntimeException e) {
        close(session);
        pause(0); // ends this thread quietly if that is what ended the wait
        throw e;
      }
      turn++;
      if (System.nanoTime() - since >= settings.patience().toNanos()) {
        failAll(
            new StageException(
                StageException.Kind.AWAY,
                "Cannot run step "
                    + settings.step()
                    + ": no worker took it for "
                    + settings.patience().toSeconds()
                    + " s; at last "
                    + where
                    + ": "
                    + failure.getMessage(),
                failure));
        return Optional.empty();
      }
      if (attempt == 0) {
        LOG.warn(
            "Step {} waits for a worker: {}: {}", settings.step(), where, failure.getMessage());
      }
      pause(pause);
      pause = Math.min(LAST_PAUSE_MILLIS, 2 * pause);
    }
  }

  /** Importing a function may take as long as a call of it. */
  private void openWithin(FlightSession session) throws IOException, StageException {
    Future<?> end =
        openings.schedule(
            () -> session.cancel("it does not open"),
            settings.timeout().plus(GRACE).toMillis(),
            TimeUnit.MILLISECONDS);
    try {
      session.open(rowwise);
    } finally {
      end.cancel(false);
    }
  }

  private synchronized void pause(long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (!closed && System.nanoTime() < end) {
      TimeUnit.NANOSECONDS.timedWait(this, end - System.nanoTime());
    }
    if (closed) {
      throw new InterruptedException();
    }
  }

  /** Sends and receives until the session is over, and takes back what was not answered. */
  private void converse(FlightSession open) throws InterruptedException {
    Thread receiver = daemon(() -> receive(open), sender.getName() + "-answers");
    synchronized (this) {
      broken = null;
      gaveUp = false;
    }
    receiver.start();
    try {
      for (Call call = next(open); call != null; call = next(open)) {
        if (filled(open, call)) {
          sent(call);
          monitor.sent(open.send(call.batch));
        }
      }
      if (isDone()) {
        open.complete();
        receiver.join(LAST_ANSWER_MILLIS);
      }
    } catch (IOException | RuntimeException e) {
      over(e);
    } finally {
      open.cancel("over");
      boolean interrupted = joined(receiver);
      close(open);
      takeBack();
      turn++;
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Whether this client was closed with nothing left to wait for. */
  private synchronized boolean isDone() {
    return closed && broken == null && sent.isEmpty();
  }

  /** Waits for its end whatever comes; whether somebody wanted to end the waiting. */
  private static boolean joined(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    return interrupted;
  }

  /** The next batch to send; null when the session is over. */
  private synchronized Call next(FlightSession open) throws InterruptedException {
    while (true) {
      if (closed || broken != null) {
        return null;
      }
      boolean ready = !waiting.isEmpty() && open.isReady();
      if (ready) {
        return waiting.poll();
      }
      if (sent.isEmpty()) {
        if (waiting.isEmpty()) {
          wait();
        } else {
          wait(LOOK_MILLIS);
        }
        continue;
      }
      long left = workingSince + settings.timeout().plus(GRACE).toNanos() - System.nanoTime();
      if (left <= 0) {
        gaveUp = true;
        open.cancel("a call takes too long");
        return null;
      }
      long look = TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
      TimeUnit.NANOSECONDS.timedWait(this, waiting.isEmpty() ? left : Math.min(left, look));
    }
  }

  /** Whether its records could be made Arrow; if not, it has failed, and nobody else has. */
  private boolean filled(FlightSession open, Call call) {
    try {
      open.fill(call.batch);
      return true;
    } catch (IOException | RuntimeException e) {
      call.answer.completeExceptionally(
          new StageException(
              StageException.Kind.FUNCTION, "its records cannot be made Arrow: " + e, e));
      return false;
    }
  }

  private synchronized void sent(Call call) {
    if (sent.isEmpty()) {
      workingSince = System.nanoTime();
    }
    sent.add(call);
  }

  private void receive(FlightSession open) {
    try {
      while (true) {
        FlightSession.Received received;
        try {
          received = open.receive();
        } catch (Column.UnmappableException e) {
          answered()
              .answer
              .completeExceptionally(
                  new StageException(
                      StageException.Kind.FUNCTION, e.getMessage(), Optional.empty()));
          continue;
        }
        Call call = answered();
        WorkerAnswer answer = received.answer();
        if (!answer.id().equals(call.batch.id().toString())) {
          call.answer.completeExceptionally(
              new StageException(
                  StageException.Kind.REFUSED,
                  "expected an answer to " + call.batch.id() + ", found one to " + answer.id(),
                  Optional.empty()));
          continue;
        }
        answer.log(call.batch.from(), monitor);
        monitor.received(received.bytes(), answer.nanos());
        answer
            .error()
            .ifPresentOrElse(
                call.answer::completeExceptionally, () -> call.answer.complete(received.records()));
      }
    } catch (IOException | RuntimeException e) {
      over(e);
    }
  }

  private synchronized Call answered() {
    Call call = sent.poll();
    if (call == null) {
      throw new IllegalStateException("a worker answered what nobody asked");
    }
    workingSince = System.nanoTime();
    notifyAll();
    return call;
  }

  private synchronized void over(Exception why) {
    if (broken == null) {
      broken = why;
    }
    notifyAll();
  }

  private synchronized void takeBack() {
    Call first = sent.peek();
    if (first != null && !closed) {
      // A worker ends itself over a call that takes too long; who only is silent may be cut off.
      boolean late = !gaveUp && System.nanoTime() - workingSince >= settings.timeout().toNanos();
      first.ends++;
      if (late || first.ends >= MAX_ENDS) {
        sent.poll();
        first.answer.completeExceptionally(
            new StageException(
                StageException.Kind.FUNCTION,
                late || gaveUp
                    ? "the function did not return within " + settings.timeout().toMillis() + " ms"
                    : "its worker ended "
                        + MAX_ENDS
                        + " times while it worked on this batch, at last: "
                        + (broken == null ? "no reason given" : broken.getMessage()),
                Optional.empty()));
      }
      LOG.warn(
          "Step {} sends {} batches again: {}",
          settings.step(),
          sent.size(),
          broken == null ? "its worker was too slow" : broken.getMessage());
    }
    while (!sent.isEmpty()) {
      waiting.addFirst(sent.pollLast());
      monitor.retried();
    }
  }

  private synchronized void failAll(StageException why) {
    sent.forEach(call -> call.answer.completeExceptionally(why));
    waiting.forEach(call -> call.answer.completeExceptionally(why));
    sent.clear();
    waiting.clear();
  }

  private static void close(FlightSession session) {
    try {
      if (session != null) {
        session.close();
      }
    } catch (IOException e) {
      LOG.debug("A session was not closed in order", e);
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    openings.shutdownNow();
    if (!ends()) {
      FlightSession open = session;
      if (open != null) {
        open.cancel("closed");
      }
      sender.interrupt();
      try {
        sender.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    failAll(new StageException(StageException.Kind.AWAY, "the job has ended", Optional.empty()));
    release();
  }

  /** A stream that is cut off leaves bytes behind in the library; one that is ended does not. */
  private boolean ends() {
    try {
      if (isDone()) {
        sender.join(2 * LAST_ANSWER_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !sender.isAlive();
  }

  /**
   * What the network still holds it lets go of in threads of its own, soon after the stream's end.
   */
  private void release() {
    long end = System.nanoTime() + GRACE.toNanos();
    while (allocator.getAllocatedMemory() > 0 && System.nanoTime() < end) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    if (allocator.getAllocatedMemory() > 0) {
      LOG.warn(
          "Step {} leaves {} bytes of Arrow memory behind",
          settings.step(),
          allocator.getAllocatedMemory());
      return;
    }
    allocator.close();
  }
}
