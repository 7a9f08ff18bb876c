import { obtainCoturn } from "./coturn.js";
import { obtainEjabberd } from "./ejabberd.js";
import { obtainUnpacked } from "./prosody.js";

/** Finds or fetches every server that `npm run test:all` runs beside this machine's Prosody: none needs root. */
export async function obtainServers(say: (line: string) => void, signal: AbortSignal): Promise<void> {
  await obtainUnpacked(undefined, say, signal);
  await obtainUnpacked("trixie", say, signal);
  await obtainEjabberd(say, signal);
  await obtainCoturn(say, signal);
}
