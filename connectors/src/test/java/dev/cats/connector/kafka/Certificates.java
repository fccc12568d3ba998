package dev.cats.connector.kafka;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A broker's and a client's certificates, each signed by itself and known to the other, made with
 * the JDK's {@code keytool}.
 */
record Certificates(Path folder) {
  private static final String PASSWORD = "only-for-tests";
  private static final long PATIENCE_SECONDS = 60;

  /** Makes the certificates. */
  static Certificates in(Path folder) throws IOException, InterruptedException {
    Certificates made = new Certificates(folder);
    String broker = made.issue("broker", "-ext", "san=ip:" + LocalBroker.HOST);
    String client = made.issue("client");
    Files.writeString(folder.resolve("known-to-client.pem"), broker);
    // The broker is its own client too, when it ends transactions.
    Files.writeString(folder.resolve("known-to-broker.pem"), client + broker);
    return made;
  }

  /** Settings of a broker that requires them. */
  Map<String, String> broker() {
    return Map.of(
        "ssl.client.auth",
        "required",
        "ssl.keystore.location",
        keystore("broker"),
        "ssl.keystore.password",
        PASSWORD,
        "ssl.truststore.location",
        folder.resolve("known-to-broker.pem").toString(),
        "ssl.truststore.type",
        "PEM");
  }

  /** Settings of a client that the broker knows. */
  Map<String, String> client() {
    return Map.of(
        "security.protocol",
        "SSL",
        "ssl.keystore.location",
        keystore("client"),
        "ssl.keystore.password",
        PASSWORD,
        "ssl.truststore.location",
        folder.resolve("known-to-client.pem").toString(),
        "ssl.truststore.type",
        "PEM");
  }

  private String keystore(String name) {
    return folder.resolve(name + ".p12").toString();
  }

  /** Makes a key and a certificate for it, and answers with the certificate. */
  private String issue(String name, String... more) throws IOException, InterruptedException {
    List<String> generate = new ArrayList<>();
    generate.addAll(List.of("-genkeypair", "-dname", "CN=" + name, "-keyalg", "EC"));
    generate.addAll(List.of("-validity", "30"));
    generate.addAll(List.of(more));
    keytool(name, generate);
    Path certificate = folder.resolve(name + ".pem");
    keytool(name, List.of("-exportcert", "-rfc", "-file", certificate.toString()));
    return Files.readString(certificate);
  }

  private void keytool(String name, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(arguments);
    command.addAll(List.of("-alias", name, "-keystore", keystore(name)));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    Path output = folder.resolve("keytool.out");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException(
          "Cannot run keytool %s: %s".formatted(arguments.get(0), Files.readString(output)));
    }
  }
}
