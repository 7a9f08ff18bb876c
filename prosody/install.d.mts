/** Whether node_modules below `root` holds exactly what its package-lock.json asks for. */
export function isInstalled(root: string): Promise<boolean>;

/** Makes it so. */
export function ensureInstalled(options: {
  readonly root: string;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}): Promise<void>;
