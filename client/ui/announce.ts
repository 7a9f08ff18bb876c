let region: HTMLElement | null = null;

/**
 * Says `text` to people who listen to the page, through its one live region. What is on screen with a role of its own
 * (status, log, alert) speaks for itself and is not said twice.
 */
export function announce(text: string): void {
  const region = prepareAnnouncements();
  const line = document.createElement("p");
  line.textContent = text;
  region.append(line);
  // Lines are added, never replaced, so that two in one moment are both read; old ones go.
  while (region.childElementCount > 3) region.firstElementChild?.remove();
}

/** Puts the live region into the page. Call it early: screen readers miss text that arrives together with its region. */
export function prepareAnnouncements(): HTMLElement {
  if (region) return region;
  region = document.createElement("div");
  region.setAttribute("aria-live", "polite");
  region.setAttribute("aria-relevant", "additions");
  region.className = "jw-announcements";
  Object.assign(region.style, {
    position: "fixed",
    width: "1px",
    height: "1px",
    overflow: "hidden",
    clipPath: "inset(50%)",
  });
  document.body.append(region);
  return region;
}
