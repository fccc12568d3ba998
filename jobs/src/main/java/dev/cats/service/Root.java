package dev.cats.service;

import java.nio.file.Path;

/** The project's folder, which the launcher and the tests name. */
final class Root {
  private Root() {}

  static Path folder() {
    String root = System.getProperty("cats.root");
    if (root == null) {
      throw new IllegalStateException(
          "Cannot find the project's folder: the system property cats.root is not set; run ./cats in a clone");
    }
    return Path.of(root);
  }
}
