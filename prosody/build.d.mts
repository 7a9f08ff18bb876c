/** Whether dist/ below `root` was built from the sources as they are now. */
export function isBuilt(root: string): Promise<boolean>;
