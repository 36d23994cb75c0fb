"""How each type of resource is created, one module for each family of services."""
