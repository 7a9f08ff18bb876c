import { css } from "lit";

/** Added to the styles of the stage when `InCall` is. Narrow is where not all controls fit into one row. */
export const inCallStyles = css`
  video.screen {
    position: absolute;
    inset: 76px 0 124px;
    width: 100%;
    height: calc(100% - 200px);
    object-fit: contain;
  }
  .held video.screen,
  .reconnecting video.screen {
    opacity: 0.4;
  }
  .screened video.remote,
  .screened .face {
    position: relative;
    z-index: 1;
    inset: auto;
    flex: none;
    width: var(--_tile);
    height: auto;
    max-height: 30%;
    border-radius: var(--_radius-card);
    background: oklch(0.1 0 0);
    box-shadow: 0 0 0 1px oklch(1 0 0 / 0.14), 0 8px 24px oklch(0 0 0 / 0.4);
  }
  .screened .face {
    padding: 16px;
    --jw-avatar-size: 56px;
  }
  .screened .face jw-avatar {
    --jw-avatar-size: 56px;
    box-shadow: none;
  }
  .screened video.own {
    z-index: 1;
  }
  .mine {
    position: relative;
    z-index: 2;
    flex: none;
    width: max(var(--_tile), 132px);
    margin: 0;
    padding: 6px;
    border-radius: var(--_radius-card);
    background: oklch(0.25 0.016 285 / 0.94);
    box-shadow: 0 0 0 2px var(--_accent), 0 8px 24px oklch(0 0 0 / 0.4);
  }
  .mine video {
    display: block;
    width: 100%;
    max-height: 18vh;
    border-radius: 10px;
    background: oklch(0.1 0 0);
    object-fit: contain;
  }
  .mine figcaption {
    padding: 6px 6px 4px;
    font-size: 0.875rem;
    text-align: center;
  }
  .mine button {
    width: 100%;
    min-height: 48px;
    border-radius: 10px;
  }

  .paused {
    position: absolute;
    z-index: 1;
    inset-inline: 16px;
    top: 50%;
    translate: 0 -50%;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: 12px 20px;
    font-size: 1.125rem;
    text-align: center;
    text-shadow: 0 1px 6px oklch(0 0 0 / 0.7);
    pointer-events: none;
  }
  .paused p {
    flex: 0 1 100%;
  }
  .paused button {
    min-height: 48px;
    padding-inline: 24px;
    border-radius: 24px;
    text-shadow: none;
    pointer-events: auto;
  }
  section:not(.screened) .face ~ .paused {
    top: auto;
    bottom: 152px;
    translate: none;
  }

  .hint {
    display: inline-flex;
    align-items: center;
    gap: 4px;
  }
  .bar .hint {
    display: none;
  }
  .hint svg {
    width: 16px;
    height: 16px;
  }
  .notice {
    position: absolute;
    z-index: 2;
    inset-inline: 16px;
    top: calc(84px + env(safe-area-inset-top));
    display: flex;
    align-items: center;
    gap: 8px;
    max-width: 480px;
    margin-inline: auto;
    padding: 4px 4px 4px 16px;
    border: 1px solid oklch(1 0 0 / 0.12);
    border-radius: var(--_radius-card);
    background: oklch(0.25 0.016 285);
    box-shadow: var(--_shadow);
    text-wrap: pretty;
  }
  .notice p {
    flex: 1;
  }

  .views {
    display: flex;
    gap: 8px;
  }
  .views .control {
    min-width: 48px;
  }
  .views .round {
    width: 48px;
    height: 48px;
    background: oklch(1 0 0 / 0.1);
  }
  .views [aria-pressed="true"] .round {
    background: oklch(0.96 0 0);
  }
  .views .label {
    display: none;
  }
  .control[aria-expanded="true"] .round {
    background: oklch(0.96 0 0);
    color: oklch(0.2 0 0);
  }
  .more {
    display: none;
  }
  .extra {
    display: contents;
  }
  .extra .view {
    display: none;
  }

  .panel,
  .extra.open {
    border: 1px solid oklch(1 0 0 / 0.12);
    border-radius: var(--_radius-card);
    background: oklch(0.25 0.016 285);
    box-shadow: var(--_shadow);
  }
  .panel {
    position: absolute;
    z-index: 3;
    bottom: calc(124px + env(safe-area-inset-bottom));
    left: 50%;
    translate: -50% 0;
    overflow: auto;
    width: min(288px, calc(100% - 16px));
    max-height: calc(100% - 140px);
    padding: 8px 16px 16px;
  }
  .title {
    display: flex;
    align-items: center;
    justify-content: space-between;
    margin-right: -8px;
  }
  h3 {
    font-size: 1rem;
    font-weight: 600;
  }
  .title .icon,
  .notice .icon {
    width: 48px;
    min-height: 48px;
    color: inherit;
  }

  @container (min-width: 700px) {
    video.screen {
      width: calc(100% - var(--_tile) - 40px);
    }
  }
  @container (max-width: 699px) {
    .controls {
      gap: clamp(2px, 2cqw, 16px);
      padding-inline: 8px;
    }
    .control {
      min-width: 56px;
    }
    .views {
      display: none;
    }
    .controls .more {
      display: inline-flex;
    }
    .extra {
      display: none;
    }
    .extra.open {
      position: absolute;
      z-index: 3;
      bottom: calc(100% - 40px);
      left: 50%;
      translate: -50% 0;
      display: grid;
      width: min(272px, calc(100% - 16px));
      padding: 8px;
    }
    .extra .control,
    .extra .view {
      display: flex;
      flex-direction: row;
      justify-content: flex-start;
      gap: 12px;
      min-height: 48px;
      padding: 4px 12px;
      border-radius: 10px;
    }
    .extra .control:focus-visible {
      outline-offset: -2px;
    }
    .extra .round {
      width: 40px;
      height: 40px;
    }
    .extra .label {
      font-size: 1rem;
      text-align: start;
    }
  }
  @media (max-height: 500px) {
    video.screen {
      inset: 0;
      height: 100%;
    }
    .panel {
      top: 8px;
      right: 8px;
      bottom: auto;
      left: auto;
      translate: none;
      width: 216px;
      max-height: calc(100% - 16px);
      padding: 4px 12px 8px;
    }
    /* Nothing lies over Hang up. */
    section:has(.panel) .controls {
      justify-content: flex-start;
      margin-inline-end: 224px;
    }
    .held .face {
      bottom: 40%;
    }
    .extra.open {
      grid-template-columns: 1fr 1fr;
      width: min(400px, calc(100% - 16px));
    }
    section:not(.screened) .face ~ .paused {
      bottom: 116px;
    }
    .paused p {
      flex: none;
    }
  }

  /* On the full screen everything but the picture goes after a while; never from under somebody, never on phones. */
  header,
  .controls {
    transition: opacity var(--_quick);
  }
  @media (hover: hover) {
    :host([still]) {
      cursor: none;
    }
    :host([still]) section:not(:has(:focus-visible, .panel, .open)) :is(header, .controls) {
      opacity: 0;
    }
  }
`;
