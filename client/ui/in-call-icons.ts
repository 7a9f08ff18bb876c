import { icon } from "./icons.js";

// The icons of what comes beside a call that runs; a file of their own, for bundlers load files whole.

const SCREEN = "M4 4.5h16a1.5 1.5 0 0 1 1.5 1.5v9.5A1.5 1.5 0 0 1 20 17H4a1.5 1.5 0 0 1-1.5-1.5V6A1.5 1.5 0 0 1 4 4.5z";
const FOOT = "M8.5 20.5h7M12 17v3.5";

export const share = /* @__PURE__ */ icon(SCREEN, FOOT, "M12 14V8M9.3 10.4L12 7.7l2.7 2.7");
export const stopSharing = /* @__PURE__ */ icon(SCREEN, FOOT, "M9.7 8.5l4.6 4.6M14.3 8.5l-4.6 4.6");
export const hold = /* @__PURE__ */ icon("M9 5.5v13M15 5.5v13");
export const resume = /* @__PURE__ */ icon("M8 5.5l10.5 6.5L8 18.5z");
export const keypad = /* @__PURE__ */ icon(
  "M6 5h.01M12 5h.01M18 5h.01M6 10h.01M12 10h.01M18 10h.01M6 15h.01M12 15h.01M18 15h.01M12 20h.01",
);
export const devices = /* @__PURE__ */ icon(
  "M3.5 7h9.5M18 7h2.5M3.5 17H6M11 17h9.5",
  "M15.5 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
  "M8.5 14.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
);
export const fullScreen = /* @__PURE__ */ icon("M8.5 4H4v4.5M15.5 4H20v4.5M8.5 20H4v-4.5M15.5 20H20v-4.5");
export const pictureInPicture = /* @__PURE__ */ icon(
  "M21 11V6.5A1.5 1.5 0 0 0 19.5 5h-15A1.5 1.5 0 0 0 3 6.5v11A1.5 1.5 0 0 0 4.5 19H10",
  "M14.5 14h5.5a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1h-5.5a1 1 0 0 1-1-1v-3a1 1 0 0 1 1-1z",
);
