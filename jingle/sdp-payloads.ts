// Map section 3: which of a content's payload types a browser may see, and under which id
import { type Codec, codecOf, hasSameParameters, isPayloadId, isRtx, isSameCodec, parameterOf } from "./sdp-codecs.js";
import { decimal } from "./sdp-grammar.js";
import type { Content } from "./xep/0166.js";
import type { Payload, RtpDescription } from "./xep/0167.js";

export interface KeptPayload {
  readonly id: number;
  readonly payload: Payload;
  readonly codec: Codec;
}

interface Context {
  readonly offered: Content | undefined;
  readonly offeredIds: ReadonlySet<number>;
  readonly shared: { readonly payloads: Map<number, KeptPayload> };
}

/** In order of preference (map m-1). Drops what would make a browser refuse the whole description. */
export function selectPayloads(description: RtpDescription, context: Context): readonly KeptPayload[] {
  const kept = new Map<number, KeptPayload>();
  const renumbered = new Map<number, number>();
  const answering = context.offered && offeredPayloads(context.offered);
  for (const payload of description.payloads) {
    const codec = codecOf(payload, description.media);
    if (!codec) continue;
    const id = answering ? answeredId(payload, codec, answering, context.offeredIds) : payload.id;
    // Map c-14: the first of two on one id stays, in a bundle across its sections.
    if (id === undefined || !isPayloadId(id) || kept.has(id)) continue;
    const known = context.shared.payloads.get(id);
    if (known && !(isSameCodec(known.codec, codec) && hasSameParameters(known.payload, payload))) continue;
    if (id !== payload.id) renumbered.set(payload.id, id);
    kept.set(id, { id, payload, codec });
  }
  const sound = repairRtx(kept, renumbered);
  for (const one of sound) context.shared.payloads.set(one.id, one);
  return sound;
}

/** Map c-7, c-16: rtx stays only beside what it repairs. */
function repairRtx(kept: ReadonlyMap<number, KeptPayload>, renumbered: ReadonlyMap<number, number>): KeptPayload[] {
  const sound: KeptPayload[] = [];
  for (const one of kept.values()) {
    if (!isRtx(one.codec.name)) {
      sound.push(one);
      continue;
    }
    const apt = decimal(parameterOf(one.payload, "apt") ?? "");
    const repaired = kept.get(renumbered.get(apt) ?? apt);
    if (repaired && !isRtx(repaired.codec.name)) sound.push(repaired.id === apt ? one : pointedAt(one, repaired.id));
  }
  // Nothing but protection is no codec at all.
  return sound.some(({ codec }) => !/^(rtx|red|ulpfec|flexfec.*|CN|telephone-event)$/i.test(codec.name)) ? sound : [];
}

function pointedAt(rtx: KeptPayload, apt: number): KeptPayload {
  const others = rtx.payload.parameters.filter(({ name }) => name !== "apt");
  return { ...rtx, payload: { ...rtx.payload, parameters: [{ name: "apt", value: String(apt) }, ...others] } };
}

/** The payload types of an offer, by codec. */
type Offered = ReadonlyMap<string, readonly KeptPayload[]>;

function offeredPayloads({ description }: Content): Offered {
  const offered = new Map<string, KeptPayload[]>();
  for (const payload of description?.payloads ?? []) {
    const codec = codecOf(payload, description!.media);
    if (!codec) continue;
    const one = { id: payload.id, payload, codec };
    const same = offered.get(codecKey(codec));
    if (same) same.push(one);
    else offered.set(codecKey(codec), [one]);
  }
  return offered;
}

/** The same for the same codec, see isSameCodec. */
function codecKey({ name, clockrate, channels }: Codec): string {
  return `${name.toLowerCase()}/${clockrate}/${channels}`;
}

/**
 * Map c-12: the offered id; for a renumbered codec the new id where it is free in the whole offer, else back to the
 * offered one; undefined for a codec that was not offered.
 */
function answeredId(
  payload: Payload,
  codec: Codec,
  offered: Offered,
  offeredIds: ReadonlySet<number>,
): number | undefined {
  const same = offered.get(codecKey(codec));
  if (!same) return undefined;
  if (same.some(({ id }) => id === payload.id)) return payload.id;
  if (!offeredIds.has(payload.id) && isPayloadId(payload.id)) return payload.id;
  return (same.find((one) => hasSameParameters(one.payload, payload)) ?? same[0]!).id;
}
