/** What RTCPeerConnection does in situations that a call can get into, as words: the same script for real ones and for fakes. */
export async function behaviour(
  make: () => RTCPeerConnection,
  capture: () => Promise<MediaStream>,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const pair = () => [make(), make()] as const;
  const failure = async (act: () => unknown): Promise<string> => {
    try {
      await act();
      return "fine";
    } catch (error) {
      return (error as Error).name;
    }
  };
  const offerOf = async (pc: RTCPeerConnection, ...kinds: string[]) => {
    for (const kind of kinds) pc.addTransceiver(kind);
    await pc.setLocalDescription();
    return pc.localDescription!;
  };
  const exchange = async (a: RTCPeerConnection, b: RTCPeerConnection) => {
    await a.setLocalDescription();
    await b.setRemoteDescription(a.localDescription!);
    await b.setLocalDescription();
    await a.setRemoteDescription(b.localDescription!);
  };
  const directions = (pc: RTCPeerConnection) =>
    pc
      .getTransceivers()
      .map(({ mid, direction, currentDirection }) => `${mid} ${direction} ${currentDirection}`)
      .join(", ");
  const without = (sdp: string, line: RegExp) =>
    sdp
      .split("\r\n")
      .filter((one) => !line.test(one))
      .join("\r\n");
  const CANDIDATE = "candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host generation 0";

  const [a, b] = pair();
  const offer = await offerOf(a, "audio", "video");
  found["an answer that nobody asked for"] = await failure(() =>
    b.setRemoteDescription({ type: "answer", sdp: offer.sdp }),
  );
  found["createAnswer without an offer"] = await failure(() => b.createAnswer());
  found["a local answer without an offer"] = await failure(() => b.setLocalDescription({ type: "answer" }));
  found["a rollback of nothing"] = await failure(() => b.setLocalDescription({ type: "rollback" }));
  found["a candidate before the description"] = await failure(() =>
    b.addIceCandidate({ candidate: CANDIDATE, sdpMid: "0" }),
  );
  found["a candidate for no section"] = await failure(() => b.addIceCandidate({ candidate: CANDIDATE }));
  found["an offer that is no SDP"] = await failure(() => b.setRemoteDescription({ type: "offer", sdp: "hello" }));
  found["an offer without fingerprint"] = await failure(() =>
    b.setRemoteDescription({ type: "offer", sdp: without(offer.sdp, /^a=fingerprint/) }),
  );
  found["an offer without ice-ufrag"] = await failure(() =>
    b.setRemoteDescription({ type: "offer", sdp: without(offer.sdp, /^a=ice-ufrag/) }),
  );
  await b.setRemoteDescription(offer);
  found["a candidate for an unknown section"] = await failure(() =>
    b.addIceCandidate({ candidate: CANDIDATE, sdpMid: "7" }),
  );
  found["a candidate that cannot be read"] = await failure(() =>
    b.addIceCandidate({ candidate: "candidate:x", sdpMid: "0" }),
  );
  found["the end of candidates"] = await failure(() => b.addIceCandidate({ candidate: "", sdpMid: "0" }));
  found["a local offer while theirs is here"] = await failure(() => b.setLocalDescription({ type: "offer" }));
  found["who offers nothing to send, before the answer"] = directions(b);
  const answer = await b.createAnswer();
  await b.setLocalDescription(answer);
  const sections = b.localDescription!.sdp.split(/(?=^m=)/m);
  found["an answer without a section"] = await failure(() =>
    a.setRemoteDescription({ type: "answer", sdp: sections.slice(0, 2).join("") }),
  );
  await a.setRemoteDescription(b.localDescription!);
  found["the offerer after the answer"] = directions(a);
  found["the answerer after the answer"] = directions(b);
  found["states after the answer"] = `${a.signalingState} ${b.signalingState}`;

  const stream = await capture();
  const [sound] = stream.getAudioTracks();
  const [picture] = stream.getVideoTracks();
  const [c, d] = pair();
  const events: string[] = [];
  c.onsignalingstatechange = () => events.push(c.signalingState);
  d.ontrack = ({ track, streams, transceiver }) => events.push(`${track.kind} ${transceiver.mid} ${streams.length}`);
  c.onnegotiationneeded = () => events.push("negotiationneeded");
  c.addTrack(sound!, stream);
  c.addTrack(picture!, stream);
  found["a track twice"] = await failure(() => c.addTrack(sound!, stream));
  found["an unknown kind"] = await failure(() => c.addTransceiver("smell"));
  found["a picture in the place of a sound"] = await failure(() => c.getSenders()[0]!.replaceTrack(picture!));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await c.setLocalDescription();
  await d.setRemoteDescription(c.localDescription!);
  const [own] = (await capture()).getAudioTracks();
  d.addTrack(own!);
  await d.setLocalDescription();
  await c.setRemoteDescription(d.localDescription!);
  found["events of a call"] = events.join(", ");
  found["the callee, who sends sound only"] = directions(d);
  found["the caller of it"] = directions(c);
  found["their streams"] = String(d.getReceivers().every(({ track }) => track.readyState === "live"));

  c.addTransceiver("audio", { direction: "recvonly" });
  c.getTransceivers()[1]!.direction = "inactive";
  await exchange(c, d);
  found["a third section, and the second put to rest"] = `${directions(c)} / ${directions(d)}`;
  await exchange(d, c);
  found["the callee offers in its turn"] = `${directions(c)} / ${directions(d)}`;
  const before = /a=ice-ufrag:(\S+)/.exec(c.localDescription!.sdp)![1];
  c.restartIce();
  await exchange(c, d);
  found["an ICE restart changes the fragment"] = String(
    /a=ice-ufrag:(\S+)/.exec(c.localDescription!.sdp)![1] !== before,
  );

  const [g, h] = pair();
  await h.setRemoteDescription(await offerOf(g, "audio"));
  await h.setLocalDescription();
  const open = h.localDescription!.sdp.replace(/a=setup:active/g, "a=setup:actpass");
  found["an answer that leaves the DTLS role open"] = await failure(() =>
    g.setRemoteDescription({ type: "answer", sdp: open }),
  );

  const [e, f] = pair();
  const first = await offerOf(e, "audio");
  await offerOf(f, "audio", "video");
  found["an offer that crosses ours"] = await failure(() => f.setRemoteDescription(first));
  found["the state after it"] = `${f.signalingState} ${f
    .getTransceivers()
    .map(({ mid }) => mid)
    .join()}`;
  e.close();
  found["createOffer on a closed one"] = await failure(() => e.createOffer());
  found["addTrack on a closed one"] = await failure(() => e.addTrack(sound!));
  found["addTransceiver on a closed one"] = await failure(() => e.addTransceiver("audio"));
  found["states of a closed one"] = `${e.signalingState} ${e.connectionState} ${e.iceConnectionState}`;
  for (const pc of [a, b, c, d, f, g, h]) pc.close();
  return found;
}
