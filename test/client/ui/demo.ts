// The page on the fake engine, for a browser: `window.fake` drives it.
import { startPage } from "#client/app/page.js";
import { FakeEngine, farSide } from "./fake-engine.js";

const engine = new FakeEngine();
const { rosterOf: roster } = engine;

roster.set("bob@localhost", { name: "Bob", subscription: "both", presence: "online", canCall: "yes" });
roster.set("ann.lee@localhost", {
  name: "Ann Lee",
  subscription: "both",
  presence: "away",
  status: "Lunch",
  canCall: "yes",
});
roster.set("carol@localhost", {
  name: "Carol",
  subscription: "both",
  presence: "busy",
  status: "Writing",
  canCall: "no",
});
roster.set("dave@localhost", { name: "Dave", subscription: "none", asked: true });

declare global {
  interface Window {
    fake: { readonly engine: FakeEngine; readonly farSide: typeof farSide };
  }
}
window.fake = { engine, farSide };
startPage(engine);
