// RFC 8866 §9 and the RFCs of each attribute, for the lines that we write: what is not here must never be in our SDP.
const TOKEN = "[!#-'*+\\-.0-9A-Z^-~]+";
const WORD = "[!-~]+";
const TEXT = "[^\\0-\\x1f\\x7f]+";
const MID = "[!#-'*+\\-.0-9A-Z^_~a-z]{1,16}";
const ADDRESS = "[0-9A-Za-z.:_-]{1,253}";
const ICE = "[0-9A-Za-z+/]";

const LINES: readonly string[] = [
  "v=0",
  "o=- \\d{1,19} \\d{1,15} IN IP4 127\\.0\\.0\\.1",
  "s=-",
  "t=0 0",
  `a=group:(?:BUNDLE|LS)(?: ${MID})+`,
  "m=(?:audio|video) [09] UDP/TLS/RTP/SAVPF(?: \\d{1,3})+",
  "m=application [09] UDP/DTLS/SCTP webrtc-datachannel",
  "c=IN IP4 0\\.0\\.0\\.0",
  "b=(?:AS|TIAS):\\d{1,10}",
  `a=ice-ufrag:${ICE}{4,256}`,
  `a=ice-pwd:${ICE}{22,256}`,
  "a=ice-options:trickle(?: renomination)?",
  "a=fingerprint:sha-(?:1|224|256|384|512) [0-9A-F]{2}(?::[0-9A-F]{2}){19,63}",
  "a=setup:(?:active|actpass|passive)",
  `a=mid:${MID}`,
  "a=(?:sendrecv|sendonly|recvonly|inactive|rtcp-mux|rtcp-rsize|bundle-only|extmap-allow-mixed|end-of-candidates)",
  `a=extmap:\\d{1,3}(?:/(?:sendonly|recvonly|inactive))?(?: ${WORD})+`,
  `a=rtpmap:\\d{1,3} ${TOKEN}/\\d{1,10}(?:/\\d{1,3})?`,
  `a=rtcp-fb:(?:\\d{1,3}|\\*) ${TOKEN}(?: ${WORD})*`,
  `a=fmtp:\\d{1,3} ${TEXT}`,
  "a=(?:max)?ptime:\\d{1,5}",
  `a=ssrc-group:${TOKEN}(?: \\d{1,10})+`,
  `a=ssrc:\\d{1,10} ${TOKEN}:${TEXT}`,
  `a=msid:${TOKEN}(?: ${TOKEN})?`,
  `a=content:${TOKEN}(?:,${TOKEN})*`,
  "a=rtcp-xr:[a-z][a-z-]*(?:=[a-z0-9,:-]+)?(?: [a-z][a-z-]*(?:=[a-z0-9,:-]+)?)*",
  "a=rid:[A-Za-z0-9_-]{1,32} (?:send|recv)(?: [a-z-]+=[A-Za-z0-9,.-]+(?:;[a-z-]+=[A-Za-z0-9,.-]+)*)?",
  "a=simulcast:(?:send|recv) [~A-Za-z0-9_,;-]+(?: (?:send|recv) [~A-Za-z0-9_,;-]+)?",
  "a=sctp-port:\\d{1,5}",
  "a=max-message-size:\\d{1,10}",
  `a=candidate:${ICE}{1,64} \\d{1,3} (?:udp|UDP|tcp|TCP) \\d{1,10} ${ADDRESS} \\d{1,5} typ (?:host|prflx|relay|srflx)(?: raddr ${ADDRESS} rport \\d{1,5})?(?: tcptype (?:active|passive|so))?(?: generation \\d{1,3})?(?: network-id \\d{1,10})?(?: network-cost \\d{1,10})?`,
];

const GRAMMAR = new RegExp(`^(?:${LINES.join("|")})$`);

/** The lines of an SDP of ours that no RFC allows. */
export function strangeLines(sdp: string): readonly string[] {
  if (!sdp.endsWith("\r\n")) return ["(no CRLF at the end)"];
  return sdp
    .slice(0, -2)
    .split("\r\n")
    .filter((line) => !GRAMMAR.test(line));
}
