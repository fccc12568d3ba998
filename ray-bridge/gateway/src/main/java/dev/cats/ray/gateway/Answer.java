package dev.cats.ray.gateway;

/** What came of asking an actor. */
sealed interface Answer {

  /** It said this. */
  record Said(String text) implements Answer {}

  /** Not yet: it is being started, started again, or it is busy. What was asked stays asked. */
  record Silent(String why) implements Answer {}

  /** Ray has given it up: an actor of its name has to be made again. */
  record Gone(String why) implements Answer {}
}
