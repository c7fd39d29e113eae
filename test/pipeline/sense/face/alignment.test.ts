import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { FaceNets, prepareFaceModels } from '../../../../models/index.ts';
import { Alignment, type HeadPose } from '../../../../pipeline/sense/face/alignment.ts';
import { detectFace } from '../../../../pipeline/sense/face/detector.ts';
import { createMesh, fitMesh } from '../../../../pipeline/sense/face/mesh.ts';
import { portrait } from './pictures.ts';

/** Turns picture coordinates (x right, y down, z away) about the vertical, the sideways and the viewing axis, then scales and moves. */
function turned(mesh: Float32Array, yaw: number, pitch: number, roll: number, scale: number): Float32Array {
  const out = new Float32Array(mesh.length);
  for (let at = 0; at < mesh.length; at += 3) {
    let [x, y, z] = [mesh[at], mesh[at + 1], mesh[at + 2]];
    [x, z] = [x * Math.cos(yaw) - z * Math.sin(yaw), z * Math.cos(yaw) + x * Math.sin(yaw)];
    [y, z] = [y * Math.cos(pitch) + z * Math.sin(pitch), z * Math.cos(pitch) - y * Math.sin(pitch)];
    [x, y] = [x * Math.cos(roll) - y * Math.sin(roll), y * Math.cos(roll) + x * Math.sin(roll)];
    out.set([x * scale + 50, y * scale - 20, z * scale + 5], at);
  }
  return out;
}

describe('taking the pose out of a mesh', () => {
  let points: Float32Array;
  let straight: { readonly pose: HeadPose; readonly points: Float32Array; readonly scale: number };
  const align = (mesh: Float32Array): typeof straight => {
    const alignment = new Alignment();
    alignment.fit(mesh);
    return { pose: alignment.pose(), points: alignment.points, scale: alignment.scale };
  };

  beforeAll(async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), 'undertone-face-'));
    const nets = await FaceNets.open(await prepareFaceModels({ cacheDir }));
    const frame = await portrait('man');
    const mesh = createMesh();
    const region = await detectFace(nets.detector, frame);
    if (region) await fitMesh(nets.mesh, frame, region, mesh);
    points = mesh.points;
    straight = align(points);
    await nets.close();
    await rm(cacheDir, { recursive: true, force: true });
  });

  it.each([
    ['to the left', 0.5, 0, 0],
    ['to the right', -0.7, 0, 0],
    ['up', 0, 0.4, 0],
    ['down', 0, -0.5, 0],
    ['to the left shoulder', 0, 0, 0.6],
    ['every way at once', 0.4, -0.3, -0.5],
  ])('leaves the same face when a head turns %s', (_, yaw, pitch, roll) => {
    const { points: aligned, scale } = align(turned(points, yaw, pitch, roll, 1.7));
    const apart = Math.max(...aligned.map((value, i) => Math.abs(value - straight.points[i])));
    expect(apart).toBeLessThan(1e-3);
    expect(scale / straight.scale).toBeCloseTo(1.7, 3);
  });

  it('tells yaw, pitch and roll by their sides', () => {
    const yaw = align(turned(points, 0.5, 0, 0, 1)).pose.yaw - straight.pose.yaw;
    const pitch = align(turned(points, 0, 0.4, 0, 1)).pose.pitch - straight.pose.pitch;
    const roll = align(turned(points, 0, 0, 0.6, 1)).pose.roll - straight.pose.roll;
    expect([yaw, pitch, roll].map((angle) => Math.round(angle * 20) / 20)).toEqual([0.5, 0.4, 0.6]);
  });
});
