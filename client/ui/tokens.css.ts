import { css } from "lit";

/**
 * The public tokens are `--jw-*`; a host sets any of them on any ancestor. Inside, elements read `--_*`, which are the
 * host's values or ours, so that no default is written twice. The document adopts this sheet too, for light-DOM parts.
 */
export const tokens = css`
  :root,
  :host {
    --_font: var(--jw-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif);
    --_ground: var(--jw-ground, light-dark(oklch(0.972 0.006 285), oklch(0.165 0.012 285)));
    --_surface: var(--jw-surface, light-dark(oklch(1 0 0), oklch(0.205 0.014 285)));
    --_raised: var(--jw-raised, light-dark(oklch(1 0 0), oklch(0.25 0.016 285)));
    --_hover: var(--jw-hover, light-dark(oklch(0.955 0.01 285), oklch(0.265 0.018 285)));
    --_line: var(--jw-line, light-dark(oklch(0.91 0.01 285), oklch(0.315 0.016 285)));
    --_edge: var(--jw-edge, light-dark(oklch(0.63 0.02 285), oklch(0.57 0.02 285)));
    --_text: var(--jw-text, light-dark(oklch(0.23 0.02 285), oklch(0.95 0.006 285)));
    --_quiet: var(--jw-quiet, light-dark(oklch(0.49 0.02 285), oklch(0.73 0.016 285)));
    --_accent: var(--jw-accent, light-dark(oklch(0.51 0.21 278), oklch(0.74 0.13 282)));
    --_on-accent: var(--jw-on-accent, light-dark(oklch(1 0 0), oklch(0.17 0.04 282)));
    --_accent-soft: var(--jw-accent-soft, light-dark(oklch(0.93 0.04 280), oklch(0.36 0.09 280)));
    --_accept: var(--jw-accept, oklch(0.53 0.14 152));
    --_danger: var(--jw-danger, oklch(0.55 0.21 25));
    --_danger-text: var(--jw-danger-text, light-dark(oklch(0.5 0.2 25), oklch(0.76 0.14 22)));
    --_danger-soft: var(--jw-danger-soft, light-dark(oklch(0.96 0.02 22), oklch(0.28 0.06 22)));
    --_away: var(--jw-away, light-dark(oklch(0.66 0.14 70), oklch(0.8 0.13 80)));
    --_stage: var(--jw-stage, oklch(0.175 0.012 285));
    --_shadow: var(--jw-shadow, 0 1px 2px oklch(0 0 0 / 0.1), 0 12px 36px oklch(0 0 0 / 0.2));
    --_radius: var(--jw-radius, 8px);
    --_radius-card: var(--jw-radius-card, 16px);
    --_quick: var(--jw-motion, 160ms ease-out);
  }
`;

/** What every element starts from: type, buttons, fields, the focus ring, and text for ears only. */
export const base = css`
  :host {
    font: 400 1rem/1.45 var(--_font);
    color: var(--_text);
    -webkit-tap-highlight-color: transparent;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  svg {
    display: block;
    flex: none;
  }
  .hung-up {
    transform: rotate(135deg);
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-height: 44px;
    padding: 8px 16px;
    border: 0;
    border-radius: var(--_radius);
    background: none;
    color: inherit;
    font: inherit;
    cursor: pointer;
    user-select: none;
    transition: transform var(--_quick), opacity var(--_quick);
  }
  button:active:not([aria-disabled="true"]) {
    transform: scale(0.97);
  }
  button[aria-disabled="true"] {
    opacity: 0.45;
    cursor: not-allowed;
  }
  .primary {
    background: var(--_accent);
    color: var(--_on-accent);
    font-weight: 600;
  }
  .soft {
    background: color-mix(in oklab, var(--_accent) 13%, transparent);
    font-weight: 600;
  }
  .danger {
    background: var(--_danger);
    color: oklch(1 0 0);
    font-weight: 600;
  }
  .icon {
    flex: none;
    width: 44px;
    padding: 0;
    border-radius: 50%;
    color: var(--_quiet);
  }
  @media (hover: hover) {
    .icon:hover:not([aria-disabled="true"]) {
      background: var(--_hover);
      color: var(--_text);
    }
    .primary:hover,
    .danger:hover {
      filter: brightness(1.07);
    }
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  input,
  textarea {
    width: 100%;
    min-height: 44px;
    padding: 9px 12px;
    border: 1px solid var(--_edge);
    border-radius: var(--_radius);
    background: var(--_surface);
    color: inherit;
    font: inherit;
  }
  input:focus-visible,
  textarea:focus-visible {
    outline-offset: 0;
    border-color: transparent;
  }
  ::placeholder {
    color: var(--_quiet);
    opacity: 1;
  }
  .only-heard {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    ::before,
    ::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;
