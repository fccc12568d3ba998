/**
 * The command line: what comes in is a command with its options, what goes out is text for people
 * or, with {@code --json}, for programs, and an exit code.
 *
 * <p>Answers go to standard output, progress and messages to standard error, so that {@code --json}
 * can be piped. A command asks the plain classes of the other modules ({@code History}, {@code
 * IntegrityCheck}) and only words their answers; the wording of failures is in one class. No
 * command prints a stack trace; the environment variable {@code CATS_DEBUG} set to anything adds it
 * for those who mend the program.
 *
 * <p>The awkward cases: a store that is not there is not made by asking it; a CID that the store
 * does not hold is the asker's mistake (exit code 2) for {@code show} and {@code trace}, and a
 * finding (1) for {@code verify}; a block whose bytes do not match its CID is a finding (1) for
 * every command.
 */
package dev.cats.cli;
