import { css } from "lit";

export const rosterStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
    overflow: auto;
    overscroll-behavior: contain;
  }
  .top {
    position: sticky;
    z-index: 1;
    top: 0;
    display: flex;
    gap: 4px;
    padding: 4px 8px 8px 12px;
    background: var(--_surface);
  }
  .search {
    position: relative;
    flex: 1;
    color: var(--_quiet);
  }
  .search svg {
    position: absolute;
    top: 12px;
    left: 12px;
    width: 20px;
    height: 20px;
    pointer-events: none;
  }
  .search input {
    padding-left: 40px;
    border-color: transparent;
    border-radius: 22px;
    background: var(--_hover);
    color: var(--_text);
  }
  .contacts {
    padding: 0 8px 8px;
  }
  .contact {
    display: grid;
    grid-template-columns: auto 1fr auto;
    align-items: center;
    gap: 0 12px;
    width: 100%;
    min-height: 64px;
    padding: 8px 10px;
    text-align: start;
  }
  .contact:active {
    transform: none;
  }
  .contact:focus-visible {
    outline-offset: -2px;
  }
  jw-avatar {
    grid-row: 1 / 3;
  }
  .line {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .name {
    align-self: end;
    font-weight: 600;
    line-height: 1.3;
  }
  .state {
    grid-column: 2;
    align-self: start;
  }
  .state,
  .time {
    color: var(--_quiet);
    font-size: 0.875rem;
  }
  .time {
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
  }
  .unread {
    justify-self: end;
    position: relative;
    min-width: 22px;
    padding: 0 7px;
    border-radius: 11px;
    background: var(--_accent);
    color: var(--_on-accent);
    font-size: 0.8125rem;
    font-weight: 600;
    line-height: 22px;
    text-align: center;
    font-variant-numeric: tabular-nums;
  }
  @media (hover: hover) {
    .contact:hover {
      background: var(--_hover);
      --jw-avatar-ground: var(--_hover);
    }
  }
  .contact[aria-current="true"] {
    background: var(--_accent-soft);
    --jw-avatar-ground: var(--_accent-soft);
  }
  .contact[aria-current="true"] .state,
  .contact[aria-current="true"] .time {
    color: inherit;
  }
  .requests {
    padding: 0 12px 8px;
  }
  .requests li {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 8px;
    margin-bottom: 8px;
    padding: 12px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-card);
  }
  .requests p {
    grid-column: 1 / -1;
    overflow-wrap: anywhere;
    font-size: 0.9375rem;
  }
  .nobody {
    display: grid;
    justify-items: center;
    gap: 8px;
    padding: 24px;
    color: var(--_quiet);
    text-align: center;
    overflow-wrap: anywhere;
  }
  .nobody button {
    margin-top: 8px;
    color: var(--_text);
  }
`;
