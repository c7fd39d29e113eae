/** Draws the synthetic caller: a shaded face that a face detector takes for one, plainly labelled as drawn. */
import type { Mood } from './moods.ts';

export interface FacePose {
  readonly mood: Mood;
  /** How far the mouth is open, 0..1. */
  readonly mouthOpen: number;
  /** 0 open, 1 closed. */
  readonly blink: number;
  /** Head movement in pixels and radians. */
  readonly x: number;
  readonly y: number;
  readonly roll: number;
}

const SKIN = '#d9a184';
const SHADE = '#a86b50';
const LIGHT = '#f0c3a6';
const HAIR = '#33241d';

/** Draws one picture of 640 x 480. */
export function drawFace(context: CanvasRenderingContext2D, pose: FacePose): void {
  drawRoom(context);
  context.save();
  context.translate(320 + pose.x, 236 + pose.y);
  context.rotate(pose.roll);
  drawBody(context);
  drawHead(context);
  for (const side of [-1, 1]) drawEye(context, side, pose);
  drawNose(context);
  drawMouth(context, pose);
  drawHair(context);
  context.restore();
  drawLabel(context, pose.mood.name);
}

function drawRoom(context: CanvasRenderingContext2D): void {
  const wall = context.createLinearGradient(0, 0, 640, 480);
  wall.addColorStop(0, '#5d6f7c');
  wall.addColorStop(1, '#2f3b45');
  context.fillStyle = wall;
  context.fillRect(0, 0, 640, 480);
}

function drawBody(context: CanvasRenderingContext2D): void {
  fill(context, '#3f5d74', () => {
    context.moveTo(-190, 260);
    context.bezierCurveTo(-180, 175, -90, 168, -52, 150);
    context.lineTo(52, 150);
    context.bezierCurveTo(90, 168, 180, 175, 190, 260);
  });
  fill(context, SHADE, () => {
    context.moveTo(-50, 80);
    context.lineTo(-50, 152);
    context.quadraticCurveTo(0, 196, 50, 152);
    context.lineTo(50, 80);
  });
}

function drawHead(context: CanvasRenderingContext2D): void {
  for (const side of [-1, 1]) fill(context, SHADE, () => context.ellipse(side * 105, 6, 15, 28, 0, 0, 2 * Math.PI));
  const light = context.createRadialGradient(-28, -38, 20, 0, 10, 165);
  light.addColorStop(0, LIGHT);
  light.addColorStop(0.55, SKIN);
  light.addColorStop(1, SHADE);
  fill(context, light, () => {
    context.moveTo(-104, -30);
    context.bezierCurveTo(-108, -170, 108, -170, 104, -30);
    context.bezierCurveTo(104, 60, 62, 138, 0, 140);
    context.bezierCurveTo(-62, 138, -104, 60, -104, -30);
  });
  for (const side of [-1, 1]) soft(context, side * 62, 44, 34, 24, 'rgba(205, 110, 90, 0.28)');
}

function drawHair(context: CanvasRenderingContext2D): void {
  fill(context, HAIR, () => {
    context.moveTo(-110, -4);
    context.bezierCurveTo(-135, -200, 135, -200, 110, -4);
    context.bezierCurveTo(104, -70, 84, -96, 30, -100);
    context.bezierCurveTo(-20, -104, -84, -98, -94, -62);
    context.bezierCurveTo(-104, -40, -104, -20, -110, -4);
  });
}

function drawEye(context: CanvasRenderingContext2D, side: number, { mood, blink }: FacePose): void {
  const x = side * 42;
  const open = Math.max(0.06, mood.eyes * (1 - blink));
  soft(context, x, -14, 36, 26, 'rgba(110, 60, 45, 0.34)');
  context.save();
  context.beginPath();
  context.ellipse(x, -12, 22, 12.5 * open, 0, 0, 2 * Math.PI);
  context.fillStyle = '#f5f1ec';
  context.fill();
  context.clip();
  fill(context, '#5b3b22', () => context.arc(x, -12, 10.5, 0, 2 * Math.PI));
  fill(context, '#120c09', () => context.arc(x, -12, 5, 0, 2 * Math.PI));
  fill(context, '#ffffff', () => context.arc(x - 3.5, -16, 2.2, 0, 2 * Math.PI));
  context.restore();
  stroke(context, '#2a1a13', 3.5, () => context.ellipse(x, -12, 23, 13 * open, 0, Math.PI * 1.04, Math.PI * 1.96));
  stroke(context, 'rgba(110, 60, 45, 0.7)', 1.6, () =>
    context.ellipse(x, -11, 22, 13 * open, 0, Math.PI * 0.1, Math.PI * 0.9),
  );
  const lift = mood.brow * 13;
  const frown = Math.min(0, mood.brow) * 12;
  stroke(context, HAIR, 8, () => {
    context.moveTo(x - side * 23, -39 - lift * 0.75 - frown * 1.2);
    context.quadraticCurveTo(x + side * 4, -53 - lift * 1.15, x + side * 30, -39 - lift * 0.85);
  });
}

