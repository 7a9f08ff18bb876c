/** An EventTarget whose events are typed: `Events` maps each event name to its event class. */
export interface Emitter<Events extends { [Name in keyof Events]: Event }> {
  addEventListener<Name extends keyof Events & string>(
    type: Name,
    listener: (event: Events[Name]) => void,
    options?: AddEventListenerOptions,
  ): void;
  removeEventListener<Name extends keyof Events & string>(type: Name, listener: (event: Events[Name]) => void): void;
  dispatchEvent(event: Events[keyof Events]): boolean;
}

/** Costs nothing at run time: it is EventTarget itself under a typed name. */
export const Emitter = EventTarget as unknown as {
  new <Events extends { [Name in keyof Events]: Event }>(): Emitter<Events>;
};
