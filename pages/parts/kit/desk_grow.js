// A text box that grows with its text.
const MAX_LINES = 6;

// Make a textarea as high as its text, up to six lines; beyond that it scrolls.
export function grow(box) {
  box.style.height = "auto";
  const style = getComputedStyle(box);
  const line = parseFloat(style.lineHeight) || parseFloat(style.fontSize) * 1.4;
  const most = MAX_LINES * line + parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
  const borders = box.offsetHeight - box.clientHeight;
  box.style.overflowY = box.scrollHeight > most + 1 ? "auto" : "hidden";
  if (box.scrollHeight) box.style.height = Math.min(box.scrollHeight, most) + borders + "px";
}
