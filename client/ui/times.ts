import { chatWords as words } from "./words.js";

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayOfYear = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const short = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** "14:05" */
export function timeOfDay(ms: number): string {
  return time.format(ms);
}

/** Date and time in full, for a tooltip. */
export function fullTime(ms: number): string {
  return full.format(ms);
}

/** "Today", "Yesterday", or the day. */
export function dayWords(ms: number, now = Date.now()): string {
  const age = daysBetween(ms, now);
  if (age === 0) return words.today;
  if (age === 1) return words.yesterday;
  return (age < 300 ? day : dayOfYear).format(ms);
}

/** The time if it was today, else the day: what fits a list. */
export function shortTime(ms: number, now = Date.now()): string {
  return daysBetween(ms, now) === 0 ? time.format(ms) : short.format(ms);
}

export function daysBetween(from: number, to: number): number {
  return Math.round((new Date(to).setHours(0, 0, 0, 0) - new Date(from).setHours(0, 0, 0, 0)) / 86_400_000);
}
