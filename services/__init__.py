"""What is yours: one folder a service, with its contract, functions, probes, samples and model."""
