// An engine without a server: the page's tests and demonstrations drive it by hand.
import type { Engine } from "#client/app/engine.js";
import { ConnectionError, type ConnectionErrorCondition } from "#client/index.js";
import type {
  Call,
  CallEnd,
  CallEntry,
  CallLog,
  CallState,
  Chat,
  ChatMessage,
  Connection,
  Contact,
  Conversation,
  Phone,
  Roster,
} from "#client/ui/engine.js";

export class FakeConnection extends EventTarget {
  status: "online" | "reconnecting" | "closed" = "online";
  constructor(readonly jid: string) {
    super();
  }
  send(): void {}
  async close(): Promise<void> {
    this.status = "closed";
    this.dispatchEvent(Object.assign(new Event("closed"), { error: null }));
  }
  lose(): void {
    this.status = "reconnecting";
    this.dispatchEvent(new Event("offline"));
  }
  comeBack(): void {
    this.status = "online";
    this.dispatchEvent(Object.assign(new Event("online"), { resumed: true }));
  }
  endWith(condition: ConnectionErrorCondition, message: string): void {
    this.status = "closed";
    this.dispatchEvent(Object.assign(new Event("closed"), { error: new ConnectionError(condition, message) }));
  }
}

export class FakeRoster extends EventTarget {
  readonly ready = Promise.resolve();
  requests: string[] = [];
  #contacts: Contact[] = [];
  /** Present ones first, then by name. */
  get contacts(): readonly Contact[] {
    const rank = { online: 0, busy: 1, away: 2, offline: 3 };
    return [...this.#contacts].sort((a, b) => rank[a.presence] - rank[b.presence] || a.name.localeCompare(b.name));
  }
  get(address: string): Contact | undefined {
    return this.#contacts.find((contact) => contact.address === address);
  }
  set(address: string, contact: Partial<Contact>): void {
    const before = this.get(address) ?? {
      address,
      name: "",
      subscription: "none",
      asked: false,
      presence: "offline",
      status: "",
      canCall: "unknown",
    };
    this.#contacts = [...this.#contacts.filter((other) => other.address !== address), { ...before, ...contact }];
    this.#changed();
  }
  add(address: string, name = ""): void {
    this.set(address, { name, asked: true });
  }
  remove(address: string): void {
    this.#contacts = this.#contacts.filter((contact) => contact.address !== address);
    this.#changed();
  }
  rename(address: string, name: string): void {
    this.set(address, { name });
  }
  ask(address: string): void {
    this.requests = [...this.requests, address];
    this.#changed();
  }
  approve(address: string): void {
    this.deny(address);
    this.set(address, { subscription: "both" });
  }
  deny(address: string): void {
    this.requests = this.requests.filter((other) => other !== address);
    this.#changed();
  }
  #changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}

export class FakeChat extends EventTarget {
  readonly #conversations = new Map<string, { messages: ChatMessage[]; unread: number }>();
  #count = 0;
  conversation(address: string): Conversation {
    return { address, ...this.#of(address), complete: this.archive.length === 0 };
  }
  get conversations(): readonly Conversation[] {
    return [...this.#conversations.keys()].map((address) => this.conversation(address));
  }
  /** What the archive holds of every conversation, the oldest first. */
  archive: ChatMessage[] = [];
  async older(address: string): Promise<void> {
    this.#of(address).messages.unshift(...this.archive.splice(-50));
    this.dispatchEvent(new Event("change"));
  }
  send(address: string, body: string): ChatMessage {
    return this.put(address, { from: "me", body });
  }
  receive(address: string, body: string, time = Date.now()): ChatMessage {
    this.#of(address).unread += 1;
    return this.put(address, { from: "them", body, time });
  }
  put(address: string, message: Partial<ChatMessage>): ChatMessage {
    this.#count += 1;
    const whole: ChatMessage = {
      id: `m${this.#count}`,
      from: "me",
      body: "",
      time: Date.now(),
      state: "sent",
      ...message,
    };
    this.#of(address).messages.push(whole);
    this.dispatchEvent(Object.assign(new Event("message"), { address, message: whole }));
    return whole;
  }
  markRead(address: string): void {
    this.#of(address).unread = 0;
    this.dispatchEvent(new Event("change"));
  }
  #of(address: string) {
    const conversation = this.#conversations.get(address) ?? { messages: [], unread: 0 };
    this.#conversations.set(address, conversation);
    return conversation;
  }
}

export class FakeCallLog extends EventTarget {
  entries: CallEntry[] = [];
  readonly #seen = new Map<string, number>();
  put(address: string, entry: Partial<CallEntry>): void {
    const call: CallEntry = {
      id: crypto.randomUUID(),
      address,
      direction: "incoming",
      video: false,
      at: Date.now(),
      duration: null,
      outcome: "missed",
      ...entry,
    };
    this.entries = [...this.entries, call];
    this.dispatchEvent(new Event("change"));
  }
  with(address: string): readonly CallEntry[] {
    return this.entries.filter((entry) => entry.address === address);
  }
  missed(address: string): number {
    const seen = this.#seen.get(address) ?? 0;
    return this.with(address).filter(({ outcome, at }) => outcome === "missed" && at > seen).length;
  }
  markSeen(address: string): void {
    if (this.missed(address) === 0) return;
    this.#seen.set(address, Date.now());
    this.dispatchEvent(new Event("change"));
  }
}

export interface FakeCallOptions {
  readonly address: string;
  readonly direction: "outgoing" | "incoming";
  readonly video: boolean;
}

export class FakeCall extends EventTarget {
  readonly id = crypto.randomUUID();
  readonly address: string;
  readonly direction: "outgoing" | "incoming";
  readonly video: boolean;
  state: CallState;
  connectedAt: number | null = null;
  endedAt: number | null = null;
  end: CallEnd | null = null;
  readonly ended: Promise<CallEnd>;
  localStream: MediaStream | null = null;
  remoteStream: MediaStream | null = null;
  muted = false;
  cameraOn: boolean;
  canCamera: boolean;
  deviceProblem: Call["deviceProblem"] = null;
  remoteVideo = false;
  remoteMuted = false;
  onHold = false;
  heldByPeer = false;
  canShare = false;
  localScreen: MediaStream | null = null;
  remoteScreen: MediaStream | null = null;
  /** What `sendTones` was called with. */
  tones = "";
  /** What `useDevice` was called with. */
  readonly devices: (readonly [kind: "audio" | "video", deviceId: string])[] = [];
  /** What `accept` was called with. */
  accepted: { readonly video?: boolean } | null = null;
  #resolve!: (end: CallEnd) => void;

  constructor(options: FakeCallOptions) {
    super();
    this.address = options.address;
    this.direction = options.direction;
    this.video = options.video;
    this.state = options.direction === "incoming" ? "ringing" : "calling";
    this.cameraOn = options.video;
    this.canCamera = options.video;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
  accept(options: { video?: boolean } = {}): void {
    this.accepted = options;
    this.cameraOn = this.video && options.video !== false;
    this.become("connecting");
  }
  decline(): void {
    this.finish({ reason: "declined", by: "us" });
  }
  hangUp(): void {
    this.finish({ reason: this.connectedAt === null ? "cancelled" : "hung-up", by: "us" });
  }
  mute(on: boolean): void {
    this.muted = on;
    this.changed();
  }
  turnCamera(on: boolean): void {
    this.cameraOn = on;
    this.changed();
  }
  useDevice(kind: "audio" | "video", deviceId: string): void {
    this.devices.push([kind, deviceId]);
    this.changed();
  }
  shareScreen(on = true): void {
    this.localScreen = on ? farSide({ video: true }) : null;
    this.changed();
  }
  hold(on = true): void {
    this.onHold = on;
    this.become(on || this.heldByPeer ? "held" : "connected");
  }
  /** The other side puts us on hold, or takes the call up again. */
  heldBy(on: boolean): void {
    this.heldByPeer = on;
    this.become(on || this.onHold ? "held" : "connected");
  }
  sendTones(tones: string): void {
    this.tones += tones;
  }
  async getStats(): Promise<null> {
    return null;
  }
  become(state: CallState): void {
    if (this.state === "ended") return;
    this.state = state;
    if (state === "connected") this.connectedAt ??= Date.now();
    this.dispatchEvent(new Event("statechange"));
  }
  finish(end: CallEnd): void {
    if (this.state === "ended") return;
    this.end = end;
    this.endedAt = Date.now();
    this.become("ended");
    this.#resolve(end);
  }
  set(
    values: Partial<
      Pick<
        FakeCall,
        | "localStream"
        | "remoteStream"
        | "remoteVideo"
        | "remoteMuted"
        | "connectedAt"
        | "canCamera"
        | "deviceProblem"
        | "canShare"
        | "remoteScreen"
      >
    >,
  ): void {
    Object.assign(this, values);
    this.changed();
  }
  changed(): void {
    this.dispatchEvent(new Event("mediachange"));
  }
}

export class FakePhone extends EventTarget {
  calls: FakeCall[] = [];
  /** Every call there ever was. */
  readonly all: FakeCall[] = [];
  call(address: string, { video = false }: { video?: boolean }): FakeCall {
    return this.#take(new FakeCall({ address, direction: "outgoing", video }));
  }
  ring(address: string, video: boolean): FakeCall {
    const call = this.#take(new FakeCall({ address, direction: "incoming", video }));
    this.dispatchEvent(Object.assign(new Event("incoming"), { call }));
    return call;
  }
  #take(call: FakeCall): FakeCall {
    this.calls = [...this.calls, call];
    this.all.push(call);
    call.ended.then(() => {
      this.calls = this.calls.filter((other) => other !== call);
      this.dispatchEvent(new Event("callschange"));
    });
    this.dispatchEvent(new Event("callschange"));
    return call;
  }
}

/** One account, "alice", whose password is "secret". */
export class FakeEngine implements Engine {
  readonly rosterOf = new FakeRoster();
  readonly chatOf = new FakeChat();
  readonly phoneOf = new FakePhone();
  readonly callLogOf = new FakeCallLog();
  connection: FakeConnection | null = null;
  /** What the next sign-in fails with, whatever the password. */
  trouble: ConnectionErrorCondition | null = null;
  /** What `connect` was called with. */
  asked: { readonly service: string; readonly address: string } | null = null;

  async connect(options: { service: string; address: string; password: string }): Promise<Connection> {
    this.asked = { service: options.service, address: options.address };
    await new Promise((resolve) => setTimeout(resolve, 30));
    const condition = options.password === "secret" ? this.trouble : "not-authorized";
    if (condition) throw new ConnectionError(condition, `No sign-in: ${condition}.`);
    this.connection = new FakeConnection(`${options.address}/page`);
    return this.connection as unknown as Connection;
  }
  roster(): Roster {
    return this.rosterOf as unknown as Roster;
  }
  chat(): Chat {
    return this.chatOf as unknown as Chat;
  }
  phone(): Phone {
    return this.phoneOf as unknown as Phone;
  }
  callLog(): CallLog {
    return this.callLogOf as unknown as CallLog;
  }
}

/** A moving picture and a tone, as a camera and a microphone at the other end would give. */
export function farSide({ video }: { readonly video: boolean }): MediaStream {
  const audio = new AudioContext();
  const tone = new OscillatorNode(audio, { frequency: 220 });
  const out = audio.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  if (!video) return out.stream;
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  const pen = canvas.getContext("2d")!;
  let turn = 0;
  const paint = () => {
    turn += 1;
    const sky = pen.createLinearGradient(0, 0, 640, 360);
    sky.addColorStop(0, "#40507a");
    sky.addColorStop(1, "#9a7b6b");
    pen.fillStyle = sky;
    pen.fillRect(0, 0, 640, 360);
    pen.fillStyle = "#e9c3a3";
    pen.beginPath();
    pen.ellipse(320 + 12 * Math.sin(turn / 8), 160, 62, 78, 0, 0, 7);
    pen.fill();
    pen.fillStyle = "#2b3550";
    pen.beginPath();
    pen.ellipse(320, 380, 150, 130, 0, 0, 7);
    pen.fill();
  };
  paint();
  setInterval(paint, 66);
  return new MediaStream([...canvas.captureStream(15).getTracks(), ...out.stream.getTracks()]);
}

/** Compile-time proof that the fakes have everything that the elements use. */
export const fakesFit = (call: FakeCall): Omit<Call, "addEventListener" | "removeEventListener"> => call;
