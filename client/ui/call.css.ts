import { css } from "lit";

export const callStyles = css`
  :host {
    display: block;
    min-width: 0;
    min-height: 0;
    container-type: inline-size;
  }
  section {
    position: relative;
    display: flex;
    flex-direction: column;
    justify-content: space-between;
    overflow: hidden;
    height: 100%;
    color-scheme: dark;
    background: var(--_stage);
    color: var(--_text);
    --jw-avatar-ground: var(--_stage);
  }
  section:focus-visible {
    outline-offset: -4px;
  }

  .media,
  video.remote {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
  }
  /* What is large lies under; the small pictures follow each other in the corner. */
  .media {
    display: flex;
    flex-direction: column;
    align-items: flex-end;
    justify-content: flex-end;
    gap: 8px;
    padding: 80px 16px 120px;
    --_tile: clamp(96px, 22cqw, 240px);
  }
  video.remote {
    object-fit: contain;
    transition: opacity var(--_quick);
  }
  .reconnecting video.remote,
  .held video.remote {
    opacity: 0.4;
  }
  video.own {
    position: relative;
    width: var(--_tile);
    max-height: 40%;
    border-radius: var(--_radius-card);
    background: oklch(0.1 0 0);
    box-shadow: 0 0 0 1px oklch(1 0 0 / 0.14), 0 8px 24px oklch(0 0 0 / 0.4);
    transform: scaleX(-1);
  }
  .face {
    position: absolute;
    inset: 0 0 12%;
    display: grid;
    place-items: center;
  }
  .face jw-avatar {
    --jw-avatar-size: clamp(96px, min(34cqw, 32vh), 160px);
    border-radius: 50%;
    box-shadow: 0 0 0 10px oklch(1 0 0 / 0.05), 0 0 0 22px oklch(1 0 0 / 0.025);
  }
  .ringing jw-avatar::after {
    content: "";
    position: absolute;
    inset: 0;
    border-radius: 50%;
    border: 2px solid var(--_accent);
    animation: pulse 1.8s ease-out infinite;
  }
  @keyframes pulse {
    from {
      opacity: 0.8;
    }
    to {
      opacity: 0;
      transform: scale(1.5);
    }
  }
  .hear {
    position: absolute;
    top: 50%;
    left: 50%;
    translate: -50% -50%;
    border-radius: 28px;
    min-height: 56px;
    padding-inline: 24px;
  }

  header,
  .controls,
  .ending {
    position: relative;
    z-index: 1;
  }
  header {
    display: flex;
    align-items: center;
    gap: 12px;
    padding: 16px 16px 40px 20px;
    padding-top: calc(16px + env(safe-area-inset-top));
    background: linear-gradient(oklch(0 0 0 / 0.55), transparent);
  }
  .small {
    display: none;
  }
  .who {
    flex: 1;
    min-width: 0;
  }
  h2 {
    overflow: hidden;
    font-size: 1.25rem;
    font-weight: 600;
    line-height: 1.3;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .who p {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 10px;
    color: oklch(0.87 0.008 285);
    font-size: 0.9375rem;
  }
  [role="timer"] {
    font-variant-numeric: tabular-nums;
  }
  header .icon {
    width: 48px;
    min-height: 48px;
    background: oklch(1 0 0 / 0.1);
    color: inherit;
  }
  header .icon[aria-pressed="true"] {
    background: oklch(0.95 0 0);
    color: oklch(0.2 0 0);
  }

  .controls {
    display: flex;
    justify-content: center;
    gap: clamp(12px, 4cqw, 28px);
    padding: 48px 16px calc(20px + env(safe-area-inset-bottom));
    background: linear-gradient(transparent, oklch(0 0 0 / 0.6));
  }
  .control {
    flex-direction: column;
    gap: 6px;
    min-width: 64px;
    padding: 0;
    border-radius: 20px;
  }
  .round {
    display: grid;
    place-items: center;
    width: 60px;
    height: 60px;
    border-radius: 50%;
    background: oklch(0.36 0.012 285 / 0.85);
  }
  .label {
    font-size: 0.8125rem;
    line-height: 1.2;
  }
  [aria-pressed="true"] .round,
  .off .round {
    background: oklch(0.96 0 0);
    color: oklch(0.2 0 0);
  }
  .hang-up .round {
    background: var(--_danger);
    color: oklch(1 0 0);
  }
  @media (hover: hover) {
    .control:hover .round,
    header .icon:hover,
    .again:hover {
      filter: brightness(1.15);
    }
  }

  .ending {
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 16px;
    padding: 16px 16px calc(28px + env(safe-area-inset-bottom));
    text-align: center;
  }
  .why {
    max-width: 36ch;
    font-size: 1.125rem;
    text-wrap: balance;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    justify-content: center;
    gap: 8px;
  }
  .again {
    min-height: 48px;
    padding-inline: 20px;
    border-radius: 24px;
    background: oklch(0.36 0.012 285 / 0.85);
    font-weight: 600;
  }
  .again svg {
    width: 20px;
    height: 20px;
  }
  details {
    max-width: 100%;
    color: var(--_quiet);
    font-size: 0.875rem;
  }
  summary {
    padding: 8px;
    border-radius: var(--_radius);
    cursor: pointer;
  }
  code {
    display: block;
    overflow: auto;
    max-height: 8em;
    margin-bottom: 8px;
    overflow-wrap: anywhere;
    user-select: text;
  }

  @container (max-width: 559px) {
    .media {
      padding-bottom: 136px;
      --_tile: 30cqw;
    }
  }
  @container (min-width: 1200px) {
    .media {
      padding: 80px 24px 24px;
    }
  }
  @media (max-height: 500px) {
    .media {
      flex-direction: row;
      align-items: flex-end;
      --_tile: 20cqw;
    }
  }

  .bar {
    & {
      flex-direction: row;
      align-items: center;
      height: auto;
      padding: 8px 12px;
    }
    .media {
      display: none;
    }
    header,
    .controls,
    .ending {
      padding: 0;
      background: none;
    }
    header {
      flex: 1;
      min-width: 0;
    }
    .controls {
      gap: 0;
    }
    .control {
      min-width: 56px;
    }
    .round,
    header .icon {
      width: 48px;
      height: 48px;
    }
    .who p {
      flex-wrap: nowrap;
      overflow: hidden;
      white-space: nowrap;
    }
    header .icon {
      margin-right: 4px;
    }
    .label,
    .why,
    .actions,
    details {
      display: none;
    }
  }

  :host([view="card"]) {
    position: fixed;
    z-index: 20;
    top: calc(76px + env(safe-area-inset-top));
    right: max(16px, env(safe-area-inset-right));
    width: min(372px, calc(100vw - 32px));
    border-radius: var(--_radius-card);
    box-shadow: var(--_shadow);
  }
  .card {
    & {
      border: 1px solid var(--_line);
      border-radius: inherit;
      color-scheme: inherit;
      background: var(--_raised);
    }
    .media {
      display: none;
    }
    .small {
      display: block;
      --jw-avatar-size: 48px;
    }
    header {
      padding: 16px 8px 8px 16px;
      background: none;
    }
    .who p {
      color: var(--_quiet);
    }
    header .icon {
      align-self: start;
      background: none;
    }
    .ending {
      align-items: stretch;
      padding: 8px 16px 16px;
      text-align: start;
    }
    .why {
      display: none;
    }
    .again {
      flex: 1;
      padding-inline: 12px;
      border-radius: var(--_radius);
      background: var(--_hover);
    }
    .actions {
      flex-wrap: nowrap;
    }
    .actions svg {
      display: none;
    }
  }
`;
