/** What changes with the size of the tile, and with what people have set their systems to. */
import { css } from 'lit';

export const sizes = css`
  @container (max-width: 239px) {
    .age:not(.warn),
    .age .word {
      display: none;
    }
  }
  @container (min-width: 240px) {
    .frame {
      padding: 6px;
      font-size: 13px;
    }
    .caption {
      -webkit-line-clamp: 3;
      line-clamp: 3;
    }
    .sure .long {
      display: inline;
    }
    .card {
      padding: 7px 10px;
      border-radius: 10px;
    }
  }
  @container (min-width: 420px) {
    .frame {
      padding: 10px;
      font-size: 16px;
      line-height: 1.4;
    }
    .chip,
    .meta,
    .signs {
      font-size: 13px;
    }
    .why .long {
      display: inline;
    }
    .trend {
      height: 26px;
    }
  }
  @container (min-width: 520px) {
    .labels {
      display: flex;
    }
  }
  @container (min-width: 900px) {
    .frame {
      padding: 20px;
      font-size: 21px;
    }
    .chip,
    .meta,
    .signs {
      font-size: 16px;
    }
    .card {
      width: 100%;
      max-width: 62rem;
      margin-inline: auto;
      padding: 14px 20px;
      border-radius: 14px;
    }
    .trend {
      flex-basis: 220px;
      height: 36px;
    }
  }
  /* A low tile holds no sentence: the words that matter, and the person stays to be seen. */
  @container (max-height: 110px) {
    .card:has(.short) .caption {
      position: absolute;
      clip-path: inset(50%);
      width: 1px;
      height: 1px;
    }
    .short {
      display: block;
    }
  }
  @container (max-height: 110px) and (max-width: 239px) {
    .chip .long-chip {
      display: none;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    .caption {
      animation: arrive 0.25s ease-out;
    }
    @keyframes arrive {
      from {
        opacity: 0;
      }
    }
  }
  @media (forced-colors: active) {
    .card,
    .chip {
      border: 1px solid CanvasText;
      background: Canvas;
    }
  }
`;
