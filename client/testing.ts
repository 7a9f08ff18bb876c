// `jinglewire/client/testing`: what a test of calls needs where there is no browser, no microphone and no server
export type { Ice } from "./testing/ice.js";
export { FakeMedia, FakeMediaStream, FakeTrack, provideMediaStream } from "./testing/media.js";
export { FakeNetwork } from "./testing/network.js";
export type { FakePeerConnection } from "./testing/peer-connection.js";
export { MemoryServer } from "./testing/server.js";
export type { FakeReceiver, FakeSender, FakeTransceiver } from "./testing/transceiver.js";
