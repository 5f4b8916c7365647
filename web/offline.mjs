/**
 * The auditor as one HTML file to keep: style and script stand inside, and its own policy lets
 * nothing else run. It works from a disk, without a network.
 */

import { createHash } from "node:crypto";

const source = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** The file's text, from the bundled script and style sheets of the auditor's page. */
export function offlineAuditor(script, ...styles) {
  const program = script.toString("utf8");
  const style = styles.join("\n");
  if (/<\/script/i.test(program) || /<\/style/i.test(style)) {
    throw new Error("a bundle would end the element that it stands in");
  }
  const policy = [
    "default-src 'none'",
    `script-src ${source(program)} blob:`,
    `style-src ${source(style)}`,
    "img-src data:",
    "worker-src blob:",
    "connect-src https: http://localhost:* http://127.0.0.1:*",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return Buffer.from(`<!doctype html>
<html lang="ko" data-theme="auto">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>한표 검증기 · Hanpyo auditor</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body class="wide">
<main id="main" tabindex="-1">
<div id="auditor-head"></div>
<div id="auditor"><noscript><p>이 파일은 자바스크립트로 검증합니다. 자바스크립트를 켜 주세요.</p>
<p lang="en">This file checks elections with JavaScript. Please turn it on.</p></noscript></div>
</main>
<script type="module" id="auditor-program">${program}</script>
</body>
</html>
`);
}
