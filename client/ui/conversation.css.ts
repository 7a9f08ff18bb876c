import { css } from "lit";

export const conversationStyles = css`
  :host {
    display: flex;
    min-width: 0;
    min-height: 0;
    background: var(--_surface);
  }
  section {
    display: flex;
    flex: 1;
    flex-direction: column;
    min-width: 0;
    min-height: 0;
    outline: none;
  }
  header {
    display: flex;
    align-items: center;
    gap: 4px;
    min-height: 64px;
    padding: 8px 12px 8px 20px;
    border-bottom: 1px solid var(--_line);
  }
  .back {
    display: var(--jw-back, none);
    margin-left: -12px;
  }
  .who {
    flex: 1;
    min-width: 0;
    padding-inline: 10px;
  }
  h2,
  .who p {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  h2 {
    font-size: 1.0625rem;
    font-weight: 600;
    line-height: 1.3;
  }
  .who p {
    color: var(--_quiet);
    font-size: 0.875rem;
  }
  form {
    display: flex;
    align-items: flex-end;
    gap: 8px;
    padding: 8px 12px calc(12px + env(safe-area-inset-bottom));
  }
  textarea {
    max-height: 8.5em;
    padding: 10px 18px;
    border-color: transparent;
    border-radius: 22px;
    background: light-dark(oklch(0.955 0.01 285), oklch(0.265 0.018 285));
    line-height: 1.45;
    resize: none;
    scrollbar-width: thin;
  }
  .primary.icon,
  .primary.icon:hover {
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .primary.icon svg {
    width: 20px;
    height: 20px;
  }
`;
