/** Removes what the compiler once made of sources that are gone; `out` mirrors `source`. */
export function removeOrphans(out: string, source: string): Promise<void>;
