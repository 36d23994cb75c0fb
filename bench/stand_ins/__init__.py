"""What stands in for AWS around a handler that is measured or tested: loopback servers, the X-Ray daemon."""
