import { FEATURES as xep0030 } from "./0030.js";
import { FEATURES as xep0115 } from "./0115.js";
import { FEATURES as xep0166 } from "./0166.js";
import { FEATURES as xep0167 } from "./0167.js";
import { FEATURES as xep0176 } from "./0176.js";
import { FEATURES as xep0199 } from "./0199.js";
import { FEATURES as xep0293 } from "./0293.js";
import { FEATURES as xep0294 } from "./0294.js";
import { FEATURES as xep0320 } from "./0320.js";
import { FEATURES as xep0338 } from "./0338.js";
import { FEATURES as xep0339 } from "./0339.js";
import { FEATURES as xep0343 } from "./0343.js";
import { FEATURES as xep0353 } from "./0353.js";
import { FEATURES as xep0507 } from "./0507.js";
import { FEATURES as jinglewireSdp } from "./jinglewire-sdp.js";

/** One line per XEP, and one for ours: disco#info and the caps hash follow from it. */
const ALL = [
  xep0030,
  xep0115,
  xep0166,
  xep0167,
  xep0176,
  xep0199,
  xep0293,
  xep0294,
  xep0320,
  xep0338,
  xep0339,
  xep0343,
  xep0353,
  xep0507,
  jinglewireSdp,
];

/** The disco features that together say "this entity takes audio and video calls" (0030-02). */
export const FEATURES: readonly string[] = ALL.flat();
