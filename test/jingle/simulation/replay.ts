import { strict as assert } from "node:assert";
import { parse } from "ltx";
import { LocalError, RemoteError, type StanzaCondition } from "#jingle/errors.js";
import { type InitiationOutput, MessageInitiation } from "#jingle/message-initiation.js";
import { type ManagerOutput, SessionManager } from "#jingle/session-manager.js";
import { jingle as codec } from "#jingle/xep/0166.js";

/**
 * Feeds what came to the machines of a run to new ones, and returns what they send, as lines of the diary. Asserts that
 * nothing throws that came from a peer, and that every iq set is answered once.
 *
 * A diary that once failed goes on being a test after the cure, when machines may ask for more or fewer ids, or be in
 * another state when the person acts: ids are then made up, and what does not fit any more is left out.
 */
export function replay(diary: readonly string[]): readonly string[] {
  const devices = new Map<string, Device>();
  const sent: string[] = [];
  // The ids and answers of a step stand behind it, and those that it sends behind them.
  const entries = diary.map(
    (line) => /^(\d+) (\S+) (\S+) (.*)$/s.exec(line)!.slice(1) as [string, string, string, string],
  );
  for (const [, name, kind, what] of entries) {
    const device = devices.get(name) ?? new Device();
    devices.set(name, device);
    if (kind === "id") device.ids.push(what);
    if (kind === "admit") device.admits.push(what);
  }
  for (const [at, name, kind, what] of entries) {
    const device = devices.get(name)!;
    if (kind === "jid") device.jid = what;
    else if (kind === "initiation" || kind === "sessions") {
      for (const text of device.take(kind, what, Number(at)))
        sent.push(`${at} ${name} sent ${text}`.replaceAll("\n", "&#10;"));
    }
  }
  return sent;
}

class Device {
  jid = "";
  readonly ids: string[] = [];
  readonly admits: string[] = [];
  readonly #sessions = new SessionManager({
    newId: () => this.#newId(),
    admit: () => {
      const said = this.admits.shift() ?? "yes";
      return said === "yes" ? null : new RemoteError(said as StanzaCondition);
    },
  });
  readonly #initiation = new MessageInitiation({ jid: () => this.jid, newId: () => this.#newId() });
  #made = 0;

  take(kind: "initiation" | "sessions", what: string, now: number): readonly string[] {
    const outputs = kind === "initiation" ? this.#initiate(what, now) : this.#session(what, now);
    return outputs.flatMap((output) => (output.type === "send" ? [String(output.stanza)] : []));
  }

  #initiate(what: string, now: number): readonly InitiationOutput[] {
    const message = /^message (\{[^}]*\}) (.*)$/s.exec(what);
    if (message) {
      return this.#initiation.handle({ type: "message", stanza: parse(message[2]!), ...JSON.parse(message[1]!) }, now);
    }
    return fitting(() => this.#initiation.handle(JSON.parse(what), now));
  }

  #session(what: string, now: number): readonly ManagerOutput[] {
    const [, type, rest = ""] = /^(\w+) (.*)$/s.exec(what) ?? [];
    if (type === "command") {
      const [, peer, text] = /^(\S+) (.*)$/s.exec(rest)!;
      const jingle = codec.read(parse(text!));
      return fitting(() => this.#sessions.handle({ type, peer: peer!, jingle }, now));
    }
    if (type !== "stanza") return this.#sessions.handle(JSON.parse(what), now);
    const stanza = parse(rest);
    const outputs = this.#sessions.handle({ type, stanza }, now);
    const answers = outputs.filter(
      (output) =>
        output.type === "send" && output.stanza.attrs.type !== "set" && output.stanza.attrs.id === stanza.attrs.id,
    );
    assert.equal(answers.length, stanza.attrs.type === "set" ? 1 : 0, `answers to ${stanza}`);
    return outputs;
  }

  #newId(): string {
    return this.ids.shift() ?? `made-${this.#made++}`;
  }
}

/** What a person did in the state of then. */
function fitting<Out>(task: () => readonly Out[]): readonly Out[] {
  try {
    return task();
  } catch (error) {
    if (error instanceof LocalError) return [];
    throw error;
  }
}
