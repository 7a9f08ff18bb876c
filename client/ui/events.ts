// What the elements ask of the page around them. All bubble and cross shadow roots.

const outward = { bubbles: true, composed: true } as const;

/** A person wants to see the conversation with this bare JID. */
export class OpenConversationEvent extends Event {
  static readonly type = "jw-open-conversation";
  constructor(readonly address: string) {
    super(OpenConversationEvent.type, outward);
  }
}

/** A person wants to leave the conversation that is shown (the Back button of narrow layouts). */
export class LeaveConversationEvent extends Event {
  static readonly type = "jw-leave-conversation";
  constructor() {
    super(LeaveConversationEvent.type, outward);
  }
}

/** A person asks for a call. The page makes it, or shows the one that is already there. */
export class StartCallEvent extends Event {
  static readonly type = "jw-start-call";
  constructor(
    readonly address: string,
    readonly video: boolean,
  ) {
    super(StartCallEvent.type, outward);
  }
}

/** An ended call has been read or put away: the element that shows it can go. */
export class DismissCallEvent extends Event {
  static readonly type = "jw-dismiss-call";
  constructor() {
    super(DismissCallEvent.type, outward);
  }
}

/** A person wants the chat beside the call (or instead of it, where there is no room for both), or no longer. */
export class ToggleChatEvent extends Event {
  static readonly type = "jw-toggle-chat";
  constructor(readonly shown: boolean) {
    super(ToggleChatEvent.type, outward);
  }
}

/** Something to do with a contact that the page has a dialog for. */
export class ContactEvent extends Event {
  static readonly type = "jw-contact";
  constructor(
    readonly action: "add" | "rename" | "remove",
    readonly address: string,
  ) {
    super(ContactEvent.type, outward);
  }
}
