// XEP-0092: Software Version, version 1.1
// Does: the component answers with its name and version.
// Does not: name the operating system; answer in a browser.

import { type Codec, element, open } from "../codec.js";

export const NS_VERSION = "jabber:iq:version";
/** Not in the index: announced only by who answers it, which is the component. */
export const FEATURES = [NS_VERSION] as const;

/** What a program is. The operating system (§6) is nobody's business. */
export interface Version {
  readonly name: string;
  readonly version: string;
}

/** An element that is nothing but its text. */
function words(name: string): Codec<string> {
  return {
    xmlns: NS_VERSION,
    name,
    read: (from) => from.getText(),
    write: (value, parentNS) => open(NS_VERSION, name, parentNS).t(value),
  };
}

const [name, number] = [words("name"), words("version")];

export const version: Codec<Version> = element(NS_VERSION, "query", (f) => ({
  name: f.child(name),
  version: f.child(number),
}));
