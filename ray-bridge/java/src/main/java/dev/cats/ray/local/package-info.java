/**
 * Ray and its workers on this machine: what installs them, and what starts and ends them, for tests
 * and for {@code ./cats up ray}.
 */
package dev.cats.ray.local;
