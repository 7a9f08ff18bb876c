export const PEERS = {
  conversations: "Conversations 2.12 to 2.19",
  dino: "Dino 0.4.2",
  monal: "Monal 2024-10",
  movim: "Movim 0.34",
  stanza: "stanza 12",
} as const;
export type PeerName = keyof typeof PEERS;

export interface Outcome {
  readonly works: "yes" | "partly" | "no";
  /** What a user sees of it, where it is not just as between two of us. */
  readonly how?: string;
}

export interface Row {
  /** What a user does, or has done to. */
  readonly what: string;
  readonly with: Readonly<Record<PeerName, Outcome>>;
}

const YES: Outcome = { works: "yes" };
const INSTEAD: Outcome = { works: "partly", how: "in the place of your camera" };
const ALL = { conversations: YES, dino: YES, monal: YES, movim: YES, stanza: YES };

/** What comes of each scenario with each client: the suite of the scripted peers holds it true. */
export const OUTCOMES = {
  callOut: { what: "You call", with: { ...ALL } },
  callIn: { what: "You are called", with: { ...ALL } },
  videoOut: { what: "You call with video", with: { ...ALL } },
  videoIn: { what: "You are called with video", with: { ...ALL } },
  noCameraThere: { what: "You call with video, and are answered without a camera", with: { ...ALL } },
  noCameraHere: { what: "You are called with video, and answer without a camera", with: { ...ALL } },
  upgradeHere: {
    what: "You called, and turn your camera on later",
    with: {
      ...ALL,
      monal: { works: "no", how: "a call that began with sound keeps to it" },
      stanza: { works: "no", how: "it refuses; your camera goes off again" },
    },
  },
  upgradeHereIn: {
    what: "You were called, and turn your camera on later",
    with: {
      ...ALL,
      monal: { works: "no", how: "a call that began with sound keeps to it" },
      stanza: { works: "no", how: "it refuses; your camera goes off again" },
    },
  },
  upgradeThere: {
    what: "The other side turns its camera on later",
    with: { ...ALL, monal: { works: "no", how: "it cannot" }, stanza: { works: "no", how: "the library cannot" } },
  },
  muteHere: {
    what: "You mute yourself",
    with: {
      ...ALL,
      conversations: { works: "partly", how: "it hears nothing of you, and is not told why" },
      monal: { works: "partly", how: "it hears nothing of you, and is not told why" },
    },
  },
  muteThere: {
    what: "The other side mutes itself",
    with: {
      ...ALL,
      conversations: { works: "no", how: "you hear nothing, and are not told why" },
      monal: { works: "no", how: "you hear nothing, and are not told why" },
    },
  },
  holdHere: {
    what: "You put the call on hold",
    with: {
      ...ALL,
      conversations: { works: "partly", how: "it gets neither sound nor picture, and is not told why" },
      monal: { works: "partly", how: "it gets neither sound nor picture, and is not told why" },
    },
  },
  holdThere: {
    what: "The other side puts the call on hold",
    with: {
      ...ALL,
      conversations: { works: "no", how: "it cannot" },
      monal: { works: "no", how: "it cannot" },
      movim: { works: "no", how: "it cannot, as far as is known" },
    },
  },
  screenHere: {
    what: "You show your screen in a video call",
    with: { conversations: INSTEAD, dino: INSTEAD, monal: INSTEAD, movim: INSTEAD, stanza: INSTEAD },
  },
  restart: {
    what: "You called, and media break off until another network is there",
    with: {
      ...ALL,
      dino: { works: "partly", how: "it rings there anew" },
      monal: { works: "partly", how: "it rings there anew" },
      movim: { works: "partly", how: "it rings there anew" },
    },
  },
  restartIn: {
    what: "You were called, and media break off until another network is there",
    with: {
      ...ALL,
      dino: { works: "partly", how: "it rings there anew" },
      monal: { works: "partly", how: "it rings there anew" },
      movim: { works: "partly", how: "it rings there anew" },
    },
  },
  hangUpHere: { what: "You hang up", with: { ...ALL } },
  hangUpThere: { what: "The other side hangs up", with: { ...ALL } },
  declineHere: { what: "You decline", with: { ...ALL } },
  declineThere: { what: "The other side declines", with: { ...ALL, monal: { works: "partly", how: "it says busy" } } },
  cancelHere: { what: "You give up before the answer", with: { ...ALL } },
  cancelThere: { what: "The other side gives up before the answer", with: { ...ALL } },
  busyHere: { what: "You are busy", with: { ...ALL } },
  busyThere: { what: "The other side is busy", with: { ...ALL } },
  glareWon: { what: "You call each other at the same moment, and your call counts", with: { ...ALL } },
  glareLost: { what: "You call each other at the same moment, and the other call counts", with: { ...ALL } },
} as const satisfies Record<string, Row>;

export type ScenarioName = keyof typeof OUTCOMES;
