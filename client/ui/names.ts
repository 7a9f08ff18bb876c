import type { Roster } from "./engine.js";

/** What to call somebody: the name in the roster, or the part of the address before the "@". */
export function nameOf(address: string, roster: Roster | null): string {
  return roster?.get(address)?.name || localPart(address);
}

/** "alice" of "alice@example.org"; an address without one is its own name. */
export function localPart(address: string): string {
  const at = address.indexOf("@");
  return at > 0 ? address.slice(0, at) : address;
}

/** One or two capital letters that stand for a name. */
export function initials(name: string): string {
  const parts = name.split(/[\s._-]+/u).filter(Boolean);
  const letters = [parts[0], parts.length > 1 ? parts.at(-1) : ""].map((part) => Array.from(part ?? "")[0] ?? "");
  return letters.join("").toLocaleUpperCase() || "?";
}

/** A hue in 0..359 that an address always gets, so that people are told apart at a glance. */
export function hueOf(address: string): number {
  let hash = 0;
  for (const character of address) hash = (hash * 31 + character.codePointAt(0)!) % 3600;
  return Math.round(hash / 10);
}
