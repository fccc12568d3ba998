/**
 * What connectors share that start servers on this machine: where these may listen. In goes a range
 * of ports, out comes one that nobody listens at; between that and the server's own start somebody
 * else may take it, which the server then says.
 */
package dev.cats.connector;
