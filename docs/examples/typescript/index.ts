// What watches an API of ours that another program deployed, in TypeScript.
import * as fs from "fs";
import * as pulumi from "@pulumi/pulumi";
import * as watch from "@pulumi/inference-watch";

const config = new pulumi.Config();
const topics = { warn: config.require("warn"), critical: config.require("critical") };
const shared = {
    name: "orders-prod",
    api: { name: "orders", stage: "prod", rateLimitPerS: 50, minPerMinute: 0 },
    functions: [{ name: "orders-api", timeoutMs: 10_000, reservedConcurrency: 20 }],
    slo: { availabilityPct: 99.9, latencyP90Ms: 500 },
};
const service = { ...shared, accountId: "111111111111", region: "eu-central-1" };

const kpis = new watch.KpiAlarms("kpis", {
    topics,
    parts: { ...shared, tuning: { each: { "api-4xx-critical": { threshold: 30 } } } },
});
new watch.SloAlarms("promise", { topics, service });
const board = new watch.Dashboard("board", { service });
const canary = new watch.Canary("canary", {
    service,
    accountId: "222222222222",
    apiUrl: "https://api.example.com/prod",
    probes: fs.readFileSync("probes.yaml", "utf8"),
    secrets: { token: config.requireSecret("token") },
    timeoutMs: 3000,
});
export const alarms: pulumi.Output<{ [key: string]: string }> = kpis.arns;
export const dashboard: pulumi.Output<string> = board.dashboardName;
export const functionName: pulumi.Output<string> = canary.functionName;
