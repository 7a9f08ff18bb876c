import { ejabberd } from "../support/ejabberd.js";
import { describeMore } from "../support/more.js";
import { testServer, unpackedServer } from "../support/prosody.js";
import { serverSuite } from "./server-suite.js";

serverSuite("Through this machine's Prosody,", testServer);

describeMore("Through other servers,", () => {
  serverSuite("Prosody 13.0:", () => unpackedServer("trixie"));
  serverSuite("ejabberd 23:", () => ejabberd());
});
