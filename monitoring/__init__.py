"""What is watched: KPIs, alarm specs, SLO windows and dashboards, as plain data. No Pulumi, no boto3."""
