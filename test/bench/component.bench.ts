import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Element } from "ltx";
import { xml } from "#jingle/index.js";
import { fakeServer, type Peer } from "../component/fake-server.js";
import { running } from "../component/links.js";
import { undoAll, undoLater } from "../component/undo.js";
import type { Way } from "./component-echo.js";
import { libraryComponent } from "./library.js";
import { median, type Row } from "./row.js";

/** performance.md: the component's burst of ten, and its price for a small stanza. */
export async function* bench(): AsyncGenerator<Row> {
  try {
    yield await burst();
    yield* await smallStanzas();
  } finally {
    await undoAll();
  }
}

const BURSTS = 15;

async function burst(): Promise<Row> {
  const link = await linkSender();
  const library = await librarySender();
  const times = { link: [] as number[], library: [] as number[] };
  for (let i = 0; i < BURSTS; i++) {
    times.link.push(await tenth(link));
    times.library.push(await tenth(library));
  }
  const [ours, theirs] = [median(times.link), median(times.library)];
  return {
    what: "burst of ten stanzas, until the tenth has arrived",
    value: ours,
    unit: " ms",
    goal: 3,
    is: "<=",
    beside: [`@xmpp/component as it comes: ${theirs.toFixed(1)} ms, ${(theirs / ours).toFixed(0)} times as long`],
  };
}

interface Sender {
  readonly peer: Peer;
  send(stanza: Element): unknown;
}

async function linkSender(): Promise<Sender> {
  const server = await fakeServer();
  const { link, online } = running(server.options);
  const peer = await server.component();
  await online();
  return { peer, send: (stanza) => link.send(stanza) };
}

async function librarySender(): Promise<Sender> {
  const server = await fakeServer();
  const library = libraryComponent(server.options);
  undoLater(() => library.stop());
  await library.start();
  return { peer: await server.component(), send: (stanza) => library.send(stanza) };
}

/** Milliseconds. */
async function tenth({ peer, send }: Sender): Promise<number> {
  peer.received = "";
  const begin = performance.now();
  for (let i = 0; i < 10; i++) send(xml("message", { to: "alice@example.org", id: `burst-${i}` }));
  await peer.said("burst-9");
  const time = performance.now() - begin;
  // A server that answers now and then, as they do, delays its acknowledgements.
  peer.send("<message from='alice@example.org/x' to='call.example.org'/>");
  await new Promise((resolve) => setTimeout(resolve, 10));
  return time;
}

const ROUNDS = 11;
const STANZAS = 2000;
const STANZA =
  "<message from='alice@example.org/phone' to='bob@call.example.org' type='chat' id='0123456789'><body>hello there</body></message>";

async function smallStanzas(): Promise<readonly Row[]> {
  const echoes = {
    link: await startEcho("link"),
    ltx: await startEcho("ltx"),
    library: await startEcho("library"),
  };
  const rows: Row[] = [];
  for (const [window, how] of [
    [1, "one after the other"],
    [10, "ten at a time"],
  ] as const) {
    const used = { link: [] as number[], ltx: [] as number[], library: [] as number[] };
    for (let round = -2; round < ROUNDS; round++) {
      const order = ["link", "ltx", "library"] as const;
      for (const way of round % 2 === 0 ? order : order.toReversed()) {
        // As it comes, the library waits 40 ms for every ten.
        const price = await measure(echoes[way], window, way === "library" && window > 1 ? STANZAS / 10 : STANZAS);
        // The first rounds warm the compiler up.
        if (round >= 0) used[way].push(price);
      }
    }
    const against = (prices: readonly number[]) => median(prices.map((price, round) => price / used.ltx[round]!));
    const [link, ltx, library] = [median(used.link), median(used.ltx), median(used.library)].map((us) => us.toFixed(0));
    rows.push({
      what: `CPU for a small stanza and its echo, ${how}, against a bare ltx echo`,
      value: against(used.link),
      unit: "x",
      goal: 1.4,
      is: "<=",
      beside: [
        `link ${link} us, bare ltx ${ltx} us, @xmpp/component as it comes ${library} us (${against(used.library).toFixed(2)}x)`,
      ],
    });
  }
  return rows;
}

interface Echo {
  readonly peer: Peer;
  readonly child: ChildProcess;
}

async function startEcho(way: Way): Promise<Echo> {
  const server = await fakeServer();
  const program = fileURLToPath(new URL("component-echo.js", import.meta.url));
  const child = fork(program, [way, String(server.port)]);
  undoLater(async () => {
    child.disconnect();
    await once(child, "exit");
  });
  const peer = await server.component();
  // Counted by measure(), not kept.
  peer.socket.removeAllListeners("data");
  return { peer, child };
}

/** Microseconds of CPU time that the echo's process takes for each of so many stanzas, with `window` of them under way. */
async function measure({ peer: { socket }, child }: Echo, window: number, stanzas: number): Promise<number> {
  const begin = await cpu(child);
  let answered = 0;
  const done = new Promise<void>((resolve) => {
    socket.on("data", (text: string) => {
      const before = Math.floor(answered / window);
      answered += text.split("</message>").length - 1;
      if (answered >= stanzas) resolve();
      else if (Math.floor(answered / window) > before) socket.write(STANZA.repeat(window));
    });
  });
  socket.write(STANZA.repeat(window));
  await done;
  socket.removeAllListeners("data");
  return ((await cpu(child)) - begin) / stanzas;
}

async function cpu(child: ChildProcess): Promise<number> {
  child.send("cpu");
  const [{ user, system }] = (await once(child, "message")) as [NodeJS.CpuUsage];
  return user + system;
}
