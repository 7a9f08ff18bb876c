import type { CallEnd, CallState } from "#client/index.js";
import type { TestAccount } from "../support/server.js";
import type { Engine, EnginePage } from "./engine.js";

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
export async function dial(from: EnginePage, to: TestAccount, options: { readonly video?: boolean }): Promise<void> {
  await from.page.evaluate(
    ({ address, how }) => {
      const call = globalThis.engine.phone.call(address, how);
      globalThis.engine.watch(call);
    },
    { address: to.address, how: options },
  );
}

export function rings(side: EnginePage): Promise<void> {
  return until(side, () => globalThis.engine.incoming.length > 0);
}

export function connects(side: EnginePage): Promise<void> {
  return until(side, () => globalThis.engine.phone.calls[0]?.state === "connected");
}

export function states(side: EnginePage): Promise<readonly CallState[]> {
  return side.page.evaluate(() => globalThis.engine.watched.at(-1)!.states);
}

export async function ended(side: EnginePage): Promise<CallEnd> {
  const end = await side.page.evaluate(() => globalThis.engine.watched.at(-1)!.call.ended);
  return end;
}

export function picture(side: EnginePage): Promise<{ canCamera: boolean; cameraOn: boolean; remoteVideo: boolean }> {
  return side.page.evaluate(() => {
    const { canCamera, cameraOn, remoteVideo } = globalThis.engine.phone.calls[0]!;
    return { canCamera, cameraOn, remoteVideo };
  });
}

/** Waits until media of these kinds has come in, and says how much. */
export async function received(side: EnginePage, kinds: readonly string[]): Promise<readonly Received[]> {
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

export async function until(side: EnginePage, condition: () => boolean): Promise<void> {
  await side.page.waitForFunction(condition, undefined, { polling: 20, timeout: 15_000 });
}
