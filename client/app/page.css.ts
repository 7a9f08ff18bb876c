import { css } from "lit";

/** The sign-in form lies in the document itself, so its style does too; everything else brings its own. */
export const pageStyles = css`
  body {
    background: var(--_ground);
    color: var(--_text);
    font: 400 1rem/1.45 var(--_font);
  }
  .sign-in {
    display: grid;
    box-sizing: border-box;
    min-height: 100vh;
    min-height: 100dvh;
    padding: 24px 16px;
    place-items: center;
  }
  .sign-in form {
    display: grid;
    box-sizing: border-box;
    width: 100%;
    max-width: 380px;
    padding: 32px;
    border-radius: var(--_radius-card);
    background: var(--_surface);
    box-shadow: 0 0 0 1px var(--_line), 0 16px 48px oklch(0 0 0 / 0.06);
  }
  .sign-in h1 {
    margin: 0;
    font-size: 1.75rem;
    font-weight: 600;
    letter-spacing: -0.015em;
    line-height: 1.2;
  }
  .sign-in .tagline {
    margin: 4px 0 12px;
    color: var(--_quiet);
  }
  .sign-in label {
    margin: 12px 0 6px;
    font-size: 0.875rem;
    font-weight: 600;
  }
  .sign-in input:not([type="checkbox"]) {
    box-sizing: border-box;
    width: 100%;
    min-height: 48px;
    padding: 10px 14px;
    border: 1px solid var(--_edge);
    border-radius: var(--_radius);
    background: var(--_surface);
    color: inherit;
    font: inherit;
  }
  .sign-in input::placeholder {
    color: var(--_quiet);
    opacity: 1;
  }
  .sign-in input[aria-invalid="true"] {
    border-color: var(--_danger);
  }
  .sign-in .check {
    display: flex;
    align-items: center;
    justify-self: start;
    gap: 10px;
    min-height: 44px;
    margin: 8px 0 4px;
    font-size: 1rem;
    font-weight: 400;
    cursor: pointer;
  }
  .sign-in [type="checkbox"] {
    width: 20px;
    height: 20px;
    margin: 0;
    accent-color: var(--_accent);
  }
  .sign-in .error {
    margin: 4px 0 12px;
    padding: 10px 14px;
    border-radius: var(--_radius);
    background: var(--_danger-soft);
    color: var(--_danger-text);
  }
  .sign-in button {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 10px;
    min-height: 48px;
    border: 0;
    border-radius: var(--_radius);
    background: var(--_accent);
    color: var(--_on-accent);
    font: 600 1rem/1 var(--_font);
    cursor: pointer;
    transition: transform var(--_quick);
  }
  .sign-in button:active:not([aria-disabled]) {
    transform: scale(0.98);
  }
  .sign-in button[aria-disabled="true"] {
    opacity: 0.6;
    cursor: default;
  }
  .sign-in :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  .sign-in input:not([type="checkbox"]):focus-visible {
    border-color: transparent;
    outline-offset: 0;
  }
  .sign-in .spinner {
    width: 16px;
    height: 16px;
    border: 2px solid currentColor;
    border-inline-start-color: transparent;
    border-radius: 50%;
    animation: jw-turn 0.8s linear infinite;
  }
  @keyframes jw-turn {
    to {
      transform: rotate(1turn);
    }
  }
  @media (max-width: 479px) {
    .sign-in {
      align-items: start;
      padding-top: 10vh;
      background: var(--_surface);
    }
    .sign-in form {
      padding: 16px;
      box-shadow: none;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .sign-in * {
      animation: none !important;
      transition: none !important;
    }
  }
`;
