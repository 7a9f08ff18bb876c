export function bundleExample(name: string, folder: string): Promise<void>;
