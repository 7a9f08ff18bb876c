import type { Element } from "ltx";
import type { RemoteError } from "#jingle/errors.js";
import type { Machine, Timeout } from "#jingle/machine.js";
import type { InitiationInput, InitiationOutput } from "#jingle/message-initiation.js";
import type { ManagerInput, ManagerOutput } from "#jingle/session-manager.js";
import { jingle as codec } from "#jingle/xep/0166.js";
import type { Clock } from "../../support/pair.js";

type Input = InitiationInput | ManagerInput | Timeout;
type Output = InitiationOutput | ManagerOutput;

interface Entry {
  readonly at: number;
  readonly device: string;
  readonly kind: "jid" | "id" | "admit" | "sent" | "network" | "initiation" | "sessions";
  readonly what: string | Element | Input;
}

/**
 * Everything that came to the machines of a run, in its order: their inputs, the ids that they asked for and whom they
 * let in. `replay` feeds it to other machines; what was sent stands there for people, and to compare.
 */
export class Diary {
  readonly #entries: Entry[] = [];

  constructor(
    readonly clock: Clock,
    /** Kept to the end, a run takes longer; so a diary is only kept of one that is known to fail. */
    readonly isKept: boolean,
  ) {}

  note(device: string, kind: Entry["kind"], what: Entry["what"]): void {
    if (this.isKept) this.#entries.push({ at: this.clock.now, device, kind, what });
  }

  made(device: string, id: string): string {
    this.note(device, "id", id);
    return id;
  }

  admitted(device: string, refusal: RemoteError | null): RemoteError | null {
    this.note(device, "admit", refusal?.condition ?? "yes");
    return refusal;
  }

  /** The machine, with all its inputs noted. */
  noted<In extends InitiationInput | ManagerInput, Out extends Output>(
    device: string,
    machine: Machine<In, Out>,
  ): Machine<In, Out> {
    if (!this.isKept) return machine;
    const note = (input: Input) => this.note(device, isOfSessions(machine) ? "sessions" : "initiation", input);
    return {
      get deadline() {
        return machine.deadline;
      },
      handle(input, now) {
        note(input);
        return machine.handle(input, now);
      },
    };
  }

  lines(): readonly string[] {
    return this.#entries.map(({ at, device, kind, what }) =>
      `${at} ${device} ${kind} ${written(what)}`.replaceAll("\n", "&#10;"),
    );
  }
}

function isOfSessions(machine: object): boolean {
  return "session" in machine;
}

/** The stanza or element stands last, so that nothing in it can end it. */
function written(what: Entry["what"]): string {
  if (typeof what === "string") return what;
  if (!("type" in what)) return String(what);
  if (what.type === "command") return `command ${what.peer} ${codec.write(what.jingle)}`;
  if (what.type === "stanza") return `stanza ${what.stanza}`;
  if (what.type !== "message") return JSON.stringify(what);
  const { type, stanza, ...how } = what;
  return `${type} ${JSON.stringify(how)} ${stanza}`;
}
