import { html, svg, type TemplateResult } from "lit";

// One stroke family on a 24 px grid. Decoration only: the control that holds an icon carries the name. Each is an export
// of its own, and marked as pure, so that a bundle has only those that it shows.

/** @param paths the strokes, as SVG path data */
export function icon(...paths: readonly string[]): TemplateResult {
  return html`<svg
    viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false"
  >${paths.map((d) => svg`<path d=${d}></path>`)}</svg>`;
}

const HANDSET =
  "M6.6 3.5h2.3l1.6 4.4-2 1.5a12.6 12.6 0 0 0 6.1 6.1l1.5-2 4.4 1.6v2.3a2.4 2.4 0 0 1-2.6 2.4A16.2 16.2 0 0 1 4.2 6.1 2.4 2.4 0 0 1 6.6 3.5z";
const CAMERA = "M4.5 6.5h8a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-8a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2z";
const LENS = "M14.5 10.8l5-3.1a.7.7 0 0 1 1.1.6v7.4a.7.7 0 0 1-1.1.6l-5-3.1";
const MICROPHONE = "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3z";
const STAND = "M5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21";
const SLASH = "M3.5 3.5l17 17";

export const phone = /* @__PURE__ */ icon(HANDSET);
export const hangUp = /* @__PURE__ */ html`<span class="hung-up">${icon(HANDSET)}</span>`;
export const video = /* @__PURE__ */ icon(CAMERA, LENS);
export const videoOff = /* @__PURE__ */ icon(CAMERA, LENS, SLASH);
export const microphone = /* @__PURE__ */ icon(MICROPHONE, STAND);
export const microphoneOff = /* @__PURE__ */ icon(MICROPHONE, STAND, SLASH);
export const send = /* @__PURE__ */ icon("M21 3L10.5 13.5", "M21 3l-6.5 18-4-7.5L3 9.5z");
export const back = /* @__PURE__ */ icon("M15 5l-7 7 7 7");
export const expand = /* @__PURE__ */ icon("M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7");
export const down = /* @__PURE__ */ icon("M5 9l7 7 7-7");
export const close = /* @__PURE__ */ icon("M6 6l12 12M18 6L6 18");
export const search = /* @__PURE__ */ icon("M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14z", "M20.5 20.5L16 16");
export const plus = /* @__PURE__ */ icon("M12 5v14M5 12h14");
export const more = /* @__PURE__ */ icon("M12 5h.01M12 12h.01M12 19h.01");
export const chat = /* @__PURE__ */ icon("M20.5 11.5a8 8 0 0 1-11.8 7L4 20l1.5-4.7a8 8 0 1 1 15-3.8z");
export const sound = /* @__PURE__ */ icon(
  "M11 5.5L6.5 9H3v6h3.5l4.5 3.5z",
  "M15 9.2a4 4 0 0 1 0 5.6M17.8 6.5a8 8 0 0 1 0 11",
);
export const leave = /* @__PURE__ */ icon("M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4", "M15 16l4-4-4-4M19 12H9");
export const bell = /* @__PURE__ */ icon(
  "M6 9.5a6 6 0 0 1 12 0c0 5.5 2 6.5 2 6.5H4s2-1 2-6.5",
  "M10 19.5a2.2 2.2 0 0 0 4 0",
);
export const pencil = /* @__PURE__ */ icon("M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19z");
export const trash = /* @__PURE__ */ icon("M4 7h16M9.5 7V4.5h5V7M6 7l1 13h10l1-13");
export const warning = /* @__PURE__ */ icon("M12 4l9 16H3z", "M12 10.5v4M12 17.3h.01");
