// Leaves names, versions and hashes in package-lock.json, and takes the rest out: some of it is addresses (`make lock`).
import { readFileSync, writeFileSync } from "node:fs";

const LOCK = "package-lock.json";
const KEPT = /^(name|version|integrity|dev|optional|peer|(dev|optional|peer)?[dD]ependencies(Meta)?)$/;

const lock = JSON.parse(readFileSync(LOCK, "utf8"));
const bare = (entry) => Object.fromEntries(Object.entries(entry).filter(([key]) => KEPT.test(key)));
lock.packages = Object.fromEntries(Object.entries(lock.packages).map(([path, entry]) => [path, bare(entry)]));
writeFileSync(LOCK, JSON.stringify(lock, null, 2) + "\n");
