/**
 * The auditor of elections, in three places: on the service's page, in the single file to keep, and
 * in the worker that either of them makes of this script.
 */

import { startOffline } from "../audit/offline.ts";
import { startPage } from "../audit/page.ts";
import { serve } from "../audit/running.ts";

function start(): void {
  const root = document.querySelector<HTMLElement>("#auditor");
  if (root === null) return;
  const head = document.querySelector<HTMLElement>("#auditor-head");
  if (head !== null) startOffline(head);
  const asked = new URLSearchParams(location.search);
  const node = root.dataset["node"];
  startPage(root, {
    node: node === undefined ? "" : new URL(node, location.href).href,
    election: asked.get("election") ?? "",
    fromBlock: asked.get("from") ?? "",
  });
}

if (typeof document === "undefined") serve(self);
else start();
