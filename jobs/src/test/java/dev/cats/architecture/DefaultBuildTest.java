package dev.cats.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** What the default build asks for, and whom: modules that need JitPack are behind a profile. */
class DefaultBuildTest {
  private static final Path ROOT = Path.of(System.getProperty("cats.root"));
  private static final String OPTIONAL = "connectors/java-ipfs-http-client";

  @Test
  void theDefaultBuildHasNoModuleThatNeedsJitPackAndNoRepositoryOfItsOwn() throws Exception {
    Element project = pom("");
    List<String> modules = modules(project);
    assertThat(modules).contains("schemas", "connectors", "jobs").doesNotContain(OPTIONAL);
    for (String module : modules) {
      assertThat(text(module)).as(module).doesNotContainIgnoringCase("jitpack.io");
      assertThat(pom(module).getElementsByTagName("repository").getLength()).as(module).isZero();
    }
    assertThat(text("")).doesNotContain("jitpack.io").doesNotContain("<repository>");
    assertThat(text("")).doesNotContain("activeByDefault", "<activation>");
  }

  @Test
  void theProfileBringsTheModuleThatNamesJitPackAlone() throws Exception {
    List<Element> profiles = children(children(pom(""), "profiles").get(0), "profile");
    assertThat(profiles)
        .anySatisfy(
            profile -> {
              assertThat(children(profile, "id").get(0).getTextContent()).isEqualTo("jitpack");
              assertThat(modules(profile)).containsExactly(OPTIONAL);
            });
    assertThat(text(OPTIONAL)).contains("jitpack.io", "java-ipfs-http-client");
  }

  private static String text(String module) throws IOException {
    return Files.readString(ROOT.resolve(module).resolve("pom.xml"));
  }

  private static Element pom(String module) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(ROOT.resolve(module).resolve("pom.xml").toFile())
        .getDocumentElement();
  }

  private static List<String> modules(Element of) {
    return children(children(of, "modules").get(0), "module").stream()
        .map(Node::getTextContent)
        .toList();
  }

  private static List<Element> children(Element of, String name) {
    List<Element> found = new ArrayList<>();
    NodeList all = of.getChildNodes();
    for (int i = 0; i < all.getLength(); i++) {
      if (all.item(i) instanceof Element child && child.getTagName().equals(name)) {
        found.add(child);
      }
    }
    return found;
  }
}
