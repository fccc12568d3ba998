/**
 * The control plane of the Ray bridge: a pool of workers on a Ray cluster, kept by a JVM of its
 * own.
 *
 * <p><b>In</b>: the address of a cluster, how many workers there are to be, and what they may run
 * ({@link dev.cats.ray.gateway.Gateway}). <b>Out</b>: where their Flight servers are, over HTTP on
 * the loopback interface. Data never comes here.
 *
 * <p><b>Guaranteed</b>: a worker whose process ends is started again by Ray, at its port; one that
 * Ray gave up is made again. Nothing is ended for being slow. The end of a gateway ends no worker:
 * they are detached actors, so that streams go on; the next gateway goes on with those that it
 * would make itself, and ends others of their names. Each carries a digest of its settings and of
 * its source in its name, which tells.
 *
 * <p><b>Awkward cases</b>: Ray ends the JVM that it is in where there is no process of it on the
 * host, and a minute after it lost the cluster, without a word; both are looked for before (exit
 * code 3). The end of a JVM that Ray is in aborts in Ray's destructors, unless it is the system's
 * own. An actor ends when it is asked for a method that it has not. Ray hands ports of this range
 * to nobody, but somebody may listen there on another node: then the worker is made at another. Two
 * gateways on one cluster take each other's workers for their own: one cluster, one gateway.
 *
 * <p>It is compiled against the last {@code ray-api} that is on Maven Central, and runs on the
 * runtime of the cluster's own version, which the Python package of Ray brings.
 */
package dev.cats.ray.gateway;
