export function obtainBundlers(options?: { say?: (line: string) => void; signal?: AbortSignal }): Promise<string>;
