/** Why a version of Node, such as "18.20.4", will not do: a sentence, or null when it will. */
export function nodeTooOld(version: string): string | null;
