// What watches an API of ours that another program deployed, in Go.
package main

import (
	"os"

	watch "example.com/pulumi-inference-watch/sdk/go/inference-watch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		given := config.New(ctx, "")
		topics := watch.TopicsArgs{
			Warn:     pulumi.String(given.Require("warn")),
			Critical: pulumi.String(given.Require("critical")),
		}
		api := watch.WatchedApiArgs{
			Name:          pulumi.String("orders"),
			Stage:         pulumi.String("prod"),
			RateLimitPerS: 50,
			MinPerMinute:  pulumi.Float64Ref(0),
		}
		functions := []watch.WatchedFunctionArgs{{
			Name:                pulumi.String("orders-api"),
			TimeoutMs:           10_000,
			ReservedConcurrency: pulumi.IntRef(20),
		}}
		slo := watch.SloArgs{
			AvailabilityPct: pulumi.Float64Ref(99.9),
			LatencyP90Ms:    pulumi.Float64Ref(500),
		}
		service := watch.ServiceArgs{
			Name:      pulumi.String("orders-prod"),
			AccountId: pulumi.String("111111111111"),
			Region:    pulumi.String("eu-central-1"),
			Api:       &api,
			Functions: functions,
			Slo:       &slo,
		}
		kpis, err := watch.NewKpiAlarms(ctx, "kpis", &watch.KpiAlarmsArgs{
			Topics: topics,
			Parts: watch.WatchedPartsArgs{
				Name:      pulumi.String("orders-prod"),
				Api:       &api,
				Functions: functions,
				Slo:       &slo,
				Tuning: &watch.AlarmsTuningArgs{
					Each: map[string]watch.AlarmTuningArgs{"api-4xx-critical": {Threshold: pulumi.Float64Ref(30)}},
				},
			},
		})
		if err != nil {
			return err
		}
		if _, err := watch.NewSloAlarms(ctx, "promise", &watch.SloAlarmsArgs{Topics: topics, Service: service}); err != nil {
			return err
		}
		board, err := watch.NewDashboard(ctx, "board", &watch.DashboardArgs{Service: service})
		if err != nil {
			return err
		}
		probes, err := os.ReadFile("probes.yaml")
		if err != nil {
			return err
		}
		canary, err := watch.NewCanary(ctx, "canary", &watch.CanaryArgs{
			Service:   service,
			AccountId: pulumi.String("222222222222"),
			ApiUrl:    pulumi.String("https://api.example.com/prod"),
			Probes:    pulumi.String(probes),
			Secrets:   pulumi.StringMap{"token": given.RequireSecret("token")},
			TimeoutMs: pulumi.IntRef(3000),
		})
		if err != nil {
			return err
		}
		ctx.Export("alarms", kpis.Arns)
		ctx.Export("dashboard", board.DashboardName)
		ctx.Export("canary", canary.FunctionName)
		return nil
	})
}
