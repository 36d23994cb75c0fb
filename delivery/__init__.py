"""What a pull request and a deployment do, in a workflow as at a desk: `make preview`, `make deploy`."""
