import { strict as assert } from "node:assert";
import type { Call } from "#client/index.js";
import { ALICE, BOB, CAROL, type Phones, pause, until } from "../../client/phones.js";
import type { Outcome, ScenarioName } from "./outcomes.js";
import type { ScriptedPeer } from "./scripted-peer.js";

type Works = Outcome["works"];
type Us = Awaited<ReturnType<Phones["signIn"]>>;

/** Our phone (Alice) and another client (Bob's). */
export class Scene {
  static async open(phones: Phones, peer: ScriptedPeer): Promise<Scene> {
    // So that what reads one candidate of a stanza loses another.
    phones.network.candidatesEach = 2;
    phones.keepOther(peer.signIn(BOB));
    const us = await phones.signIn(ALICE);
    await until(() => us.roster.get(BOB)?.canCall === "yes");
    return new Scene(phones, us, peer);
  }

  constructor(
    readonly phones: Phones,
    readonly us: Us,
    readonly peer: ScriptedPeer,
  ) {}

  /** We call; it rings there. */
  async dial(video = false): Promise<Call> {
    const call = this.us.phone.call(BOB, { video });
    await until(() => this.peer.state === "ringing");
    return call;
  }

  async callOut(video = false, theirVideo = video): Promise<Call> {
    const call = await this.dial(video);
    this.peer.accept({ video: theirVideo });
    await this.connected(call);
    return call;
  }

  /** They call; it rings here. */
  async ring(video = false): Promise<Call> {
    this.peer.call(this.peer.callsDevices ? this.us.connection.jid : ALICE, { video });
    await until(() => this.us.incoming.length > 0);
    return this.us.incoming[0]!;
  }

  async callIn(video = false, ourVideo = video): Promise<Call> {
    const call = await this.ring(video);
    call.accept({ video: ourVideo });
    await this.connected(call);
    return call;
  }

  async connected(call: Call): Promise<void> {
    await until(() => call.state === "connected" && this.peer.state === "connected");
  }

  /** Everything that is on its way has come; the call stands on both sides. */
  async stands(call: Call): Promise<void> {
    await settled();
    await this.connected(call);
  }

  async ended(call: Call): Promise<void> {
    await until(() => call.state === "ended" && this.peer.state === "ended");
  }

  /** Media are gone until they are reachable again; what was up has failed. */
  breakOff(): void {
    this.phones.network.reachable = false;
    setTimeout(() => {
      this.phones.network.reachable = false;
    }, 10);
  }
}

/** Every scenario, played; what came of it. What never may happen is an assertion. */
export const SCENARIOS: Readonly<Record<ScenarioName, (scene: Scene) => Promise<Works>>> = {
  callOut: async (scene) => {
    await scene.stands(await scene.callOut());
    return "yes";
  },
  callIn: async (scene) => {
    await scene.stands(await scene.callIn());
    return "yes";
  },
  videoOut: async (scene) => {
    const call = await scene.callOut(true);
    return seesEachOther(scene, call);
  },
  videoIn: async (scene) => {
    const call = await scene.callIn(true);
    return seesEachOther(scene, call);
  },
  noCameraThere: async (scene) => {
    const call = await scene.callOut(true, false);
    await until(() => scene.peer.media!.receives("video"));
    await scene.stands(call);
    assert.equal(call.remoteVideo, false);
    return "yes";
  },
  noCameraHere: async (scene) => {
    const call = await scene.callIn(true, false);
    await until(() => call.remoteVideo);
    await scene.stands(call);
    assert.equal(scene.peer.media!.receives("video"), false);
    return "yes";
  },
  upgradeHere: async (scene) => {
    const call = await scene.callOut();
    return turnsCameraOn(scene, call);
  },
  upgradeHereIn: async (scene) => {
    const call = await scene.callIn();
    return turnsCameraOn(scene, call);
  },
  upgradeThere: async (scene) => {
    const call = await scene.callIn();
    if (!scene.peer.can.addVideo) return "no";
    scene.peer.addVideo();
    await until(() => call.remoteVideo);
    await settled();
    call.turnCamera(true);
    await until(() => call.cameraOn);
    await until(() => scene.peer.media!.receives("video"));
    await scene.stands(call);
    return "yes";
  },
  muteHere: async (scene) => {
    const call = await scene.callOut();
    call.mute();
    await scene.stands(call);
    assert.ok(call.localStream!.getAudioTracks().every(({ enabled }) => !enabled));
    return scene.peer.heard.includes("mute") ? "yes" : "partly";
  },
  muteThere: async (scene) => {
    const call = await scene.callIn();
    if (!scene.peer.can.mute) return "no";
    scene.peer.mute(true);
    await until(() => call.remoteMuted);
    scene.peer.mute(false);
    await until(() => !call.remoteMuted);
    await scene.stands(call);
    return "yes";
  },
  holdHere: async (scene) => {
    const call = await scene.callOut(true);
    call.hold();
    await until(() => call.state === "held");
    await settled();
    assert.ok(
      call.localStream!.getTracks().every(({ enabled }) => !enabled),
      "nothing of us goes out",
    );
    call.hold(false);
    await scene.stands(call);
    assert.ok(call.localStream!.getTracks().every(({ enabled }) => enabled));
    return scene.peer.heard.includes("hold") ? "yes" : "partly";
  },
  holdThere: async (scene) => {
    const call = await scene.callIn();
    if (!scene.peer.can.hold) return "no";
    scene.peer.hold(true);
    await until(() => call.heldByPeer && call.state === "held");
    scene.peer.hold(false);
    await scene.stands(call);
    return "yes";
  },
  screenHere: async (scene) => {
    const call = await scene.callOut(true);
    await until(() => call.canShare);
    call.shareScreen();
    await until(() => call.localScreen !== null);
    const screen = call.localScreen!.getVideoTracks()[0]!;
    const isSent = (track: MediaStreamTrack | undefined) =>
      scene.phones.network.connections.some((one) => one.getSenders().some((sender) => sender.track === track));
    const camera = () => call.localStream!.getVideoTracks()[0];
    await until(() => isSent(screen));
    await scene.stands(call);
    assert.ok(scene.peer.media!.receives("video"));
    const isBeside = isSent(camera());
    call.shareScreen(false);
    await until(() => isSent(camera()));
    await scene.stands(call);
    return isBeside ? "yes" : "partly";
  },
  restart: async (scene) => comesBack(scene, await scene.callOut()),
  restartIn: async (scene) => comesBack(scene, await scene.callIn()),
  hangUpHere: async (scene) => {
    const call = await scene.callIn();
    call.hangUp();
    await scene.ended(call);
    assert.equal(scene.peer.reason, "success");
    return "yes";
  },
  hangUpThere: async (scene) => {
    const call = await scene.callOut();
    scene.peer.hangUp();
    await scene.ended(call);
    assert.deepEqual(call.end, { reason: "hung-up", by: "them" });
    return "yes";
  },
  declineHere: async (scene) => {
    const call = await scene.ring();
    call.decline();
    await scene.ended(call);
    assert.equal(scene.peer.reason, "decline");
    return "yes";
  },
  declineThere: async (scene) => {
    const call = await scene.dial();
    scene.peer.decline();
    await scene.ended(call);
    assert.equal(call.end?.by, "them");
    return call.end.reason === "declined" ? "yes" : "partly";
  },
  cancelHere: async (scene) => {
    const call = await scene.dial();
    call.hangUp();
    await scene.ended(call);
    return "yes";
  },
  cancelThere: async (scene) => {
    const call = await scene.ring();
    scene.peer.cancel();
    await scene.ended(call);
    assert.equal(call.end?.reason, "cancelled");
    return "yes";
  },
  busyHere: async (scene) => {
    const carol = await scene.phones.signIn(CAROL);
    scene.us.phone.call(CAROL);
    await until(() => carol.incoming.length > 0);
    scene.peer.call(scene.peer.callsDevices ? scene.us.connection.jid : ALICE);
    await until(() => scene.peer.state === "ended");
    assert.equal(scene.peer.reason, "busy");
    assert.equal(scene.us.incoming.length, 0);
    return "yes";
  },
  busyThere: async (scene) => {
    scene.peer.engage();
    const call = scene.us.phone.call(BOB);
    await until(() => call.state === "ended");
    const { reason } = call.end!;
    assert.ok(reason === "busy" || reason === "declined");
    assert.equal(scene.peer.state, "connected");
    return reason === "busy" ? "yes" : "partly";
  },
  glareWon: (scene) => bothCall(scene, "zzzzzzzz-ffff-4fff-bfff-ffffffffffff"),
  glareLost: (scene) => bothCall(scene, "00000000-0000-4000-8000-000000000000"),
};

