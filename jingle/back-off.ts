// RFC 6120 §3.3: reconnecting
/**
 * Milliseconds to wait before the next try to connect: 1 s doubling to 30 s, of which a random part of up to a half is
 * taken away, so that the clients of a restarted server do not come back all at once.
 *
 * @param failures - tries that failed since the connection was last online
 * @param chance - a random number in 0..1
 */
export function backOff(failures: number, chance: number): number {
  const longest = Math.min(30_000, 1000 * 2 ** failures);
  return longest * (1 - chance / 2);
}
