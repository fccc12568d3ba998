package dev.cats.bom;

import dev.cats.content.Base58;
import dev.cats.content.Bytes;
import dev.cats.content.DecodeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Set;
import java.util.UUID;

/**
 * The Ed25519 key that a node signs its manifests with. The public half is the node's name, as a
 * {@code did:key}: anybody who has a manifest has what is needed to check it.
 *
 * <p>It is kept as an unencrypted PKCS#8 PEM file that only its owner may read, the form that
 * {@code openssl genpkey -algorithm ed25519} writes.
 */
public final class NodeKey {
  private static final String ALGORITHM = "Ed25519";
  private static final String DID = "did:key:z";
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  /** The multicodec ed25519-pub, 0xed, as a varint. */
  private static final Bytes MULTICODEC = Bytes.fromHex("ed01");

  /** What precedes the 32 bytes of a public key in its X.509 encoding. */
  private static final Bytes X509 = Bytes.fromHex("302a300506032b6570032100");

  private static final int PUBLIC_SIZE = 32;

  private final PrivateKey key;
  private final String did;

  private NodeKey(PrivateKey key, PublicKey publicKey) {
    this.key = key;
    Bytes encoded = Bytes.wrap(publicKey.getEncoded());
    Bytes raw = encoded.slice(X509.size(), encoded.size());
    this.did = DID + Base58.encode(concat(MULTICODEC, raw));
  }

  public static NodeKey generate() {
    try {
      var pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
      return new NodeKey(pair.getPrivate(), pair.getPublic());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Cannot make a node key: " + e.getMessage(), e);
    }
  }

  /** The key in a file; where there is no file yet, a new key that is written to it. */
  public static NodeKey loadOrCreate(Path file) throws IOException {
    if (!Files.exists(file)) {
      try {
        NodeKey fresh = generate();
        fresh.save(file);
        return fresh;
      } catch (FileAlreadyExistsException e) {
        // Another process was faster: its key is the one to use.
        return load(file);
      }
    }
    return load(file);
  }

  /** Reads a key that nobody but its owner may read. */
  public static NodeKey load(Path file) throws IOException {
    String pem;
    try {
      if (Files.isDirectory(file)) {
        throw new IOException("Cannot read node key " + file + ": it is a directory");
      }
      if (supportsPermissions(file)) {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.stream().anyMatch(p -> !p.name().startsWith("OWNER_"))) {
          throw new IOException(
              "Cannot use node key %s: others may read or change it (%s); run: chmod 600 %s"
                  .formatted(file, PosixFilePermissions.toString(permissions), file));
        }
      }
      pem = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (FileSystemException e) {
      throw new IOException("Cannot read node key " + file + ": " + reason(e), e);
    }
    try {
      return parse(pem.strip());
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(
          "Cannot use node key %s: expected an Ed25519 private key (PKCS#8 PEM, unencrypted), found %s"
              .formatted(file, look(pem.strip())),
          e);
    }
  }

  /**
   * Writes the key to a new file that only its owner may read.
   *
   * @throws FileAlreadyExistsException if the file exists; a key is never overwritten
   */
  public void save(Path file) throws IOException {
    String pem =
        BEGIN
            + "\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
            + "\n"
            + END
            + "\n";
    Path folder = file.toAbsolutePath().getParent();
    try {
      if (!Files.isDirectory(folder)) {
        createFolder(folder);
      }
      Path staged = folder.resolve("." + file.getFileName() + "-" + UUID.randomUUID());
      FileAttribute<?>[] rights =
          supportsPermissions(folder)
              ? new FileAttribute<?>[] {
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
              }
              : new FileAttribute<?>[0];
      try {
        Files.createFile(staged, rights);
        Files.writeString(staged, pem, StandardCharsets.US_ASCII);
        // A hard link appears whole or not at all, and never replaces a key that is there.
        Files.createLink(file, staged);
      } finally {
        Files.deleteIfExists(staged);
      }
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (FileSystemException e) {
      throw new IOException("Cannot write node key " + file + ": " + reason(e), e);
    }
  }

  private static void createFolder(Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
    } catch (FileAlreadyExistsException e) {
      throw new FileSystemException(folder.toString(), null, folder + " is not a directory");
    }
  }

  /** The public key as a {@code did:key:z6Mk…}. */
  public String did() {
    return did;
  }

