import type { Memory } from "../index.js";

/** What this browser keeps; each time it is asked for anew, since a browser that keeps nothing throws at its very name. */
export const memory: Memory = {
  getItem: (name) => localStorage.getItem(name),
  setItem: (name, value) => localStorage.setItem(name, value),
};
