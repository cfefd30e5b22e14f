// Draws every figure in the colours that the reader's system asks for, and again when it changes its mind.
const figures = JSON.parse(document.getElementById("figures").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
const options = { displayModeBar: false, responsive: true };
function draw() {
  for (const [key, themes] of Object.entries(figures)) {
    const { data, layout } = themes[dark.matches ? "dark" : "light"];
    Plotly.react(key, data, { ...layout, autosize: true }, options);
  }
}
dark.addEventListener("change", draw);
draw();
