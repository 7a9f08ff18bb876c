export interface Holder {
  readonly pid: number;
  readonly note: string;
}

export type Lock =
  | { readonly holder: null; readonly release: () => Promise<void> }
  | { readonly holder: Holder; readonly release?: undefined };

/** Takes the lock `file` for this process, or says who has it. The lock of a process that is gone counts as free. */
export function takeLock(file: string, note?: string): Promise<Lock>;
