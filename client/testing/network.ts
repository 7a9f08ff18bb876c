import type { PeerConnectionFactory } from "../peer.js";
import type { Ice, Medium } from "./ice.js";
import { FakePeerConnection } from "./peer-connection.js";

/** Makes stand-ins for RTCPeerConnection that can reach each other: one network for all phones of a test. */
export class FakeNetwork implements Medium {
  /** Every connection that was made, the oldest first. */
  readonly connections: FakePeerConnection[] = [];
  /** How long a candidate takes to be found, so that it comes late on purpose. ms */
  gatherAfter = 0;
  /** How many candidates each section has; all of them are found at once. */
  candidatesEach = 1;
  #reachable = true;

  /** For `PhoneOptions.peerConnection`. */
  readonly peerConnection: PeerConnectionFactory = (configuration) => {
    const connection = new FakePeerConnection(this, configuration);
    this.connections.push(connection);
    return connection as unknown as RTCPeerConnection;
  };

  /**
   * False: connections that are up go "disconnected", others "failed" when they are tried. True again: those that were
   * up come back.
   */
  get reachable(): boolean {
    return this.#reachable;
  }

  set reachable(reachable: boolean) {
    this.#reachable = reachable;
    for (const { ice } of this.connections) if (ice.isOpen) ice.check();
  }

  find(ufrag: string): Ice | undefined {
    return this.connections.find(({ ice }) => ice.isOpen && ice.ufrag === ufrag)?.ice;
  }
}
