/** How much one description may ask of us. What passes these numbers is refused as a whole, never cut. */
export interface Limits {
  /** Length of a whole SDP, read or written, in characters (SDP is ASCII but for a few free texts). */
  readonly sdpBytes: number;
  /** Length of one SDP line, in characters. */
  readonly lineLength: number;
  /** Contents of one Jingle action, m-lines of one SDP, stopped ones and all. */
  readonly contents: number;
  /** Payload types of one content. */
  readonly payloads: number;
  /** Candidates of one content. */
  readonly candidates: number;
  /** Sources and, counted apart, source groups of one content. */
  readonly sources: number;
  /** Header extensions of one content. */
  readonly headerExtensions: number;
  /** Format parameters of one payload type, parameters of one source, kinds of feedback of one payload type. */
  readonly parameters: number;
  /** What `a=rtcp-fb:*` lines become, being said of each payload type of a content (map f-2): the product of the two. */
  readonly expandedFeedback: number;
}

/**
 * The default. A browser's largest description (Chromium, camera and screen) has 34 payload types, 13 extensions and 6
 * sources in a content; a real call has a handful of contents and some dozen candidates (docs/decisions/limits.md).
 */
export const DEFAULT_LIMITS: Limits = {
  sdpBytes: 1_048_576,
  lineLength: 4096,
  contents: 128,
  payloads: 128,
  candidates: 256,
  sources: 128,
  headerExtensions: 128,
  parameters: 64,
  expandedFeedback: 1024,
};

/** For text that is our own. */
export const NO_LIMITS = Object.fromEntries(
  Object.keys(DEFAULT_LIMITS).map((limit) => [limit, Number.POSITIVE_INFINITY]),
) as unknown as Limits;
