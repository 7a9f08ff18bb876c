import { css } from "lit";

export const incomingStyles = css`
  section {
    position: fixed;
    z-index: 30;
    top: calc(76px + env(safe-area-inset-top));
    right: calc(20px + env(safe-area-inset-right));
    display: grid;
    grid-template-columns: auto 1fr;
    align-items: center;
    gap: 16px;
    width: min(400px, calc(100vw - 32px));
    padding: 20px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-card);
    background: var(--_raised);
    box-shadow: var(--_shadow);
    animation: arrive var(--_quick);
  }
  jw-avatar {
    --jw-avatar-size: 64px;
    --jw-avatar-ground: var(--_raised);
    position: relative;
  }
  jw-avatar::after {
    content: "";
    position: absolute;
    inset: 0;
    border-radius: 50%;
    border: 3px solid var(--_accent);
    animation: pulse 1.6s ease-out infinite;
  }
  .who {
    min-width: 0;
  }
  .name {
    overflow: hidden;
    font-size: 1.25rem;
    font-weight: 600;
    line-height: 1.25;
    text-overflow: ellipsis;
  }
  .what {
    color: var(--_quiet);
  }
  .answers {
    grid-column: 1 / -1;
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 8px;
  }
  .answers.three {
    grid-template-columns: 1fr auto;
  }
  .three .accept {
    grid-column: 1 / -1;
  }
  .answers button {
    min-height: 48px;
    padding-inline: 12px;
    font-weight: 600;
  }
  .accept {
    background: var(--_accept);
    color: oklch(1 0 0);
  }
  @media (hover: hover) {
    .accept:hover {
      filter: brightness(1.07);
    }
  }
  @media (max-width: 599px) {
    section {
      inset: auto 0 0 0;
      width: auto;
      padding-bottom: calc(20px + env(safe-area-inset-bottom));
      border-width: 1px 0 0;
      border-radius: 24px 24px 0 0;
      animation-name: rise;
    }
    .answers button {
      min-height: 56px;
      border-radius: 28px;
    }
  }
  @keyframes arrive {
    from {
      opacity: 0;
      transform: translateY(-8px);
    }
  }
  @keyframes rise {
    from {
      transform: translateY(40%);
    }
  }
  @keyframes pulse {
    from {
      opacity: 0.7;
    }
    to {
      opacity: 0;
      transform: scale(1.35);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    jw-avatar::after {
      opacity: 0.5;
    }
  }
`;
