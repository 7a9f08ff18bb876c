/** What is wanted of a distribution's packages. */
export interface Wishes {
  readonly packages: readonly string[];
  /** Left out where a release has not got all of them. */
  readonly recommended?: readonly string[];
  /** A Debian release such as "trixie", with its own C library where it needs it; default: the machine's own release. */
  readonly suite?: string | undefined;
  /** Whether a package of the closure is needed to run, by its name. */
  readonly loaded: (name: string) => boolean;
}

export interface UnpackOptions {
  /** What is fetched, in a person's words. */
  readonly title: string;
  /** What to do where it cannot be fetched. */
  readonly advice: string;
  /** The folder that the tree will be. */
  readonly prefix: string;
  readonly wishes: Wishes;
  /** Makes the unpacked tree ready and tries it out; a CommandError means that it cannot run here. */
  readonly complete: (tree: string) => Promise<void>;
  readonly path?: string;
  readonly say?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Whether `prefix` holds what unpackPackages() would put there for the same wishes. */
export function isUnpacked(prefix: string, wishes: Wishes): Promise<boolean>;

/** Downloads packages with all that they load and unpacks them into `prefix`, without root. */
export function unpackPackages(options: UnpackOptions): Promise<void>;

/** Where a tree's shared libraries lie, and its own loader if it has one. */
export function librariesOf(tree: string): Promise<{ readonly folders: readonly string[]; readonly loader?: string }>;
