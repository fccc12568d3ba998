package dev.cats.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/** What a command said in this process, and its exit code. */
record Answer(int code, String out, String err) {

  static Answer to(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Cats.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    int code = line.execute(arguments);
    return new Answer(code, out.toString(), err.toString());
  }

  List<String> lines() {
    return out.lines().toList();
  }
}
