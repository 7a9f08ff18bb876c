import "./app.js";
import { tokens } from "../ui/tokens.css.js";
import type { Engine } from "./engine.js";
import { pageStyles } from "./page.css.js";

/** Puts the page into the document, driven by `engine`. */
export function startPage(engine: Engine): void {
  document.adoptedStyleSheets.push(tokens.styleSheet!, pageStyles.styleSheet!);
  const app = document.createElement("jw-app");
  app.engine = engine;
  document.body.append(app);
}
