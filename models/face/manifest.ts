/** The face nets: where each comes from, what it must be bit for bit, and what it must become. */
import type { NetShape } from './convert.ts';

export type FaceNetName = 'detector' | 'mesh' | 'expression' | 'iris';

export interface FaceNetSource extends NetShape {
  readonly name: FaceNetName;
  /** `<file>.json` and `<file>.bin` in the `models` folder of `@vladmandic/human`. */
  readonly file: string;
  /** Hex SHA-256 of what goes in and of what comes out. */
  readonly sha256: { readonly json: string; readonly bin: string; readonly onnx: string };
}

/** Checked against `@vladmandic/human` 3.3.6 (MIT); its nets are MediaPipe's (Apache-2.0) and oarriaga's (MIT). */
export const FACE_NETS: Readonly<Record<FaceNetName, FaceNetSource>> = {
  detector: {
    name: 'detector',
    file: 'blazeface',
    input: [1, 3, 256, 256],
    outputs: {
      scores8: { node: 'Identity_1', dims: [1, 384, 1] },
      scores16: { node: 'Identity', dims: [1, 512, 1] },
      boxes8: { node: 'Identity_3', dims: [1, 384, 16] },
      boxes16: { node: 'Identity_2', dims: [1, 512, 16] },
    },
    sha256: {
      json: 'cd7bbfc078270572beb39f9e5ae67aadbd50b5e67cff37e6d4f6b3ea39312e5f',
      bin: 'dc9a97fdc50bc43216554bdd69aa3e7b9361a519ee7bdd996a2f69a98a6f9b72',
      onnx: '329b3449163040aae9e5431876c53073e6041a18147944c13b841cfc92b956c0',
    },
  },
  mesh: {
    name: 'mesh',
    file: 'facemesh',
    input: [1, 3, 192, 192],
    outputs: {
      flag: { node: 'Identity_1', dims: [1, 1] },
      points: { node: 'Identity_2', dims: [1, 1404] },
    },
    sha256: {
      json: 'b60ca26f404724f43bd2b1575761d8265180e1f053cc0731caa68462927309e7',
      bin: '3826da640b0a3021161605369ee6af293f75d518040355b960ec71a3390c1c0b',
      onnx: '684a8a1ccbbda4713968f72ea40559477f2d1fd10d6ec962d0e2039091644ba8',
    },
  },
  expression: {
    name: 'expression',
    file: 'emotion',
    input: [1, 1, 64, 64],
    outputs: { posterior: { node: 'Identity', dims: [1, 7] } },
    sha256: {
      json: '56f7e557eb0c863a8b9ab04ac7ccba756e93bf2c27dce135ef0e8712b80b7ad2',
      bin: '927ac8224f356ab1e68c2bcfbfa07b0c8567047d1bcf817388ba6e38214c4987',
      onnx: '603b7cd5b1f70fcf8be6421cb3bfb68d8c49fd1dd46f625a979bd13744ba852c',
    },
  },
  iris: {
    name: 'iris',
    file: 'iris',
    input: [2, 3, 64, 64],
    outputs: { points: { node: 'Identity', dims: [2, 228, 1, 1] } },
    sha256: {
      json: '49038ac9dcc09aa05474d91d98e9db5b47af4830929bcf102ed5a56bfbabb465',
      bin: 'd7f296d184274213d4642681ae186112cbbec77fd2ab066257d3c56a1940bc71',
      onnx: 'bf4b381c12461e97369151111026f841ec965ae68e87adb240564a4df43259cf',
    },
  },
};
