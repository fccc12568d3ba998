package dev.cats.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** UTF-8 text, as bytes, to where a command's answers go. Each write must end where a line does. */
final class TextOutput extends OutputStream {
  private final PrintWriter out;

  TextOutput(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    out.print(new String(bytes, offset, length, StandardCharsets.UTF_8));
    if (out.checkError()) {
      throw new IOException("Cannot write the records: nobody reads them any more");
    }
  }

  @Override
  public void flush() {
    out.flush();
  }
}
