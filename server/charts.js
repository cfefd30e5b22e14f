// Runs the script of charts while the visitor reads. A browser takes most of a second for its 4.7 MB, which would come
// upon the first click on a page with a chart. Not before somebody has been quiet for a while: it would hold them up.
{
  const QUIET = 4000; // milliseconds
  const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchmove"];
  const BUSY = "#headlight-skeleton, [data-stale=true], [role=progressbar], .hl-waiting";
  let timer;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(run, QUIET);
  };
  const run = () => {
    const link = document.querySelector("link[rel=prefetch][href*='/PlotlyChart.']");
    const idle = document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning";
    if (link && (document.hidden || !idle || document.querySelector(BUSY))) return later();
    for (const sign of SIGNS) removeEventListener(sign, later, true);
    if (link) import(link.href).then(() => link.remove(), () => {}); // what is missing is told by the page that needs it
  };
  for (const sign of SIGNS) addEventListener(sign, later, { capture: true, passive: true });
  later();
}
