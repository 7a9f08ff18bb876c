/** Like describe(), for what only `npm run test:all` runs: other servers, other browsers, what takes long. */
export function describeMore(title: string, suite: (this: Mocha.Suite) => void): void {
  if (process.env.JINGLEWIRE_ALL === "1") describe(title, suite);
}
