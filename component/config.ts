import { readFileSync } from "node:fs";
import { z } from "zod";

/** What a component needs to know; parsed once, at the door. */
export interface Config {
  /** The component's own address. */
  readonly domain: string;
  readonly secret: string;
  /** Where the server listens for components. */
  readonly host: string;
  readonly port: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** What is wrong with a configuration: a line for each key, which says how to mend it. Never holds a value of a secret. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** The environment's name of each key, and what its value must be. */
const KEYS: { readonly [Key in keyof Config]: { readonly variable: string; readonly cure: string } } = {
  domain: {
    variable: "JINGLEWIRE_DOMAIN",
    cure: "Set it to the component's address as it stands in your server's configuration, such as call.example.org.",
  },
  secret: {
    variable: "JINGLEWIRE_SECRET",
    cure: "Set it to the component_secret of your server's configuration.",
  },
  host: {
    variable: "JINGLEWIRE_HOST",
    cure: "Set it to the name or address of the machine that your server runs on, or leave it out for localhost.",
  },
  port: {
    variable: "JINGLEWIRE_PORT",
    cure: "Set it to your server's port for components, a number from 1 to 65535, or leave it out for 5347.",
  },
  logLevel: {
    variable: "JINGLEWIRE_LOG_LEVEL",
    cure: `Set it to one of ${LOG_LEVELS.join(", ")}, or leave it out for info.`,
  },
};

const DOMAIN = /^[^\s@/\\<>"'&:]+$/;

const schema = z.strictObject({
  domain: z.string().regex(DOMAIN).toLowerCase(),
  secret: z.string().min(1),
  host: z.string().regex(/^\S+$/).default("localhost"),
  // An environment has only texts.
  port: z.coerce.number().int().min(1).max(65_535).default(5347),
  logLevel: z.enum(LOG_LEVELS).default("info"),
});

/**
 * The configuration from a JSON file with Config's keys, if there is one, and from the environment, which wins. An empty
 * variable counts as not set.
 *
 * @throws ConfigError
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>, file?: string): Config {
  const fromFile = file === undefined ? {} : readFile(file);
  const given: Record<string, unknown> = { ...fromFile };
  for (const [key, { variable }] of Object.entries(KEYS)) if (environment[variable]) given[key] = environment[variable];
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => unknownKey(key, file))
      : [problem(issue.path[0] as keyof Config, given, environment, file)],
  );
  throw new ConfigError(lines.join("\n"));
}

function readFile(file: string): object {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`${file}: cannot be read (${code}). Give --config the path of a JSON file that is yours.`);
  }
  const value = parseJson(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new ConfigError(`${file}: not a JSON object. Write it as { "domain": "call.example.org", "secret": "..." }.`);
}

/** The parser's own words could quote a secret. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Says which key and how to mend it, never what was given: it may be a secret in the wrong place. */
function problem(
  key: keyof Config,
  given: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
  file: string | undefined,
): string {
  const { variable, cure } = KEYS[key];
  const inFile = file !== undefined && given[key] !== undefined && !environment[variable];
  const place = inFile ? `${key} in ${file}` : variable;
  return `${place}: ${given[key] === undefined ? "missing" : "not valid"}. ${cure}`;
}

function unknownKey(key: string, file: string | undefined): string {
  return `${key} in ${file}: not known. The keys are ${Object.keys(KEYS).join(", ")}.`;
}
