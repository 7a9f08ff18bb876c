import { OUTCOMES, type Outcome, PEERS, type PeerName } from "./peers/outcomes.js";

const CLIENTS = Object.keys(PEERS) as PeerName[];

/** docs/interop.md, made of the outcomes that the suite of the scripted peers holds true. */
export function interopPage(): string {
  const head = ["", ...CLIENTS.map((client) => PEERS[client])];
  const notes: string[] = [];
  const rows = Object.values(OUTCOMES).map(({ what, with: outcomes }) => [
    what,
    ...CLIENTS.map((client) => cell(outcomes[client], notes)),
  ]);
  const table = [head, head.map(() => "---"), ...rows].map(line).join("\n");
  return `${INTRODUCTION}\n${table}\n\n${notes.map((note, i) => `${i + 1}. ${note}`).join("\n")}\n`;
}

const INTRODUCTION = `# Which client can do what with us

Made by \`npm run docs\` from \`test/support/peers/outcomes.ts\`. Each cell is a test (\`test/client/peers.test.ts\`): our phone
in a call with a scripted stand-in for the client, over a server and a network in memory. The stand-ins
(\`test/support/peers/\`) send, take and refuse what the client does: Dino's in the shapes of captured calls, the others'
from reading their sources. They show that we keep to each client's ways as far as those are known; they are not the
clients. Where nothing is known of a client's way, the stand-in follows the XEP.
`;

function cell({ works, how }: Outcome, notes: string[]): string {
  if (!how) return works;
  if (!notes.includes(how)) notes.push(how);
  return `${works} (${notes.indexOf(how) + 1})`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
