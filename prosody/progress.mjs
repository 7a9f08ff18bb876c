/**
 * Does something slow in view of the person who waits: says that it begins, every ten seconds that it still goes on,
 * and how long it took.
 */
export async function inView(say, title, work) {
  const begin = performance.now();
  const seconds = () => ((performance.now() - begin) / 1000).toFixed(1);
  say(`${title} ...`);
  const reminder = setInterval(() => say(`${title} ... ${seconds()} s so far`), 10_000);
  try {
    const result = await work();
    say(`${title}: done in ${seconds()} s`);
    return result;
  } finally {
    clearInterval(reminder);
  }
}
