import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { root } from "./root.js";

/** What the tests look at of compose.yaml. */
export interface Composition {
  readonly services: Readonly<Record<string, Service>>;
  readonly configs: Readonly<Record<string, { readonly content: string }>>;
}

export interface Service {
  readonly build: string | { readonly context?: string; readonly dockerfile_inline: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly network_mode?: string;
  readonly configs?: readonly { readonly source: string; readonly target: string }[];
}

/** compose.yaml with the variables of a .env file put in; throws where it needs one that is not given. */
export function composition(variables: Readonly<Record<string, string>>): Composition {
  return load(interpolate(composeText(), variables)) as Composition;
}

export function composeText(): string {
  return readFileSync(join(root, "compose.yaml"), "utf8");
}

/** As Compose does it: ${NAME:-default} and ${NAME:?why it is needed}. */
function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind?: string, word?: string) => {
    const value = variables[name];
    if (value) return value;
    if (kind === "?") throw new Error(`${name}: ${word}`);
    return word ?? "";
  });
}
