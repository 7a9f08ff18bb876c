/**
 * Like describe(), for what only `npm run test:all` runs: other servers, other browsers, what takes long. The mark in the
 * title is what `--more` looks for, which leaves out what `npm test` runs.
 */
export function describeMore(title: string, suite: (this: Mocha.Suite) => void): void {
  if (process.env.JINGLEWIRE_ALL) describe(`${title} ${MARK}`, suite);
}

export const MARK = "[test:all]";
