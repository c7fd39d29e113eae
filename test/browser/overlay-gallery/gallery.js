// Something restless to lie over: light and dark both, so that poor contrast would show.
const canvas = document.createElement('canvas');
canvas.width = 640;
canvas.height = 360;
const context = canvas.getContext('2d');
for (let x = 0; x < 16; x++)
  for (let y = 0; y < 9; y++) {
    context.fillStyle = `hsl(${(x * 37 + y * 53) % 360} 60% ${20 + ((x * 7 + y * 13) % 7) * 11}%)`;
    context.fillRect(x * 40, y * 40, 40, 40);
  }
for (const video of document.querySelectorAll('video')) video.poster = canvas.toDataURL();
await customElements.whenDefined('undertone-overlay');
document.documentElement.dataset.ready = 'yes';