  public Bytes sign(Bytes message) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initSign(key);
      signature.update(message.asByteBuffer());
      return Bytes.wrap(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Cannot sign: " + e.getMessage(), e);
    }
  }

  /** Whether the key that {@code did} names made this signature of this message. */
  public static boolean verify(String did, Bytes message, Bytes signature) {
    try {
      Bytes encoded = concat(X509, publicKey("did", did));
      Signature verifier = Signature.getInstance(ALGORITHM);
      verifier.initVerify(
          KeyFactory.getInstance(ALGORITHM)
              .generatePublic(new X509EncodedKeySpec(encoded.toArray())));
      verifier.update(message.asByteBuffer());
      return verifier.verify(signature.toArray());
    } catch (GeneralSecurityException e) {
      // Not a point of the curve, or not a signature: nothing that a key could have made.
      return false;
    }
  }

  @Override
  public String toString() {
    return did;
  }

  static String checkDid(String what, String did) {
    Bytes unused = publicKey(what, did);
    return did;
  }

  private static Bytes publicKey(String what, String did) {
    String expected = "an Ed25519 did:key (did:key:z6Mk…)";
    if (!did.startsWith(DID)) {
      throw Check.invalid(what, expected, Check.quoted(did));
    }
    try {
      Bytes key = Base58.decode(did.substring(DID.length()));
      if (key.size() != MULTICODEC.size() + PUBLIC_SIZE
          || !key.slice(0, MULTICODEC.size()).equals(MULTICODEC)) {
        throw Check.invalid(what, expected, Check.quoted(did));
      }
      return key.slice(MULTICODEC.size(), key.size());
    } catch (DecodeException e) {
      throw Check.invalid(what, expected, Check.quoted(did));
    }
  }

  /** The key in the text of a PEM file. */
  static NodeKey ofPem(String pem) {
    try {
      return parse(pem.strip());
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("Invalid node key: " + e.getMessage(), e);
    }
  }

  private static NodeKey parse(String pem) throws GeneralSecurityException {
    if (!pem.startsWith(BEGIN) || !pem.endsWith(END)) {
      throw new IllegalArgumentException("no PKCS#8 PEM");
    }
    String body = pem.substring(BEGIN.length(), pem.length() - END.length());
    byte[] encoded = Base64.getMimeDecoder().decode(body);
    PrivateKey key =
        KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(encoded));
    byte[] seed = ((EdECPrivateKey) key).getBytes().orElseThrow(IllegalArgumentException::new);
    NodeKey loaded = new NodeKey(key, publicOf(seed));
    Bytes probe = Bytes.utf8("the public key belongs to the private key");
    if (!verify(loaded.did, probe, loaded.sign(probe))) {
      throw new IllegalStateException("Cannot derive the public key of a node key");
    }
    return loaded;
  }

  /**
   * The public key of a private one. The JDK derives it only when it generates a pair, from the 32
   * bytes of randomness that are the private key; so they are handed to it.
   */
  @SuppressWarnings("serial")
  private static PublicKey publicOf(byte[] seed) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
    generator.initialize(
        NamedParameterSpec.ED25519,
        new SecureRandom() {
          @Override
          public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
          }
        });
    return generator.generateKeyPair().getPublic();
  }

  private static boolean supportsPermissions(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        && Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static String reason(FileSystemException e) {
    if (e instanceof java.nio.file.NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof java.nio.file.AccessDeniedException) {
      return "permission denied";
    }
    return e.getReason() == null ? e.getMessage() : e.getReason();
  }

  private static String look(String pem) {
    int line = pem.indexOf('\n');
    if (pem.isEmpty()) {
      return "an empty file";
    }
    if (pem.startsWith(BEGIN)) {
      return "a private key of another kind, or a damaged one";
    }
    return pem.startsWith("-----BEGIN ")
        ? Check.quoted(line < 0 ? pem : pem.substring(0, line).strip())
        : "something else";
  }

  private static Bytes concat(Bytes a, Bytes b) {
    byte[] both = new byte[a.size() + b.size()];
    System.arraycopy(a.toArray(), 0, both, 0, a.size());
    System.arraycopy(b.toArray(), 0, both, a.size(), b.size());
    return Bytes.wrap(both);
  }
}
