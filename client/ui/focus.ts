// Where the focus is, across shadow roots; where it came from; and what Escape closes.

/** The focused element, looked up through open shadow roots. */
export function focusedElement(): HTMLElement | null {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element instanceof HTMLElement && element !== document.body ? element : null;
}

/** True when a key press at this element writes text. */
export function isTyping(target: EventTarget | null | undefined): boolean {
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement) return !/^(button|checkbox|radio|range|submit)$/.test(target.type);
  return target instanceof HTMLElement && target.isContentEditable;
}

/** Does `root` contain `element`, also when shadow roots lie between them? */
export function containsDeep(root: Node, element: Node | null): boolean {
  for (let node = element; node; ) {
    if (node === root || root.contains(node)) return true;
    const parent = node.getRootNode();
    node = parent instanceof ShadowRoot ? parent.host : null;
  }
  return false;
}

/** Remembers the focused element; the returned function gives the focus back, if that element can still have it. */
export function rememberFocus(): () => boolean {
  const element = focusedElement();
  return () => {
    if (!element?.isConnected) return false;
    element.focus();
    return focusedElement() === element;
  };
}

let lastTyped = Number.NEGATIVE_INFINITY;
const opened: (() => void)[] = [];

/** Has anybody typed text within the last `milliseconds`? Then the focus is better left alone. */
export function typedWithin(milliseconds: number): boolean {
  return performance.now() - lastTyped < milliseconds;
}

/** Escape calls `close` for as long as nothing else was opened later. The returned function takes it back. */
export function closeOnEscape(close: () => void): () => void {
  opened.push(close);
  return () => {
    const index = opened.lastIndexOf(close);
    if (index >= 0) opened.splice(index, 1);
  };
}

// A server that renders pages may load this as well; it has no window.
globalThis.window?.addEventListener(
  "keydown",
  (event) => {
    const writes = event.key.length === 1 || event.key === "Enter" || event.key === "Backspace";
    if (writes && isTyping(event.composedPath()[0])) lastTyped = performance.now();
  },
  { capture: true },
);

globalThis.window?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
  const close = opened.at(-1);
  if (!close) return;
  event.preventDefault();
  close();
});
