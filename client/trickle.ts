/** How long candidates are collected before they travel together. ms */
const BATCH = 20;

/**
 * Candidates of our side on their way: those known when a description is made travel inside it, later ones in batches,
 * since stanzas cost more than bytes.
 */
export class Trickle {
  readonly #send: (candidates: readonly RTCIceCandidate[]) => void;
  #described: string | null = null;
  readonly #known: RTCIceCandidate[] = [];
  #waiting: RTCIceCandidate[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (candidates: readonly RTCIceCandidate[]) => void) {
    this.#send = send;
  }

  /** The peer knows the session: what this SDP does not hold yet may go out from now on. */
  described(sdp: string): void {
    this.#described = sdp;
    this.#schedule();
  }

  /** What the candidates belong to is not said yet; `described` lets them go. */
  hold(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#described = null;
  }

  add(candidate: RTCIceCandidate): void {
    this.#known.push(candidate);
    this.#waiting.push(candidate);
    this.#schedule();
  }

  /** Sends every candidate once more: what was on its way when a session of the stream was lost may not have arrived. */
  again(): void {
    this.#waiting = [...this.#known];
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#described = null;
  }

  #schedule(): void {
    if (this.#described === null || this.#timer !== undefined || this.#waiting.length === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const sdp = this.#described;
      const later = this.#waiting.splice(0).filter(({ candidate }) => sdp !== null && !isIn(sdp, candidate));
      if (later.length > 0) this.#send(later);
    }, BATCH);
  }
}

/** Does this SDP hold the candidate already? Event and SDP differ only in what follows the type. */
function isIn(sdp: string, candidate: string): boolean {
  const type = candidate.indexOf(" typ ");
  const end = candidate.indexOf(" ", type + 5);
  return type !== -1 && sdp.includes(end === -1 ? candidate : candidate.slice(0, end));
}
