module orders-watched

go 1.25

require (
	example.com/pulumi-inference-watch/sdk/go/inference-watch v0.1.0
	github.com/pulumi/pulumi/sdk/v3 v3.274.1
)

replace example.com/pulumi-inference-watch/sdk/go/inference-watch => ./sdk/inferencewatch
