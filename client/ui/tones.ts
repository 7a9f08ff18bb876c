import type { Call, Phone } from "./engine.js";

export type Tone = "ring" | "ringback" | "busy" | "ended";

/** One sound: frequencies in hertz, begin and length in seconds. */
type Note = readonly [frequencies: readonly number[], begin: number, length: number];

interface Pattern {
  /** Seconds; the pattern repeats after them when it loops. */
  readonly period: number;
  readonly loop: boolean;
  readonly volume: number;
  readonly notes: readonly Note[];
}

const PATTERNS: Readonly<Record<Tone, Pattern>> = {
  ring: {
    period: 2.8,
    loop: true,
    volume: 0.3,
    notes: [
      [[659.25, 1318.5], 0, 0.34],
      [[783.99, 1567.98], 0.17, 0.34],
      [[987.77, 1975.53], 0.34, 0.6],
      [[659.25, 1318.5], 0.85, 0.34],
      [[783.99, 1567.98], 1.02, 0.34],
      [[987.77, 1975.53], 1.19, 0.75],
    ],
  },
  // ITU-T E.180: 425 Hz, one second in five, is what most of the world hears while the other side rings.
  ringback: { period: 5, loop: true, volume: 0.1, notes: [[[425], 0, 1]] },
  busy: {
    period: 1.5,
    loop: false,
    volume: 0.1,
    notes: [
      [[425], 0, 0.25],
      [[425], 0.5, 0.25],
      [[425], 1, 0.25],
    ],
  },
  ended: {
    period: 0.6,
    loop: false,
    volume: 0.12,
    notes: [
      [[587.33], 0, 0.22],
      [[440], 0.16, 0.4],
    ],
  },
};

const SAMPLE_RATE = 16_000;

/**
 * Plays the tones of a phone's calls: rings while a call comes in, ringback while the other side really rings, busy and
 * ended once. What sounds is worked out anew from the calls at every change, so no way out of a call can leave a tone on.
 */
export class CallTones {
  readonly #phone: Phone;
  readonly #stopped = new AbortController();
  readonly #watched = new Map<Call, { connected: boolean }>();
  readonly #player = new Player();

  constructor(phone: Phone) {
    this.#phone = phone;
    const { signal } = this.#stopped;
    phone.addEventListener("callschange", this.#update, { signal });
    phone.addEventListener("incoming", this.#update, { signal });
    window.addEventListener("pagehide", () => this.#player.stop(), { signal });
    this.#update();
  }

  /** The tone that sounds now, if any. */
  get playing(): Tone | null {
    return this.#player.playing;
  }

  /** Silences everything for good; for when the phone goes. */
  stop(): void {
    this.#stopped.abort();
    this.#player.close();
  }

  readonly #update = (): void => {
    for (const call of this.#phone.calls) this.#watch(call);
    let last: Tone | null = null;
    for (const [call, seen] of this.#watched) {
      seen.connected ||= call.connectedAt !== null;
      if (call.state !== "ended") continue;
      this.#watched.delete(call);
      last = farewell(call, seen.connected);
    }
    const loop = toneFor(this.#phone.calls);
    if (loop) this.#player.play(loop);
    else if (last) this.#player.play(last);
    else this.#player.stopLoop();
  };

  #watch(call: Call): void {
    if (call.state === "ended" || this.#watched.has(call)) return;
    this.#watched.set(call, { connected: false });
    call.addEventListener("statechange", this.#update, { signal: this.#stopped.signal });
  }
}

/** Which looping tone these calls ask for. Nothing rings into a conversation that is going on. */
export function toneFor(calls: readonly Call[]): Tone | null {
  if (calls.some((call) => call.state !== "calling" && call.state !== "ringing" && call.state !== "ended")) return null;
  if (calls.some((call) => call.direction === "incoming" && call.state === "ringing")) return "ring";
  if (calls.some((call) => call.direction === "outgoing" && call.state === "ringing")) return "ringback";
  return null;
}

function farewell(call: Call, connected: boolean): Tone | null {
  if (connected) return "ended";
  if (call.direction === "incoming" || call.end?.by === "us") return null;
  return call.end?.reason === "busy" || call.end?.reason === "declined" ? "busy" : "ended";
}

/** One tone at a time. A loop is a looping buffer: no timer that a hidden tab could delay. */
class Player {
  #context: AudioContext | null = null;
  #source: AudioBufferSourceNode | null = null;
  playing: Tone | null = null;

  play(tone: Tone): void {
    if (this.playing === tone) return;
    this.stop();
    const context = this.#open();
    if (!context) return;
    const source = new AudioBufferSourceNode(context, {
      buffer: rendered(context, PATTERNS[tone]),
      loop: PATTERNS[tone].loop,
    });
    source.connect(context.destination);
    source.addEventListener("ended", () => {
      if (this.#source === source) this.stop();
    });
    source.start();
    this.#source = source;
    this.playing = tone;
  }

  /** Ends a tone that would go on by itself; one that is short anyway may ring out. */
  stopLoop(): void {
    if (this.playing && PATTERNS[this.playing].loop) this.stop();
  }

  stop(): void {
    this.#source?.stop();
    this.#source?.disconnect();
    this.#source = null;
    this.playing = null;
    // A running context keeps the sound device awake.
    this.#context?.suspend().catch(ignore);
  }

  close(): void {
    this.stop();
    this.#context?.close().catch(ignore);
    this.#context = null;
  }

  #open(): AudioContext | null {
    try {
      this.#context ??= new AudioContext();
    } catch {
      return null; // No sound device: the call works without tones.
    }
    // Before the first click in the page browsers refuse sound; then the tone stays silent, which is not an error.
    this.#context.resume().catch(ignore);
    return this.#context;
  }
}

function rendered(context: AudioContext, { period, notes, volume }: Pattern): AudioBuffer {
  const buffer = context.createBuffer(1, Math.ceil(period * SAMPLE_RATE), SAMPLE_RATE);
  const samples = buffer.getChannelData(0);
  for (const [frequencies, begin, length] of notes) {
    const first = Math.round(begin * SAMPLE_RATE);
    const count = Math.min(Math.round(length * SAMPLE_RATE), samples.length - first);
    for (let i = 0; i < count; i++) {
      const time = i / SAMPLE_RATE;
      // 10 ms up and 40 ms down, or the edges click.
      const gain = volume * Math.min(1, time / 0.01, (length - time) / 0.04);
      for (const [overtone, frequency] of frequencies.entries()) {
        samples[first + i]! += (gain / (1 + 3 * overtone)) * Math.sin(2 * Math.PI * frequency * time);
      }
    }
  }
  return buffer;
}

function ignore(): void {}
