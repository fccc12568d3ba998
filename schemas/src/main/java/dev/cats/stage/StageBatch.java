package dev.cats.stage;

import dev.cats.content.Cid;

/**
 * What a stage function is called with.
 *
 * @param id of the function and of the records that it is called with, so that a call that is made
 *     again after a failure has the same one
 * @param from the records as people are told of them: {@code BOM/first+count}
 */
public record StageBatch(Cid id, String from, Records records) {}