function drawNose(context: CanvasRenderingContext2D): void {
  stroke(context, 'rgba(120, 66, 48, 0.4)', 5, () => {
    context.moveTo(13, -22);
    context.quadraticCurveTo(10, 14, 19, 33);
  });
  soft(context, -3, 26, 13, 15, 'rgba(255, 226, 205, 0.5)');
  stroke(context, '#7d4835', 3.5, () => {
    context.moveTo(-20, 38);
    context.quadraticCurveTo(-13, 47, -6, 43);
    context.quadraticCurveTo(0, 49, 6, 43);
    context.quadraticCurveTo(13, 47, 20, 38);
  });
}

function drawMouth(context: CanvasRenderingContext2D, { mood, mouthOpen }: FacePose): void {
  const half = 34 + 12 * Math.max(0, mood.smile) - 4 * Math.max(0, mood.brow);
  const corner = 84 - mood.smile * 15;
  const middle = 84 + mood.smile * 6;
  const gap = 2 + mouthOpen * 24 + Math.max(0, mood.smile) * 7;
  const lips = (upper: number, lower: number): void => {
    context.moveTo(-half, corner);
    context.quadraticCurveTo(0, middle - upper, half, corner);
    context.quadraticCurveTo(0, middle + lower, -half, corner);
  };
  fill(context, '#a24a46', () => lips(13, gap + 17));
  context.save();
  context.beginPath();
  lips(2, gap);
  context.fillStyle = '#4a1715';
  context.fill();
  context.clip();
  fill(context, '#f3ece4', () => context.rect(-half, middle - 14, 2 * half, 16 + Math.max(0, mood.smile) * 5));
  context.restore();
  if (mood.smile > 0.3) {
    for (const side of [-1, 1]) {
      stroke(context, 'rgba(120, 66, 48, 0.55)', 3, () => {
        context.moveTo(side * 30, 40);
        context.quadraticCurveTo(side * 58, 52, side * (half + 14), corner + 2);
      });
    }
  }
  soft(context, 0, 116, 26, 7, 'rgba(120, 66, 48, 0.35)');
}

// On the shirt: the page's own marks lie over the corners.
function drawLabel(context: CanvasRenderingContext2D, mood: string): void {
  context.textAlign = 'center';
  context.fillStyle = '#ffffff';
  context.font = '700 19px system-ui, sans-serif';
  context.fillText('SYNTHETIC CALLER', 320, 428);
  context.font = '500 16px system-ui, sans-serif';
  context.fillText(`plays “${mood}”`, 320, 450);
}

function fill(context: CanvasRenderingContext2D, style: string | CanvasGradient, path: () => void): void {
  context.beginPath();
  path();
  context.fillStyle = style;
  context.fill();
}

function stroke(context: CanvasRenderingContext2D, style: string, width: number, path: () => void): void {
  context.beginPath();
  path();
  context.strokeStyle = style;
  context.lineWidth = width;
  context.lineCap = 'round';
  context.stroke();
}

/** A soft spot of light or shadow. */
function soft(context: CanvasRenderingContext2D, x: number, y: number, rx: number, ry: number, colour: string): void {
  context.save();
  context.translate(x, y);
  context.scale(1, ry / rx);
  const spot = context.createRadialGradient(0, 0, 0, 0, 0, rx);
  spot.addColorStop(0, colour);
  spot.addColorStop(1, colour.replace(/[\d.]+\)$/, '0)'));
  fill(context, spot, () => context.arc(0, 0, rx, 0, 2 * Math.PI));
  context.restore();
}
