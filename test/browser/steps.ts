import type { CallEnd, CallState } from "#client/index.js";
import type { TestAccount } from "../support/prosody.js";
import type { BrowserPage, Engine, EnginePage } from "./engine.js";

/** A page of any browser. */
export type Side = EnginePage<BrowserPage>;

/** What the functions below find in the page that they run in. */
declare global {
  var engine: Engine;
}

export interface Received {
  readonly kind: string;
  readonly bytes: number;
  readonly frames: number;
}

/** Calls, and keeps the call and its states where `ended` and `states` find them. */
export async function dial(from: Side, to: TestAccount, options: { readonly video?: boolean }): Promise<void> {
  await from.page.evaluate(
    ({ address, how }) => {
      const call = globalThis.engine.phone.call(address, how);
      globalThis.engine.watch(call);
    },
    { address: to.address, how: options },
  );
}

export function rings(side: Side): Promise<void> {
  return until(side, () => globalThis.engine.incoming.length > 0);
}

export function connects(side: Side): Promise<void> {
  return until(side, () => globalThis.engine.phone.calls[0]?.state === "connected");
}

export function states(side: Side): Promise<readonly CallState[]> {
  return side.page.evaluate(() => globalThis.engine.watched.at(-1)!.states);
}

export async function ended(side: Side): Promise<CallEnd> {
  const end = await side.page.evaluate(() => globalThis.engine.watched.at(-1)!.call.ended);
  return end;
}

export function picture(side: Side): Promise<{ canCamera: boolean; cameraOn: boolean; remoteVideo: boolean }> {
  return side.page.evaluate(() => {
    const { canCamera, cameraOn, remoteVideo } = globalThis.engine.phone.calls[0]!;
    return { canCamera, cameraOn, remoteVideo };
  });
}

/** Waits until media of these kinds has come in, and says how much. */
export async function received(side: Side, kinds: readonly string[]): Promise<readonly Received[]> {
  for (;;) {
    const found = await side.page.evaluate(async () => {
      const stats = await globalThis.engine.phone.calls[0]!.getStats();
      return [...(stats?.values() ?? [])]
        .filter(({ type }) => type === "inbound-rtp")
        .map(({ kind, bytesReceived, framesDecoded }) => ({
          kind,
          bytes: bytesReceived ?? 0,
          frames: framesDecoded ?? 0,
        }));
    });
    const flowing = (kind: string) =>
      found.some((one) => one.kind === kind && one.bytes > 0 && (kind === "audio" || one.frames > 0));
    if (kinds.every(flowing)) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function until(side: Side, condition: () => boolean): Promise<void> {
  await side.page.waitForFunction(condition, undefined, { polling: 20, timeout: 15_000 });
}

/** One calls, the other accepts once it rings; resolves when both are connected. */
export async function connectCall(
  from: Side,
  to: Side,
  options: { readonly video: boolean },
  answer: { readonly video?: boolean } = {},
): Promise<void> {
  await dial(from, to.account, options);
  await rings(to);
  await until(from, () => globalThis.engine.phone.calls[0]?.state === "ringing");
  await to.page.evaluate((how) => globalThis.engine.incoming[0]!.accept(how), answer);
  await Promise.all([connects(from), connects(to)]);
}

/** Waits for something that a page writes to its stream. */
export async function frame(side: Side, pattern: RegExp): Promise<string> {
  for (;;) {
    const found = side.sent.find((one) => pattern.test(one));
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
