import { newContext } from "../support/chromium.js";
import { newFirefoxPage } from "../support/firefox.js";
import { describeMore } from "../support/more.js";

/** A page of a browser that judges descriptions; what the drivers of all browsers have in common. */
export interface Judge {
  evaluate<Result>(run: (argument: string) => Promise<Result>, argument: string): Promise<Result>;
}

export interface Judging {
  readonly browser: "Chromium" | "Firefox";
  /** The page of now; another one after `refresh`. */
  page(): Judge;
}

/** A page of Chromium has room for 500 connections, closed ones and all. */
const TESTS_PER_PAGE = 100;

/** The same tests with a page of each browser; Firefox in `npm run test:all` only. */
export function describeJudges(title: (browser: string) => string, suite: (judging: Judging) => void): void {
  describe(title("Chromium"), function () {
    this.timeout(60_000);
    judged("Chromium", suite, async () => {
      const context = await newContext();
      return { page: await context.newPage(), close: () => context.close() };
    });
  });
  describeMore(title("Firefox"), function () {
    this.timeout(60_000);
    judged("Firefox", suite, async () => {
      const page = await newFirefoxPage();
      return { page: page as Judge, close: () => page.browserContext().close() };
    });
  });
}

interface Opened {
  readonly page: Judge;
  close(): Promise<void>;
}

function judged(browser: Judging["browser"], suite: (judging: Judging) => void, open: () => Promise<Opened>): void {
  let opened: Opened | undefined;
  let count = 0;
  beforeEach(async () => {
    if (count++ % TESTS_PER_PAGE !== 0) return;
    await opened?.close();
    opened = await open();
  });
  after(() => opened?.close());
  suite({ browser, page: () => opened!.page });
}
