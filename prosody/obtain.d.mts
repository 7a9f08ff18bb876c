/** How to run a Prosody: `command` with `args`, and `env` on top of the environment. */
export interface Obtained {
  readonly kind: "docker" | "local" | "unpacked";
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** For "docker": who we are inside the container, as UID:GID. */
  readonly user?: string;
}

export interface ObtainOptions {
  /** Where an unpacked Prosody is kept. */
  readonly dir: string;
  /** "docker", "local" or "unpacked" forces one way; default: the variable PROSODY. */
  readonly choice?: string;
  /** Whether a Docker engine that answers is the first choice; default: only when it is forced. */
  readonly docker?: boolean;
  /** For "unpacked": a Debian release such as "trixie", in place of the machine's own. */
  readonly suite?: string;
  /** Where programs are looked for; default: the variable PATH. */
  readonly path?: string;
  readonly say?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Finds a Prosody, or gets one: in a container, the machine's own, or Debian's or Ubuntu's packages unpacked into `dir`
 * without root.
 * Rejects with a Sentence that names every way when there is none.
 */
export function obtainProsody(options: ObtainOptions): Promise<Obtained>;

/** Throws the sentence for a value of PROSODY that nobody knows. */
export function checkChoice(choice: string | undefined): void;
