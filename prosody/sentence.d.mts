/** What a person is told when a command cannot go on: one sentence that names the cure. */
export class Sentence extends Error {}
