/** One timer that is set anew each time. */
export function alarm(): (at: number | null, fire: () => void) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (at, fire) => {
    clearTimeout(timer);
    // A timer may fire a moment early; the machine then sees no deadline passed and sets it again.
    timer = at === null ? undefined : setTimeout(fire, Math.max(0, at - performance.now()));
  };
}
