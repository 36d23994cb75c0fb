"""What is deployed: one `ComponentResource` a file. Pulumi only; what is watched comes from `monitoring`."""