async function seesEachOther(scene: Scene, call: Call): Promise<Works> {
  await until(() => call.remoteVideo && scene.peer.media!.receives("video"));
  await scene.stands(call);
  return "yes";
}

async function turnsCameraOn(scene: Scene, call: Call): Promise<Works> {
  await settled();
  call.turnCamera(true);
  await settled();
  await scene.stands(call);
  const isSeen = scene.peer.media!.receives("video");
  assert.equal(call.cameraOn, isSeen, "nobody believes to be seen who is not");
  assert.equal(call.canCamera, isSeen);
  if (!isSeen) return "no";
  if (!call.remoteVideo) {
    scene.peer.addVideo();
    await until(() => call.remoteVideo);
    await scene.stands(call);
  }
  return "yes";
}

async function comesBack(scene: Scene, call: Call): Promise<Works> {
  const hasRestarted = () => scene.phones.network.connections.some(({ ice }) => ice.hasRestarted);
  const ringsAnew = () => scene.peer.state === "ringing";
  scene.breakOff();
  await until(() => call.state !== "connected");
  await until(() => hasRestarted() || ringsAnew());
  await settled();
  scene.phones.network.reachable = true;
  assert.equal(call.state, "reconnecting");
  if (ringsAnew()) scene.peer.accept();
  await scene.connected(call);
  assert.deepEqual(scene.us.phone.calls, [call]);
  return hasRestarted() ? "yes" : "partly";
}

/** Both calls are on their way before either comes; who is asked accepts. */
async function bothCall(scene: Scene, theirSid: string): Promise<Works> {
  const { us, peer, phones } = scene;
  peer.nextSid = theirSid;
  let hasCalled = false;
  phones.server.onStanza = (stanza) => {
    const isOurs = stanza.attrs.from === us.connection.jid && /propose|session-initiate/.test(stanza.toString());
    if (isOurs && !hasCalled) {
      hasCalled = true;
      peer.call(to);
    }
    return true;
  };
  const to = peer.callsDevices ? us.connection.jid : ALICE;
  await peer.prepare(to);
  us.phone.call(BOB);
  await until(() => hasCalled);
  await settled();
  if (peer.state === "ringing") peer.accept();
  for (const call of us.incoming) if (call.state === "ringing") call.accept();
  await until(() => us.phone.calls.length === 1 && us.phone.calls[0]!.state === "connected");
  await scene.stands(us.phone.calls[0]!);
  return "yes";
}

/** Time for what is on its way: several turns of server, media and batches. */
async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await pause();
}
