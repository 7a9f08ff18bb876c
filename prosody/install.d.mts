/** Whether node_modules below `root` holds exactly what its package-lock.json asks for. */
export function isInstalled(root: string): Promise<boolean>;
