import { css } from "lit";

export const workspaceStyles = css`
  .shell {
    display: grid;
    grid-template: auto auto minmax(0, 1fr) / clamp(264px, 30%, 340px) minmax(0, 1fr);
    height: 100vh;
    height: 100dvh;
    background: var(--_surface);
  }
  .list {
    grid-area: 1 / 1 / 4 / 2;
    display: flex;
    flex-direction: column;
    min-height: 0;
    border-inline-end: 1px solid var(--_line);
  }
  .list jingle-roster {
    flex: 1;
  }
  header {
    display: flex;
    align-items: center;
    gap: 10px;
    min-height: 64px;
    padding: 8px 8px 8px 16px;
    padding-top: calc(8px + env(safe-area-inset-top));
    --jw-avatar-size: 40px;
  }
  .who {
    flex: 1;
    min-width: 0;
  }
  .who > * {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  h1 {
    font-size: 1.0625rem;
    font-weight: 600;
    line-height: 1.3;
  }
  .who p {
    color: var(--_quiet);
    font-size: 0.8125rem;
  }
  .banner {
    grid-area: 1 / 2;
    padding: 6px 16px;
    background: var(--_accent-soft);
    font-size: 0.9375rem;
    font-weight: 600;
    text-align: center;
  }
  jingle-call {
    grid-area: 2 / 2;
  }
  main {
    grid-area: 3 / 2;
    display: grid;
    min-width: 0;
    min-height: 0;
    outline: none;
  }
  .empty {
    display: grid;
    align-content: center;
    justify-items: center;
    gap: 16px;
    padding: 32px;
    background: var(--_ground);
    color: var(--_quiet);
    text-align: center;
  }
  .empty svg {
    width: 48px;
    height: 48px;
    stroke-width: 1.25;
  }

  .staged jingle-call {
    grid-area: 2 / 2 / 4 / 3;
  }
  .staged main {
    display: none;
  }
  @media (min-width: 1180px) {
    .staged.chatting {
      grid-template-columns: clamp(264px, 24%, 320px) minmax(0, 1fr) 360px;
    }
    .staged.chatting main {
      grid-area: 2 / 3 / 4 / 4;
      display: grid;
    }
    .staged.chatting .banner {
      grid-column: 2 / 4;
    }
  }

  @media (max-width: 719px) {
    .shell {
      grid-template-columns: minmax(0, 1fr);
      --jw-back: inline-flex;
    }
    .list,
    main {
      grid-area: 3 / 1;
      border: 0;
    }
    .banner {
      grid-area: 1 / 1;
    }
    jingle-call {
      grid-area: 2 / 1;
    }
    .staged jingle-call {
      grid-area: 1 / 1 / 4 / 2;
      z-index: 5;
    }
    .staged .list,
    .opened .list,
    .shell:not(.opened) main {
      display: none;
    }
  }
`;
