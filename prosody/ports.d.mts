/** `count` different TCP ports of 127.0.0.1 that are free at this moment. */
export function freePorts(count: number): Promise<readonly number[]>;
