/** Reads a file of test/vectors/sdp/chrome. */
export type ReadVector = (name: string) => Promise<string>;

/** The descriptions of a Chromium that are measured. */
export async function descriptions(read: ReadVector): Promise<ReadonlyMap<string, string>> {
  const [screens, data] = [await read("screen-share-2-added-offer.sdp"), await read("audio-video-data-offer.sdp")];
  // Chromium has no description with all four in the vectors: the data channel of one joins the other.
  const channel = sectionOf(data, "application").replace("a=mid:2", "a=mid:3");
  return new Map([
    ["audio", await read("audio-offer.sdp")],
    ["audio, video", await read("audio-video-offer.sdp")],
    ["audio, camera, screen, data", screens.replace("BUNDLE 0 1 2", "BUNDLE 0 1 2 3") + channel],
  ]);
}

/** An offer with so many video sections, as different as a browser's are. */
export async function manySections(read: ReadVector, count: number): Promise<string> {
  const whole = await read("audio-video-offer.sdp");
  const video = sectionOf(whole, "video");
  const mids = Array.from({ length: count }, (_, index) => index);
  const sections = mids.map((mid) =>
    video
      .replace("a=mid:1", `a=mid:${mid}`)
      .replace(/^a=ssrc.*$/gm, (line) =>
        line.replace(/\d{6,10}/g, (ssrc) => String((Number(ssrc) + mid * 7) % 2 ** 32)),
      ),
  );
  return whole.slice(0, whole.indexOf("m=")).replace(/BUNDLE .*/, `BUNDLE ${mids.join(" ")}\r`) + sections.join("");
}

function sectionOf(sdp: string, media: string): string {
  const found = sdp.split(/^(?=m=)/m).find((part) => part.startsWith(`m=${media}`));
  if (!found) throw new Error(`the vector has no m=${media}`);
  return found;
}
