"""What runs behind the SageMaker endpoint: training, the WSGI application, its container."""
