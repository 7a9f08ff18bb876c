import { css } from "lit";

export const messageLogStyles = css`
  :host {
    position: relative;
    display: flex;
    flex-direction: column;
    flex: 1;
    min-height: 0;
  }
  [role="log"] {
    display: flex;
    flex: 1;
    flex-direction: column;
    overflow: auto;
    overscroll-behavior: contain;
    padding: 16px clamp(12px, 3%, 32px);
  }
  [role="log"]:focus-visible {
    outline-offset: -2px;
  }
  .filler {
    flex: 1 1 auto;
  }
  .empty {
    align-self: center;
    margin: auto;
    padding: 32px 0;
    color: var(--_quiet);
  }
  .earlier {
    align-self: center;
    margin-bottom: 8px;
  }
  .row {
    display: flex;
    flex-direction: column;
  }
  .day {
    margin: 16px 0 12px;
    color: var(--_quiet);
    font-size: 0.8125rem;
    text-align: center;
  }
  .message {
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    align-self: flex-start;
    max-width: min(75%, 62ch);
    margin-top: 2px;
  }
  .first {
    margin-top: 12px;
  }
  .day + .first {
    margin-top: 0;
  }
  .me {
    align-items: flex-end;
    align-self: flex-end;
  }
  .body {
    padding: 8px 14px;
    border-radius: 18px;
    background: var(--jw-bubble, light-dark(oklch(0.945 0.008 285), oklch(0.27 0.016 285)));
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }
  .me .body {
    background: var(--_accent-soft);
  }
  .me:not(.last) .body,
  .me:not(.first) .body {
    border-end-end-radius: 6px;
  }
  .me:not(.first) .body {
    border-start-end-radius: 6px;
  }
  .me.last .body {
    border-end-end-radius: 18px;
  }
  .them:not(.last) .body {
    border-end-start-radius: 6px;
  }
  .them:not(.first) .body {
    border-start-start-radius: 6px;
  }
  a {
    color: inherit;
    text-decoration-color: var(--_accent);
    text-decoration-thickness: 2px;
    text-underline-offset: 2px;
  }
  time,
  .failed {
    margin: 4px 6px 0;
    color: var(--_quiet);
    font-size: 0.75rem;
    font-variant-numeric: tabular-nums;
  }
  .failed {
    display: flex;
    align-items: center;
    gap: 4px;
    color: var(--_danger-text);
    font-size: 0.8125rem;
  }
  .failed svg {
    width: 16px;
    height: 16px;
  }
  .failed button {
    min-height: 32px;
    padding: 4px 8px;
    color: var(--_text);
    text-decoration: underline;
  }
  .call {
    display: flex;
    align-items: center;
    align-self: flex-start;
    gap: 12px;
    max-width: 100%;
    margin-top: 12px;
    padding: 6px 6px 6px 14px;
    border: 1px solid var(--_line);
    border-radius: 18px;
  }
  .call.me {
    align-self: flex-end;
  }
  .call svg {
    flex: none;
    width: 20px;
    height: 20px;
    color: var(--_quiet);
  }
  .call p {
    min-width: 0;
  }
  .call time {
    display: block;
    margin: 0;
  }
  .call button {
    flex: none;
    border-radius: 13px;
  }
  .missed span,
  .missed svg {
    color: var(--_danger-text);
  }
  .newest {
    position: absolute;
    right: 16px;
    bottom: 12px;
    width: 44px;
    padding: 0;
    border: 1px solid var(--_line);
    border-radius: 50%;
    background: var(--_raised);
    box-shadow: var(--_shadow);
  }
`;
